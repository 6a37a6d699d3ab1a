using Consent.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Subscriber.Tests;

/// <summary>A site that comes to concern a subscriber to some purposes, at every time at which it may.</summary>
public abstract class AwaitedSiteTests(TestData data) : IDisposable
{
    private static readonly PublishedDeclaration Without = Sample.Published(1, d => d with { Purposes = [.. d.Purposes.Where(p => p.Id != "statistics")] });
    private static readonly PublishedDeclaration With = Sample.Published(2);
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DeclaredWhileAWalkIsUnderWay_TheWalkBeginsAnew(bool known)
    {
        await using var subscriber = await StartAsync();
        // Known, and of no concern; or never heard of, as when its streams lie further on.
        if (known) await subscriber.HearAsync(Without);
        await subscriber.HearAsync(Pages.Of(await Pages.QuestionAsync(subscriber, 1), Pages.First, complete: false));
        var second = await Pages.QuestionAsync(subscriber, 2);
        Assert.Equal(Pages.First, second.After);

        await subscriber.HearAsync(With);
        await subscriber.HearAsync(Pages.Of(second, LoadSnapshot.End, complete: true));

        await IsNotLoadedUntilWalkedThroughAsync(subscriber, 3);
    }

    [Fact]
    public async Task DeclaredWhileTheFirstPageIsUnderWay_ThatPageDoesNotCount()
    {
        await using var subscriber = await StartAsync();
        await subscriber.HearAsync(Without);
        var first = await Pages.QuestionAsync(subscriber, 1);

        await subscriber.HearAsync(With);
        await subscriber.HearAsync(Pages.Of(first, LoadSnapshot.End, complete: true));

        await IsNotLoadedUntilWalkedThroughAsync(subscriber, 2);
    }

    [Fact]
    public async Task DeclaredByAPageOfTheWalk_TheWalkBeginsAnew()
    {
        await using var subscriber = await StartAsync();
        await subscriber.HearAsync(Without);
        var page = Pages.Of(await Pages.QuestionAsync(subscriber, 1), LoadSnapshot.End, complete: true);

        await subscriber.HearAsync(page with { Events = [Pages.Published(Sample.Event(With))] });

        await IsNotLoadedUntilWalkedThroughAsync(subscriber, 2);
    }

    [Fact]
    public async Task DeclaredByARepair_TheSiteIsLoaded()
    {
        await using var subscriber = await StartAsync();
        await Pages.LoadNothingAsync(subscriber, Without);
        var asked = Pages.AskedForDeclarations(subscriber).Count;

        await subscriber.Services.GetRequiredKeyedService<LoadSnapshot>(OneSubscriber.Name).RepairDeclarationsAsync(TestContext.Current.CancellationToken);
        await subscriber.HearAsync(Pages.OfDeclarations(Pages.AskedForDeclarations(subscriber)[asked], Without, With));

        await IsNotLoadedUntilWalkedThroughAsync(subscriber, 2);
    }

    [Fact]
    public async Task SiteThatDeclaredItFromItsBeginning_IsNotWaitedFor()
    {
        await using var subscriber = await StartAsync();
        await Pages.LoadNothingAsync(subscriber);

        await subscriber.HearAsync(Sample.Published());

        Assert.False(subscriber.State.Loading.IsWalking);
        Assert.Equal((true, "not-needed"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "orders"));
    }

    [Fact]
    public async Task SiteThatTurnsOutToBeOfNoConcern_IsForgotten()
    {
        await using var subscriber = await StartAsync();
        await Pages.LoadNothingAsync(subscriber);
        await subscriber.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(1, Decision.Given)));
        Assert.NotNull(subscriber.State.Newest(Sample.Site, Sample.Visitor));

        await subscriber.HearAsync(Without);

        Assert.Null(subscriber.State.Newest(Sample.Site, Sample.Visitor));
        Assert.False(subscriber.State.Loading.IsWalking);
    }

    private Task<OneSubscriber> StartAsync() => OneSubscriber.StartAsync(_data, b => b.AddConsentSubscriber(OneSubscriber.Name, ["statistics"]), loaded: false);

    /// <summary>Also for what needs no consent: an objection may be among what is missing.</summary>
    private static async Task IsNotLoadedUntilWalkedThroughAsync(OneSubscriber subscriber, int question)
    {
        Assert.Equal((false, "not-loaded"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "orders"));
        var again = await Pages.QuestionAsync(subscriber, question);
        Assert.Equal("", again.After);
        await subscriber.HearAsync(Pages.Of(again, LoadSnapshot.End, complete: true, (Pages.First, Sample.Receipt(3, Decision.Given))));
        Assert.Equal((true, "given"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
        Assert.Equal((true, "not-needed"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "orders"));
    }
}
