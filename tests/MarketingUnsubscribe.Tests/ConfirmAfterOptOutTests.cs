using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A confirmation brings a person back who asked for it after he had said no, and nobody who asked for it before.</summary>
public sealed class ConfirmAfterOptOutTests : ConfirmingTest
{
    private const string Overtaken = "U hebt zich daarna afgemeld";

    [Fact]
    public async Task AskedForAfterTheOptOut_ItLiftsIt()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Host.Time.Pass(TimeSpan.FromHours(1));
        var link = await AskAsync();
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Host.Time.Pass(TimeSpan.FromHours(1));
        Assert.True((await PressAsync(link)).Says("U bent aangemeld"));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AskedForBeforeTheOptOut_ItLiftsNothing_AndThePageSaysSo()
    {
        var link = await AskAsync();
        var page = await Host.PageAsync(link);
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Host.Time.Pass(TimeSpan.FromHours(1));

        Assert.True((await Host.PressAsync(page, "class=\"primary\"")).Says(Overtaken));
        Assert.True((await Host.PageAsync(link)).Says(Overtaken));

        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        var record = (await RecordAsync())!;
        Assert.Equal((MarketingRecord.Attempted, Host.Time.Is), (record.Kind, record.Proof!.ConfirmedAt!.Value));
        Assert.Empty(Host.Sent.All<MarketingSubscribed>());
    }

    [Fact]
    public async Task PressedAgainAfterAnOptOut_ItRevivesNothing()
    {
        var page = await Host.PageAsync(await AskAsync());
        await Host.PressAsync(page, "class=\"primary\"");
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Host.Time.Pass(TimeSpan.FromHours(1));
        Assert.True((await Host.PressAsync(page, "class=\"primary\"")).Says(Overtaken));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhoStoppedEverything_ComesBackForTheTopicThatHeAskedForSince_AndForNoOther()
    {
        var before = await AskAsync(topic: "offers");
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.PressAsync(await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), "Meld mij af"), "name=\"everything\"");
        Host.Time.Pass(TimeSpan.FromHours(1));

        Assert.True((await Host.PageAsync(before)).Says(Overtaken));
        await PressAsync(await AskAsync());

        Assert.Equal(("opted-in", "suppressed", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers"), await Host.ReasonAsync(Jan, "tips")));
    }

    [Fact]
    public async Task ASuppressionUnderAnOlderKey_IsLiftedToo()
    {
        var link = await Host.LinkAsync(Jan);
        await Host.OneClickAsync(link);
        Host.Keys.Succeed($"address-{Sample.Controller}");
        Host.Time.Pass(TimeSpan.FromHours(1));
        await PressAsync(await AskAsync());
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ANoBetweenTheTwoSteps_ThatIsHeardOfOnlyAfterThePress_StandsAllTheSame()
    {
        var link = await AskAsync();
        Host.Time.Pass(TimeSpan.FromHours(1));
        var no = Sample.Decided(Sample.Declaration(), "newsletter", Decision.Withdrawn, Host.Time.Is);
        Host.Time.Pass(TimeSpan.FromHours(1));
        Assert.True((await PressAsync(link)).Says("U bent aangemeld"));

        await Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, Sample.Receipt(Host.Keys.Addresses(Sample.Controller).AddressId(Jan), 1, ("newsletter", no))));

        Assert.Equal("withdrawn", await Host.ReasonAsync(Jan));
        Assert.True((await Host.PageAsync(link)).Says(Overtaken));
    }

    [Fact]
    public async Task ANoInTheConsentService_IsBefore_OrAfter_LikeAnOptOutHere()
    {
        var before = await AskAsync();
        var page = await Host.PageAsync(before);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var subject = Host.Keys.Addresses(Sample.Controller).AddressId(Jan);
        var no = Sample.Decided(Sample.Declaration(), "marketing", Decision.Withdrawn, Host.Time.Is);
        await Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, Sample.Receipt(subject, 1, ("marketing", no))));
        Host.Time.Pass(TimeSpan.FromHours(1));

        Assert.True((await Host.PressAsync(page, "class=\"primary\"")).Says(Overtaken));
        Assert.Equal("withdrawn", await Host.ReasonAsync(Jan));

        Assert.True((await PressAsync(await AskAsync())).Says("U bent aangemeld"));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }
}
