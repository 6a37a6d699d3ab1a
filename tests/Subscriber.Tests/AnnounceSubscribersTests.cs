using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Subscriber.Tests;

public sealed class AnnounceSubscribersTests
{
    [Fact]
    public void Of_SeveralRegistrationsOfOneService_IsOneAnnouncementWithAllKinds()
    {
        var announced = AnnounceSubscribers.Of(
            [
                new Announcement("audit", [DeclarationPublished.Kind], EveryVersion: false),
                new Announcement("audit", [ConsentChanged.Kind, ConsentErased.Kind, DeclarationPublished.Kind], EveryVersion: true),
                new Announcement("newsletter", [ConsentChanged.Kind], EveryVersion: false),
            ],
            null!, Sample.Start).ToList();

        Assert.Equal(["audit", "newsletter"], announced.Select(a => a.Subscriber));
        Assert.Equal([ConsentChanged.Kind, ConsentErased.Kind, DeclarationPublished.Kind], announced[0].Kinds);
        Assert.Equal([true, false], announced.Select(a => a.EveryVersion));
    }

    [Fact]
    public async Task Start_BrokerAwayAtFirst_AnnouncesWhenItIsBack()
    {
        using var data = new TemporaryFolder();
        await using var subscriber = await OneSubscriber.StartAsync(data, b =>
        {
            b.Configuration["Subscriber:AnnounceEvery"] = "00:00:00.020";
            b.AddConsentSubscriber(OneSubscriber.Name);
            ((RecordingTransport)b.Services.Single(s => s.ImplementationInstance is RecordingTransport).ImplementationInstance!).Fails = _ => true;
        });
        subscriber.Transport.Fails = _ => false;

        await Eventually.IsSoAsync("announced", () => Task.FromResult(subscriber.Transport.Of<SubscriberAnnounced>().Count > 1));

        Assert.All(subscriber.Transport.Of<SubscriberAnnounced>(), a =>
            Assert.Equal([ConsentChanged.Kind, ConsentErased.Kind, DeclarationPublished.Kind], a.Kinds));
    }

    [Fact]
    public async Task Start_TwoServicesInOneProcess_EachIsAnnouncedUnderItsName()
    {
        await using var app = await TestApp.StartAsync();

        await Eventually.IsSoAsync("both announced", () => Task.FromResult(app.Heard.Announced.Count >= 2));

        Assert.Equal(["analytics", "newsletter"], app.Heard.Announced.Select(a => a.Subscriber).Distinct().Order(StringComparer.Ordinal));
    }
}
