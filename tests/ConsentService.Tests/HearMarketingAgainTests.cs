using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>What marketing hands over comes again and again until it is acknowledged, and sometimes after that: from its ledger, and from its feed.</summary>
public sealed class HearMarketingAgainTests
{
    private static readonly Declaration _site = TestSite.Declaration();
    private readonly string _subject = $"a1-{RandomId.New()}{RandomId.New()}";

    [Fact]
    public async Task OptOut_OfATopicWhoseDeclarationWasLost_IsAnErrorToBeSeen_AndRecordedWhenTheDeclarationIsBack()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        var optOut = OptOut("openings", TestSite.Noon);

        await Assert.ThrowsAsync<InvalidOperationException>(() => HearAsync(consent, optOut));
        Assert.Null(await NewestAsync(consent));
        await consent.PublishAsync(_site with { Topics = [.. _site.Topics, SampleDeclaration.Topic("openings", "newsletter")] });
        await HearAsync(consent, optOut);

        Assert.True(DecisionRecorder.ReceiptOf(await NewestAsync(consent))!.Purposes["openings"].IsNo);
    }

    [Fact]
    public async Task OptIn_ThatIsNotRecorded_IsAcknowledged_BecauseNothingIsPermittedForThat()
    {
        await using var consent = await MovedConsent.StartAsync(_site);

        await HearAsync(consent, OptIn("openings", TestSite.Noon));

        Assert.Null(await NewestAsync(consent));
    }

    [Fact]
    public async Task WhatWasDecidedBeforeAnErasure_ResurrectsNobody()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        var (optIn, optOut) = (OptIn("news", TestSite.Noon), OptOut("offers", TestSite.Noon.AddMinutes(1)));
        await HearAsync(consent, optIn);
        consent.Clock.At = TestSite.Noon.AddMinutes(1);
        Assert.NotNull(await EraseSubject.EraseAsync(consent.Log, "test-site", _subject, consent.Clock.Now()));

        // The one that is known, and one that was under way meanwhile.
        await HearAsync(consent, optIn);
        await HearAsync(consent, optOut);

        var newest = (await NewestAsync(consent))!;
        Assert.Equal((LogRecord.Erased, 2L), (newest.Kind, newest.Version));
    }

    [Fact]
    public async Task WhatWasDecidedBeforeAnErasure_ResurrectsNothing_AfterThePersonDecidedAnew()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        var optIn = OptIn("news", TestSite.Noon);
        await HearAsync(consent, optIn);
        consent.Clock.At = TestSite.Noon.AddMinutes(1);
        await EraseSubject.EraseAsync(consent.Log, "test-site", _subject, consent.Clock.Now());
        consent.Clock.At = TestSite.Noon.AddMinutes(2);
        await HearAsync(consent, OptOut("offers", consent.Clock.Now()));

        await HearAsync(consent, optIn);

        var newest = (await NewestAsync(consent))!;
        Assert.Equal(3, newest.Version);
        Assert.Equal(["offers"], DecisionRecorder.ReceiptOf(newest)!.Purposes.Keys);
        // What is decided after the erasure counts, whatever it is.
        await HearAsync(consent, OptIn("news", consent.Clock.Now()));
        Assert.Equal(Decision.Given, DecisionRecorder.ReceiptOf(await NewestAsync(consent))!.Purposes["news"].Status);
    }

    private MarketingUnsubscribed OptOut(string topic, DateTimeOffset at) =>
        new(RandomId.New(), at, "test-site", _subject, [topic], "one-click-unsubscribe", "nl", at);

    private MarketingSubscribed OptIn(string topic, DateTimeOffset at) =>
        new(RandomId.New(), at, "test-site", _subject, [topic], "subscribe", "nl", PublishedDeclaration.HashOf(_site), at, at);

    private async Task<LogRecord?> NewestAsync(MovedConsent consent) => await consent.Log.LatestAsync(Receipt.Stream("test-site", _subject));

    private static Task HearAsync<T>(MovedConsent consent, T e) where T : class, IEvent => consent.App.HearAsync(ConsentSetup.Service, e);
}
