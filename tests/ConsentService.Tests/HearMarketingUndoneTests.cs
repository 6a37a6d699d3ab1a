using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.ConsentService.Tests;

/// <summary>An opt-out that was taken back at once leaves everything as it was before it, and nothing more.</summary>
public sealed class HearMarketingUndoneTests : IAsyncLifetime
{
    private static readonly Declaration _site = TestSite.Declaration();
    private string _subject = $"a1-{RandomId.New()}{RandomId.New()}";
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
    public async Task ANoThatWasSaidElsewhereBefore_StandsAgain()
    {
        var atTheHelpDesk = new { subjectId = _subject, heldVersion = 0, purposes = new { news = false } };
        Assert.True((await _consent.App.SendAsync(HttpMethod.Post, "/v1/sites/test-site/decisions", atTheHelpDesk, _consent.App.Token("consent", ["test-house"]))).IsSuccessStatusCode);
        var before = (await NewestAsync())!.Purposes["news"];
        var optOut = OptOut("news");
        await HearAsync(optOut);

        await HearAsync(Undone(optOut));

        Assert.Equal(before, (await NewestAsync())!.Purposes["news"]);
        Assert.True(before.IsNo);
    }

    /// <summary>In whatever order the messages come: an opt-in, opted out, taken back, opted out again, and that taken back too or not.</summary>
    [Fact]
    public async Task InEveryOrder_ItEndsAsAtMarketing()
    {
        foreach (var (isUndoneAgain, isStated) in ((bool, bool)[])[(true, false), (false, false), (true, true), (false, true)])
        {
            foreach (var order in Orders(isUndoneAgain ? [0, 1, 2, 3, 4] : [0, 1, 2, 3]))
            {
                _subject = $"a1-{RandomId.New()}{RandomId.New()}";
                var said = Enumerable.Range(0, 5).Select(minutes => TestSite.Noon.AddMinutes(minutes * 6)).ToArray();
                var optIn = OptIn("news") with { ConfirmedAt = isStated ? null : said[0], RecordedAt = said[0], StatedBy = isStated ? "crm" : null };
                var (first, second) = (OptOut("news") with { RecordedAt = said[1] }, OptOut("news") with { RecordedAt = said[3] });
                var standing = new StandingOptIn(optIn.Declaration, optIn.ConfirmedAt, null, said[0], optIn.StatedBy);
                Func<Task>[] messages =
                [
                    () => HearAsync(optIn), () => HearAsync(first), () => HearAsync(Undone(first) with { Id = $"u1-{_subject}", RecordedAt = said[2], OptedOutAt = said[1], Standing = standing }),
                    () => HearAsync(second), () => HearAsync(Undone(second) with { Id = $"u2-{_subject}", RecordedAt = said[4], OptedOutAt = said[3], Standing = standing, AlsoUndone = [first.Id] }),
                ];
                var waiting = new Queue<int>(order);
                while (waiting.TryDequeue(out var next))
                {
                    try
                    {
                        await messages[next]();
                    }
                    catch (NotHeardYetException)
                    {
                        waiting.Enqueue(next);
                    }
                }

                var stands = (await NewestAsync())!.Purposes["news"].Status;
                Assert.True(isUndoneAgain ? stands is Decision.Given : stands is not Decision.Given, $"{string.Join(' ', order)}: {stands}");
            }
        }
    }

    [Fact]
    public async Task OfAPersonErasedBetween_ItIsAnswered_AndNothingComesBack()
    {
        await HearAsync(OptIn("news"));
        var optOut = OptOut("news");
        await HearAsync(optOut);
        _consent.Clock.At = TestSite.Noon.AddMinutes(1);
        await EraseSubject.EraseAsync(_consent.Log, "test-site", _subject, _consent.Clock.Now());

        await HearAsync(Undone(optOut) with { RecordedAt = TestSite.Noon.AddMinutes(2), OptedOutAt = TestSite.Noon, Standing = new StandingOptIn(PublishedDeclaration.HashOf(_site), TestSite.Noon, null, TestSite.Noon) });

        Assert.Null(await NewestAsync());
    }

    [Fact]
    public async Task ANoOfMarketingThatItForgotInARestore_StandsAgain()
    {
        await HearAsync(OptIn("news"));
        await HearAsync(OptOut("news") with { RecordedAt = TestSite.Noon.AddMinutes(1) });
        var optOut = OptOut("news") with { RecordedAt = TestSite.Noon.AddMinutes(2) };
        await HearAsync(optOut);

        await HearAsync(Undone(optOut) with { RecordedAt = TestSite.Noon.AddMinutes(3) });

        Assert.Equal((Decision.Withdrawn, TestSite.Noon.AddMinutes(1)), (await NewestAsync())!.Purposes["news"] is var stands ? (stands.Status, stands.TakenAt) : default);
    }

