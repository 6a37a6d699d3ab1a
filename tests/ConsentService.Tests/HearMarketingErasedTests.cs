using Consent.Contracts;
using Consent.Storage;

namespace Consent.ConsentService.Tests;

/// <summary>Whom marketing erased by his address is erased here, as of then, whether he was known or not.</summary>
public sealed class HearMarketingErasedTests : IAsyncLifetime
{
    private static readonly Declaration _site = TestSite.Declaration();
    private readonly string _subject = $"a1-{RandomId.New()}{RandomId.New()}";
    private MovedConsent _consent = null!;

    public async ValueTask InitializeAsync() => _consent = await MovedConsent.StartAsync(_site);

    public async ValueTask DisposeAsync() => await _consent.DisposeAsync();

    [Fact]
    public async Task WhoeverIsKnown_IsErased_Once()
    {
        await HearAsync(OptIn(TestSite.Noon));
        var erased = Erased(TestSite.Noon.AddMinutes(1));

        await HearAsync(erased);
        await HearAsync(erased);

        var left = Assert.Single(await _consent.Log.HistoryAsync(Receipt.Stream("test-site", _subject)));
        Assert.Equal((LogRecord.Erased, 2L, TestSite.Noon.AddMinutes(1)), (left.Kind, left.Version, left.RecordedAt));
        Assert.Equal(ErasureReason.Request, EraseSubject.ReasonOf(left));
    }

    [Fact]
    public async Task WhatIsStillOnItsWay_ResurrectsNobody_OfWhomNothingWasKnownEither()
    {
        await HearAsync(Erased(TestSite.Noon.AddMinutes(1)));
        await HearAsync(OptIn(TestSite.Noon));
        Assert.Equal(LogRecord.Erased, (await NewestAsync())!.Kind);

        // And again, of one who was erased before.
        await HearAsync(Erased(TestSite.Noon.AddMinutes(3)));
        await HearAsync(OptIn(TestSite.Noon.AddMinutes(2)));
        Assert.Equal(LogRecord.Erased, (await NewestAsync())!.Kind);
    }

    [Fact]
    public async Task WhatHeDecidedAfterwards_Stays_ThoughTheErasureIsHeardLate()
    {
        await HearAsync(OptIn(TestSite.Noon));
        _consent.Clock.At = TestSite.Noon.AddMinutes(2);
        var no = new { subjectId = _subject, heldVersion = 0, purposes = new { offers = false } };
        Assert.True((await _consent.App.SendAsync(HttpMethod.Post, "/v1/sites/test-site/decisions", no, _consent.App.Token("consent", ["test-house"]))).IsSuccessStatusCode);

        await HearAsync(Erased(TestSite.Noon.AddMinutes(1)));
        await HearAsync(OptIn(TestSite.Noon.AddMinutes(3)));

        var purposes = DecisionRecorder.ReceiptOf(await NewestAsync())!.Purposes;
        Assert.True(purposes["offers"].IsNo);
        Assert.Equal(Decision.Given, purposes["news"].Status);
    }

    [Fact]
    public async Task WhatOutlivesIt_IsRecordedWithItsOwnSourceAndTime_AlsoWhenItStoppedHalfway()
    {
        await HearAsync(OptIn(TestSite.Noon));
        await HearAsync(new MarketingUnsubscribed(RandomId.New(), TestSite.Noon, "test-site", _subject, ["news"], "unsubscribe-page", "nl", TestSite.Noon.AddMinutes(3)));
        _consent.Clock.At = TestSite.Noon.AddMinutes(2);
        var no = new { subjectId = _subject, heldVersion = 0, purposes = new { offers = false }, source = "help-desk" };
        Assert.True((await _consent.App.SendAsync(HttpMethod.Post, "/v1/sites/test-site/decisions", no, _consent.App.Token("consent", ["test-house"]))).IsSuccessStatusCode);

        // The tombstone is there, and nothing was recorded anew yet.
        await EraseSubject.EraseAsOfAsync(_consent.Log, "test-site", _subject, TestSite.Noon.AddMinutes(1), TestContext.Current.CancellationToken);
        await HearAsync(Erased(TestSite.Noon.AddMinutes(1)));

        var receipts = (await _consent.Log.HistoryAsync(Receipt.Stream("test-site", _subject))).Select(DecisionRecorder.ReceiptOf).OfType<Receipt>().ToList();
        Assert.Equal(
            [("news", "marketing-unsubscribe", TestSite.Noon.AddMinutes(3)), ("offers", "help-desk", TestSite.Noon.AddMinutes(2))],
            receipts.Select(r => (r.Changed.Single(), r.Source!, r.Purposes[r.Changed.Single()].TakenAt!.Value)).Order());
    }

    private MarketingErased Erased(DateTimeOffset at) => new(RandomId.New(), at, "test-site", _subject, at);

    private MarketingSubscribed OptIn(DateTimeOffset at) =>
        new(RandomId.New(), at, "test-site", _subject, ["news"], "confirmed-subscribe", "nl", PublishedDeclaration.HashOf(_site), at, at);

    private ValueTask<LogRecord?> NewestAsync() => _consent.Log.LatestAsync(Receipt.Stream("test-site", _subject));

    private Task HearAsync<T>(T e) where T : class, IEvent => _consent.App.HearAsync(ConsentSetup.Service, e);
}
