using Consent.Contracts;

namespace Consent.ConsentService.Tests;

/// <summary>An opt-out that was taken back at once leaves everything as it was before it, and nothing more.</summary>
public sealed class HearMarketingUndoneTests : IAsyncLifetime
{
    private static readonly Declaration _site = TestSite.Declaration();
    private readonly string _subject = $"a1-{RandomId.New()}{RandomId.New()}";
    private MovedConsent _consent = null!;

    public async ValueTask InitializeAsync() => _consent = await MovedConsent.StartAsync(_site);

    public async ValueTask DisposeAsync() => await _consent.DisposeAsync();

    [Fact]
    public async Task AGrantBeforeIt_HoldsAgain_AsItWas()
    {
        await HearAsync(OptIn("news"));
        var before = (await NewestAsync())!.Purposes["news"];
        var optOut = OptOut("news");
        await HearAsync(optOut);

        var undone = Undone(optOut);
        await HearAsync(undone);
        await HearAsync(undone);

        var newest = (await NewestAsync())!;
        Assert.Equal(before, newest.Purposes["news"]);
        Assert.Equal((3, "undo", undone.Id), (newest.Version, newest.Action, newest.CausedBy));
        Assert.Equal(["news"], newest.Changed);
    }

    [Fact]
    public async Task WhatWasNeverDecided_IsUndecidedAgain_AndTheRestStays()
    {
        await HearAsync(OptIn("offers"));
        var optOut = OptOut("news");
        await HearAsync(optOut);

        await HearAsync(Undone(optOut));

        Assert.Equal(["offers"], (await NewestAsync())!.Purposes.Keys);
    }

    [Fact]
    public async Task ANoThatWasOlder_StandsAgain()
    {
        await HearAsync(OptOut("news"));
        var before = (await NewestAsync())!.Purposes["news"];
        var optOut = OptOut("news");
        await HearAsync(optOut);

        await HearAsync(Undone(optOut));

        Assert.Equal(before, (await NewestAsync())!.Purposes["news"]);
        Assert.True(before.IsNo);
    }

    [Fact]
    public async Task ADecisionThatCameAfterIt_Stays()
    {
        await HearAsync(OptIn("news"));
        var optOut = OptOut("news");
        await HearAsync(optOut);
        await HearAsync(OptOut("news"));

        await HearAsync(Undone(optOut));

        var newest = (await NewestAsync())!;
        Assert.Equal((3L, true), (newest.Version, newest.Purposes["news"].IsNo));
    }

    [Fact]
    public async Task HeardBeforeTheOptOut_ItComesAgain()
    {
        await HearAsync(OptIn("news"));
        var optOut = OptOut("news");
        var undone = Undone(optOut);

        await Assert.ThrowsAsync<InvalidOperationException>(() => HearAsync(undone));
        await HearAsync(optOut);
        await HearAsync(undone);

        Assert.Equal(Decision.Given, (await NewestAsync())!.Purposes["news"].Status);
    }

    [Fact]
    public async Task OfAPersonErasedSince_NothingComesBack()
    {
        await HearAsync(OptIn("news"));
        var optOut = OptOut("news");
        await HearAsync(optOut);
        var undone = Undone(optOut);
        _consent.Clock.At = TestSite.Noon.AddMinutes(1);
        await EraseSubject.EraseAsync(_consent.Log, "test-site", _subject, _consent.Clock.Now());

        await HearAsync(undone);

        Assert.Null(await NewestAsync());
    }

    private MarketingUnsubscribed OptOut(string topic) =>
        new(RandomId.New(), TestSite.Noon, "test-site", _subject, [topic], "unsubscribe-page", "nl", TestSite.Noon);

    private static MarketingUnsubscribeUndone Undone(MarketingUnsubscribed e) =>
        new(RandomId.New(), TestSite.Noon, e.Site, e.SubjectId, e.Topics, e.Id, "nl", TestSite.Noon);

    private MarketingSubscribed OptIn(string topic) =>
        new(RandomId.New(), TestSite.Noon, "test-site", _subject, [topic], "confirmed-subscribe", "nl", PublishedDeclaration.HashOf(_site), TestSite.Noon, TestSite.Noon);

    private async Task<Receipt?> NewestAsync() => DecisionRecorder.ReceiptOf(await _consent.Log.LatestAsync(Receipt.Stream("test-site", _subject)));

    private Task HearAsync<T>(T e) where T : class, IEvent => _consent.App.HearAsync(ConsentSetup.Service, e);
}