    [Fact]
    public async Task AnOptInThatHoldsAgain_IsDatedWhenItWasMade_SoThatNobodyErasedSinceComesBack()
    {
        _consent.Clock.At = TestSite.Noon.AddMinutes(1);
        await HearAsync(OptIn("news") with { ConfirmedAt = null });
        await EraseSubject.EraseAsync(_consent.Log, "test-site", _subject, _consent.Clock.Now());
        _consent.Clock.At = TestSite.Noon.AddMinutes(9);
        var optOut = OptOut("news") with { RecordedAt = TestSite.Noon.AddMinutes(2) };
        await HearAsync(optOut);

        await HearAsync(Undone(optOut) with
        {
            RecordedAt = TestSite.Noon.AddMinutes(3),
            OptedOutAt = optOut.RecordedAt,
            Standing = new StandingOptIn(PublishedDeclaration.HashOf(_site), null, null, TestSite.Noon),
        });

        Assert.Empty((await NewestAsync())!.Purposes);
    }

    [Fact]
    public async Task AnOptOut_HeardBehindALaterConfirmedOptIn_OrOfItsPurpose_IsRecorded_AndTheLaterWordHolds()
    {
        foreach (var id in (string[])["news", "newsletter"])
        {
            _subject = $"a1-{RandomId.New()}{RandomId.New()}";
            var optIn = OptIn("news") with { ConfirmedAt = TestSite.Noon.AddMinutes(5), RecordedAt = TestSite.Noon.AddMinutes(5) };
            await HearAsync(optIn);
            var optOut = OptOut(id);

            await HearAsync(optOut);
            await HearAsync(optOut);

            var newest = (await NewestAsync())!;
            Assert.Equal((3L, Decision.Given, TestSite.Noon.AddMinutes(5)), (newest.Version, newest.Purposes["news"].Status, newest.Purposes["news"].TakenAt));
            Assert.True(id == "news" || newest.Purposes[id].IsNo);
            Assert.True(ConsentState.Of(newest, TestSite.Published(_site), "news", _consent.Clock.Now()).Permitted);
            Assert.Equal(optIn.Id, newest.CausedBy);
        }
    }

    [Fact]
    public async Task OfAnOptOutThatWentWithAnErasure_TheUndoIsAnswered_WhenItIsNotToComeAnyMore()
    {
        await HearAsync(OptIn("news"));
        await EraseSubject.EraseAsync(_consent.Log, "test-site", _subject, TestSite.Noon);
        var undone = Undone(OptOut("news")) with { RecordedAt = TestSite.Noon.AddMinutes(2), OptedOutAt = TestSite.Noon.AddMinutes(1) };
        await Assert.ThrowsAsync<NotHeardYetException>(() => HearAsync(undone));

        _consent.Clock.At = TestSite.Noon.AddHours(2);
        await HearAsync(undone);
    }

    private static IEnumerable<int[]> Orders(int[] of) =>
        of.Length <= 1 ? [of] : of.SelectMany(first => Orders([.. of.Where(other => other != first)]).Select(rest => (int[])[first, .. rest]));

    [Fact]
    public async Task ADecisionThatCameAfterIt_Stays()
    {
        await HearAsync(OptIn("news"));
        var optOut = OptOut("news");
        await HearAsync(optOut);
        await HearAsync(OptOut("news"));

        await HearAsync(Undone(optOut));

        // Said at the same moment, which counts as after it.
        var newest = (await NewestAsync())!;
        Assert.Equal((3L, true), (newest.Version, newest.Purposes["news"].IsNo));
    }

    [Fact]
    public async Task HeardBeforeTheOptOut_ItComesAgain()
    {
        await HearAsync(OptIn("news"));
        var optOut = OptOut("news");
        var undone = Undone(optOut);

        await Assert.ThrowsAsync<NotHeardYetException>(() => HearAsync(undone));
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

    [Fact]
    public async Task OfAPersonErasedSince_AStatementBringsNobodyBack_AndHisOwnWordDoes()
    {
        await HearAsync(OptIn("news"));
        _consent.Clock.At = TestSite.Noon.AddMinutes(1);
        await EraseSubject.EraseAsync(_consent.Log, "test-site", _subject, _consent.Clock.Now());
        _consent.Clock.At = TestSite.Noon.AddMinutes(9);
        var stated = OptIn("news") with { ConfirmedAt = null, RecordedAt = TestSite.Noon.AddMinutes(5), StatedBy = "crm" };

        await HearAsync(stated);
        Assert.Null(await NewestAsync());

        await HearAsync(OptIn("news") with { ConfirmedAt = TestSite.Noon.AddMinutes(6), RecordedAt = TestSite.Noon.AddMinutes(6) });
        await HearAsync(stated with { Id = RandomId.New(), RecordedAt = TestSite.Noon.AddMinutes(7) });
        Assert.Equal(Decision.Given, (await NewestAsync())!.Purposes["news"].Status);
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
