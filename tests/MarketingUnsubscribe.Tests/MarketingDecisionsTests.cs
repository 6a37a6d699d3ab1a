using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class MarketingDecisionsTests
{
    private static readonly string Subject = $"a1-{new string('0', 64)}";
    private static readonly UnsubscribeLink Link = new(Sample.Controller, Sample.Site, "newsletter", "jan@example.com", "spring-2026", "nl");
    private static readonly DateTimeOffset T0 = Sample.Noon;
    private const string Id = "r1";

    [Fact]
    public void OptOut_OfAnUnknownAddress_Suppresses()
    {
        var record = OptOutDecisions.OptOut(null, Link, Subject, "one-click-unsubscribe", Id, T0)!;
        Assert.Equal((MarketingRecord.Unsubscribed, Subject, "newsletter", "spring-2026", T0), (record.Kind, record.SubjectId, record.Topic, record.Campaign, record.RecordedAt));
        Assert.Equal(new TopicEntry(TopicStatus.Suppressed, T0, null, Id), Assert.Single(record.Topics).Value);
    }

    [Fact]
    public void OptOut_RepeatedWithinAMinute_AppendsNothing_AndLaterIsTheLastWord()
    {
        var first = OptOutDecisions.OptOut(null, Link, Subject, "one-click-unsubscribe", Id, T0);
        Assert.Null(OptOutDecisions.OptOut(first, Link, Subject, "unsubscribe-page", "r2", T0.AddSeconds(59), PagePress.Of(PagePress.NewSecret())));

        var again = OptOutDecisions.OptOut(first, Link, Subject, "unsubscribe-page", "r2", T0.AddDays(2), PagePress.Of(PagePress.NewSecret()))!;

        Assert.Equal(new TopicEntry(TopicStatus.Suppressed, T0.AddDays(2), null, "r2", Repeats: 1), again.Topics["newsletter"]);
        // What was confirmed between the two lifts nothing any more.
        Assert.Equal(TopicStatus.Suppressed, OptIn(again, "newsletter", Proof(T0.AddDays(1)), T0.AddDays(3)).Topics["newsletter"].Status);
    }

    [Fact]
    public void OptOut_RepeatedByAScript_IsNotedLessAndLessOften()
    {
        var (newest, noted) = (OptOutDecisions.OptOut(null, Link, Subject, "one-click-unsubscribe", Id, T0)!, 0);
        for (var minutes = 1; minutes <= 7 * 24 * 60; minutes++)
        {
            if (OptOutDecisions.OptOut(newest, Link, Subject, "one-click-unsubscribe", $"r{minutes}", T0.AddMinutes(minutes)) is not { } again) continue;
            (newest, noted) = (again, noted + 1);
        }
        Assert.InRange(noted, 11, 20);
    }

    [Fact]
    public void OptOut_OfEverythingOrAComplaint_BehindAnOlderOne_IsTheLastWordToo()
    {
        var first = OptOutDecisions.OptOut(null, Link, Subject, "one-click-unsubscribe", Id, T0);
        var all = OptOutDecisions.OptOut(first, Link with { Topic = MarketingRecord.Everything }, Subject, "complaint", "r2", T0.AddDays(2), cause: TopicEntry.Complained)!;

        Assert.Equal(MarketingRecord.Attempted, OptIn(all, "newsletter", Proof(T0.AddDays(1)), T0.AddDays(3)).Kind);
        Assert.Equal((T0.AddDays(2), null), (MarketingDecisions.Standing(all.Topics, "newsletter")!.At, MarketingDecisions.Standing(all.Topics, "newsletter")!.Cause));
        // A complaint behind the person's own opt-out leaves his word his.
        Assert.Null(OptOutDecisions.OptOut(first, Link, Subject, "complaint", "r2", T0.AddDays(2), cause: TopicEntry.Complained)!.Topics["newsletter"].Cause);
    }

    [Fact]
    public void OptOut_OfWhatCouldStillBeTakenBack_IsFinalFromThenOn()
    {
        var press = PagePress.Of(PagePress.NewSecret())!;
        var pressed = OptOutDecisions.OptOut(null, Link, Subject, "unsubscribe-page", Id, T0, press)!;
        Assert.True(press.CanUndo(pressed.Topics["newsletter"], T0 + PagePress.Lifetime));

        // The same page, sent twice by a double click, changes nothing.
        Assert.Null(OptOutDecisions.OptOut(pressed, Link, Subject, "unsubscribe-page", "r2", T0.AddSeconds(1), press));
        var final = OptOutDecisions.OptOut(pressed, Link, Subject, "one-click-unsubscribe", "r2", T0.AddSeconds(1))!;
        Assert.Null(final.Topics["newsletter"].UndoableUntil);
        Assert.Null(OptOutDecisions.Undo(final, "newsletter", press, "nl", T0.AddSeconds(2)));
        Assert.Null(OptOutDecisions.OptOut(final, Link, Subject, "one-click-unsubscribe", "r3", T0.AddSeconds(2)));
    }

    [Fact]
    public void Bounce_Hard_SuppressesEverything_AndGivesWayToThePersonsOwnWord()
    {
        var bounced = BounceDecision.Bounce(OptIn(null, "newsletter", Proof(T0)), Link, Subject, hard: true, "5.1.1", "r2", T0.AddHours(1))!;
        Assert.Equal(TopicEntry.Bounced, MarketingDecisions.Standing(bounced.Topics, "newsletter")!.Cause);
        Assert.Equal(TopicEntry.Bounced, MarketingDecisions.Standing(bounced.Topics, "brand-new")!.Cause);
        Assert.Null(BounceDecision.Bounce(bounced, Link, Subject, hard: true, "5.1.1", "r3", T0.AddHours(2)));

        var optedOut = OptOutDecisions.OptOut(bounced, Link, Subject, "one-click-unsubscribe", "r3", T0.AddHours(2))!;
        Assert.Null(MarketingDecisions.Standing(optedOut.Topics, "newsletter")!.Cause);
        var confirmed = OptIn(bounced, "newsletter", Proof(T0.AddHours(3)), T0.AddHours(3));
        Assert.Equal(TopicStatus.Subscribed, MarketingDecisions.Standing(confirmed.Topics, "newsletter")!.Status);
        var again = BounceDecision.Bounce(confirmed, Link, Subject, hard: true, "5.1.1", "r5", T0.AddHours(4))!;
        Assert.Equal(TopicStatus.Suppressed, MarketingDecisions.Standing(again.Topics, "newsletter")!.Status);
    }

    [Fact]
    public void Bounce_OfWhoWantedNothingAnyMore_LeavesHisWord()
    {
        var nothing = OptOutDecisions.OptOut(null, Link with { Topic = MarketingRecord.Everything }, Subject, "unsubscribe-page", Id, T0)!;
        Assert.Null(BounceDecision.Bounce(nothing, Link, Subject, hard: true, "5.1.1", "r2", T0.AddHours(1)));
        Assert.Null(nothing.Topics[MarketingRecord.Everything].Cause);
    }

    [Fact]
    public void Bounce_Soft_SuppressesNothing_AndIsKeptAsEvidence()
    {
        var subscribed = OptIn(null, "newsletter", Proof(T0));
        var soft = BounceDecision.Bounce(subscribed, Link, Subject, hard: false, "4.2.2", "r2", T0.AddHours(1))!;
        Assert.Equal((MarketingRecord.Bounced, "soft-bounce 4.2.2"), (soft.Kind, soft.Action));
        Assert.Equal(subscribed.Topics, soft.Topics);
    }

    [Fact]
    public void OptOut_OfOneTopic_LeavesTheOthersAsTheyStand()
    {
        var offers = OptIn(null, "offers", Proof());
        var record = OptOutDecisions.OptOut(OptIn(offers, "newsletter", Proof()), Link, Subject, "one-click-unsubscribe", "r2", T0.AddHours(1))!;
        Assert.Equal(TopicStatus.Suppressed, record.Topics["newsletter"].Status);
        Assert.Equal(offers.Topics["offers"], record.Topics["offers"]);
    }

    [Fact]
    public void OptIn_OfAnUnknownAddress_SubscribesWithItsProof()
    {
        var record = OptIn(null, "newsletter", Proof(T0));
        Assert.Equal(MarketingRecord.Subscribed, record.Kind);
        Assert.Equal(new TopicEntry(TopicStatus.Subscribed, T0, Proof(T0), Id), record.Topics["newsletter"]);
    }

    [Fact]
    public void OptIn_ThatNobodyConfirmedAndNothingProves_SubscribesNobody_AndGivesWayToAnyThatIs()
    {
        var record = OptIn(null, "newsletter", Proof());
        Assert.Equal((MarketingRecord.Unproven, Proof()), (record.Kind, record.Proof));
        Assert.Equal(new TopicEntry(TopicStatus.Unproven, T0, null, Id), record.Topics["newsletter"]);
        Assert.Equal(MarketingRecord.Attempted, OptIn(OptIn(null, "newsletter", Proof(T0)), "newsletter", Proof()).Kind);
        foreach (var proof in (OptInProof[])[Proof(T0), Proof() with { Evidence = "paper form 12", OptedInAt = T0.AddDays(-1) }])
            Assert.Equal(new TopicEntry(TopicStatus.Subscribed, T0, proof, Id), OptIn(record, "newsletter", proof).Topics["newsletter"]);
    }

    [Fact]
    public void OptIn_Unconfirmed_NeverLiftsASuppression()
    {
        var suppressed = OptOutDecisions.OptOut(null, Link, Subject, "one-click-unsubscribe", Id, T0);
        var record = OptIn(suppressed, "newsletter", Proof(), T0.AddYears(1));
        Assert.Equal(MarketingRecord.Attempted, record.Kind);
        Assert.Equal(TopicStatus.Suppressed, record.Topics["newsletter"].Status);
        Assert.Equal(Proof(), record.Proof);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void OptIn_Confirmed_LiftsASuppressionOnlyWhenConfirmedLater(int millisecondsAfter, bool lifts)
    {
        var suppressed = OptOutDecisions.OptOut(null, Link, Subject, "one-click-unsubscribe", Id, T0);
        var record = OptIn(suppressed, "newsletter", Proof(T0.AddMilliseconds(millisecondsAfter)), T0.AddHours(1));
        Assert.Equal(lifts ? TopicStatus.Subscribed : TopicStatus.Suppressed, record.Topics["newsletter"].Status);
    }

    [Fact]
    public void OptIn_Unconfirmed_NeverTakesThePlaceOfAConfirmedOne()
    {
        var confirmed = OptIn(null, "newsletter", Proof(T0));
        Assert.Equal(confirmed.Topics["newsletter"], OptIn(confirmed, "newsletter", Proof(), T0.AddDays(1)).Topics["newsletter"]);
    }

    [Fact]
    public void OptIn_TheSameAgain_IsKeptAsEvidenceAndPublishedToNobody() =>
        Assert.Equal(MarketingRecord.Attempted, OptIn(OptIn(null, "newsletter", Proof()), "newsletter", Proof(), T0.AddDays(1)).Kind);

    [Fact]
    public void Proof_TextHash_ChangesWithTheTextAndTheLanguage()
    {
        var topic = Sample.Declaration().FindTopic("newsletter")!;
        var reworded = topic with { Description = Sample.Text("Anders.", topic.Description["en"]) };
        Assert.NotEqual(OptInProof.TextHashOf(topic, "nl"), OptInProof.TextHashOf(topic, "en"));
        Assert.NotEqual(OptInProof.TextHashOf(topic, "nl"), OptInProof.TextHashOf(reworded, "nl"));
        Assert.Equal(OptInProof.TextHashOf(topic, "en"), OptInProof.TextHashOf(reworded, "en"));
    }

    private static MarketingRecord OptIn(MarketingRecord? newest, string topic, OptInProof proof, DateTimeOffset? now = null) =>
        MarketingDecisions.OptIn(newest, Sample.Site, Subject, topic, proof, Id, now ?? T0);

    private static OptInProof Proof(DateTimeOffset? confirmedAt = null)
    {
        var declaration = Sample.Declaration();
        return OptInProof.On(Sample.Published(declaration), declaration.FindTopic("newsletter")!, "nl", "form", confirmedAt);
    }
}
