using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class OptInDecisionsTests
{
    private static readonly DateTimeOffset Noon = Sample.Noon;

    private static readonly OptInProof Proof =
        OptInProof.On(Sample.Published(Sample.Declaration()), Sample.Declaration().FindTopic("newsletter")!, "nl", "form", Noon.AddHours(2)) with { RequestedAt = Noon };

    [Theory]
    [InlineData(null, -1, true)]
    [InlineData(null, 0, false)]
    [InlineData(null, 1, false)]
    [InlineData(TopicEntry.Complained, 1, false)]
    [InlineData(TopicEntry.Bounced, 1, true)]
    public void ASuppression_YieldsWhenItWasThereBeforeTheFirstStep_OrIsNobodysWord(string? cause, int hours, bool yields)
    {
        var entry = new TopicEntry(TopicStatus.Suppressed, Noon.AddHours(hours), null, Cause: cause);
        Assert.Equal(yields, OptInDecisions.TakesEffect(entry, Proof, saidNo: null));
        Assert.Equal(yields ? ConfirmState.Ask : ConfirmState.Overtaken, OptInDecisions.StateOf([entry], Noon, saidNo: null));
    }

    [Fact]
    public void OfTwoMails_ThePressOnTheEarlierAddsNothing_AndThatOnTheLaterDoes()
    {
        var first = OptInDecisions.OptIn(null, Sample.Site, "a1-x", "newsletter", Proof, null, "1", Noon.AddHours(2))!;
        Assert.Equal(MarketingRecord.Subscribed, first.Kind);
        var (earlier, later) = (Proof with { RequestedAt = Noon.AddHours(-1), ConfirmedAt = Noon.AddHours(3) }, Proof with { RequestedAt = Noon.AddHours(1), ConfirmedAt = Noon.AddHours(3) });
        Assert.Null(OptInDecisions.OptIn(first, Sample.Site, "a1-x", "newsletter", earlier, null, "2", Noon.AddHours(3)));
        Assert.Equal(later, OptInDecisions.OptIn(first, Sample.Site, "a1-x", "newsletter", later, null, "2", Noon.AddHours(3))!.Topics["newsletter"].Proof);
    }

    [Fact]
    public void TheFirstStep_ChangesNoTopic()
    {
        var held = OptInDecisions.OptIn(null, Sample.Site, "a1-x", "offers", Proof, null, "1", Noon)!;
        var asked = OptInDecisions.Ask(held, Sample.Site, "a1-x", "newsletter", Proof with { ConfirmedAt = null }, "2", Noon);
        Assert.Equal((MarketingRecord.Attempted, "newsletter"), (asked.Kind, asked.Topic));
        Assert.Same(held.Topics, asked.Topics);
    }

    [Fact]
    public void ThePersonsNewWord_IsDone_AlsoForTheLinkOfAnEarlierMail()
    {
        var entry = new TopicEntry(TopicStatus.Subscribed, Noon.AddHours(2), Proof);
        Assert.Equal(ConfirmState.Done, OptInDecisions.StateOf([entry], Noon.AddHours(-2), saidNo: Noon.AddHours(-1)));
        // Heard of only after the press: it was said between the two steps, and stands.
        Assert.Equal(ConfirmState.Overtaken, OptInDecisions.StateOf([entry], Noon, saidNo: Noon.AddHours(1)));
        Assert.Equal(ConfirmState.Overtaken, OptInDecisions.StateOf([entry], Noon, saidNo: Noon.AddHours(3)));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void WhatWasSaidOfEverything_OrErased_BetweenTheTwoSteps_Stands(int hours, bool lifts)
    {
        var at = Noon.AddHours(hours);
        var subscribed = new TopicEntry(TopicStatus.Subscribed, Noon.AddHours(2), Proof);
        var topics = new Dictionary<string, TopicEntry> { ["newsletter"] = subscribed, [MarketingRecord.Everything] = new(TopicStatus.Suppressed, at, null) };
        Assert.Equal(lifts ? TopicStatus.Subscribed : TopicStatus.Suppressed, MarketingDecisions.Standing(topics, "newsletter")!.Status);
        Assert.Equal(lifts, ErasureDecisions.Outlives(subscribed, at));
        // Mail that came back then is nobody's word.
        topics[MarketingRecord.Everything] = new(TopicStatus.Suppressed, at, null, Cause: TopicEntry.Bounced);
        Assert.Equal(TopicStatus.Subscribed, MarketingDecisions.Standing(topics, "newsletter")!.Status);
    }

    [Fact]
    public void OfTwoConfirmations_TheOneThatLiftsMoreStands()
    {
        var stated = new TopicEntry(TopicStatus.Subscribed, Noon.AddHours(1), Proof with { RequestedAt = null, ConfirmedAt = Noon.AddHours(1) });
        Assert.False(MarketingDecisions.TakesEffect(stated, Proof));
        Assert.True(MarketingDecisions.TakesEffect(stated with { Proof = Proof }, stated.Proof!));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(TopicEntry.Complained)]
    [InlineData(TopicEntry.Bounced)]
    [InlineData(TopicEntry.Erased)]
    public void WhatIsStated_LiftsNoSuppressionAndNoNo_HoweverLate_AndIsASubscriptionAllTheSame(string? cause)
    {
        var stated = Stated(Noon.AddDays(1));
        Assert.True(stated.Permits);
        Assert.False(OptInDecisions.TakesEffect(new TopicEntry(TopicStatus.Suppressed, Noon, null, Cause: cause), stated, saidNo: null));
        Assert.False(OptInDecisions.TakesEffect(null, stated, saidNo: Noon));
        Assert.True(OptInDecisions.TakesEffect(null, stated, saidNo: null));
        Assert.False(ErasureDecisions.Outlives(new TopicEntry(TopicStatus.Subscribed, Noon.AddDays(1), stated), Noon));
        var topics = new Dictionary<string, TopicEntry>
        {
            ["newsletter"] = new(TopicStatus.Subscribed, Noon.AddDays(1), stated),
            [MarketingRecord.Everything] = new(TopicStatus.Suppressed, Noon, null, Cause: cause),
        };
        Assert.Equal(TopicStatus.Suppressed, MarketingDecisions.Standing(topics, "newsletter")!.Status);
    }

    [Fact]
    public void ThePersonsOwnWord_TakesThePlaceOfAStatement_WhicheverIsLater_AndAStatementThatOfAnEarlierWord()
    {
        var held = new TopicEntry(TopicStatus.Subscribed, Noon.AddDays(1), Stated(Noon.AddDays(1)));
        Assert.True(MarketingDecisions.TakesEffect(held, Proof));
        Assert.Equal([false, true], new[] { Noon, Noon.AddHours(1) }.Select(at => MarketingDecisions.TakesEffect(held with { Proof = Proof }, Stated(at))));
        Assert.Equal([false, true], new[] { 1, 2 }.Select(days => MarketingDecisions.TakesEffect(held, Stated(Noon.AddDays(days)))));
        Assert.False(MarketingDecisions.TakesEffect(held, Stated(null) with { Declaration = "another", Evidence = "paper form 12", OptedInAt = Noon.AddDays(2) }));
    }

    [Fact]
    public void OfAStatement_OnlyThePersonsOwnWordBehindIt_OutlivesAnErasure()
    {
        var entry = new TopicEntry(TopicStatus.Subscribed, Noon.AddDays(1), Stated(Noon.AddDays(1)) with { InPlaceOf = Proof }, "2");
        Assert.True(ErasureDecisions.Outlives(entry, Noon.AddHours(-1)));
        Assert.False(ErasureDecisions.Outlives(entry, Noon));
        var made = MarketingDecisions.OptIn(null, Sample.Site, "a1-x", "newsletter", Stated(Noon.AddDays(1)), "2", Noon.AddDays(1));
        Assert.Equal(Proof, OutlivingEntry.Of(made, "newsletter", entry).Entry.Proof);
    }

    [Fact]
    public void ANoInTheConsentService_YieldsToNothingThatIsNotConfirmedLater()
    {
        var stated = Proof with { RequestedAt = null, ConfirmedAt = Noon };
        Assert.True(OptInDecisions.TakesEffect(null, stated, saidNo: Noon.AddHours(-1)));
        foreach (var proof in (OptInProof[])[stated, Proof, stated with { ConfirmedAt = null, Evidence = "paper form 12", OptedInAt = Noon.AddHours(1) }])
            Assert.False(OptInDecisions.TakesEffect(null, proof, saidNo: Noon));
    }

    private static OptInProof Stated(DateTimeOffset? confirmedAt) =>
        Proof with { RequestedAt = null, ConfirmedAt = confirmedAt, StatedBy = "crm", LiftsNothing = confirmedAt is null ? null : true };

    [Fact]
    public void ANo_ToTheTopicOrToItsPurpose_IsHeard_AndNoOther()
    {
        var on = Sample.Declaration();
        Receipt Of(string id, Decision status, int hours) => Sample.Receipt("a1-x", 1, (id, Sample.Decided(on, id, status, Noon.AddHours(hours))));
        Assert.Null(OptInDecisions.LastNo([Of("newsletter", Decision.Given, 1), Of("offers", Decision.Withdrawn, 1), Of("customer-news", Decision.Objected, 1)], on, "newsletter"));
        Assert.Equal(Noon.AddHours(3), OptInDecisions.LastNo([Of("newsletter", Decision.Withdrawn, 2), Of("marketing", Decision.Objected, 3)], on, "newsletter"));
    }
}
