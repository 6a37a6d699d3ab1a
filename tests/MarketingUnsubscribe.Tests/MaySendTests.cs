using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class MaySendTests
{
    private static readonly Declaration Declared = Sample.Declaration();
    private static readonly DateTimeOffset T0 = Sample.Noon;

    [Fact]
    public void Decide_AnAddressNeverAsked_HasNoBasis() => Assert.Equal(new SendDecision(false, "no-basis"), Decide([], []));

    [Fact]
    public void Decide_AnAddressNeverAsked_HasNoBasis_AlsoForATopicOnLegitimateInterest() =>
        Assert.Equal("no-basis", Decide([], [], topic: "tips").Reason);

    [Fact]
    public void Decide_AnOwnOptIn_IsPermitted() => Assert.Equal(new SendDecision(true, "opted-in"), Decide([In(T0)], []));

    [Fact]
    public void Decide_ASuppression_BeatsEveryBasis() =>
        Assert.Equal(new SendDecision(false, "suppressed"), Decide([In(T0), Out()], [Held(Decision.Given)]));

    [Fact]
    public void Decide_GivenInTheConsentService_IsPermitted() => Assert.True(Decide([], [Held(Decision.Given)]).Permitted);

    [Theory]
    [InlineData(Decision.Withdrawn, "withdrawn")]
    [InlineData(Decision.Refused, "refused")]
    [InlineData(Decision.Objected, "objected")]
    public void Decide_ANoInTheConsentServiceLaterThanTheOptIn_Denies(Decision no, string reason)
    {
        var held = Held(no, T0.AddHours(1));
        Assert.Equal(new SendDecision(false, reason, held.Id), Decide([In(T0)], [held]));
    }

    [Fact]
    public void Decide_AConfirmedOptInLaterThanTheNo_IsPermitted() =>
        Assert.True(Decide([In(T0.AddHours(1))], [Held(Decision.Withdrawn, T0)]).Permitted);

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void Decide_ANoBetweenTheTwoStepsOfAnOptIn_Stands(int saidAt, bool isPermitted)
    {
        var optIn = In(T0.AddHours(2));
        var inTwoSteps = optIn with { Proof = optIn.Proof! with { RequestedAt = T0 } };
        Assert.Equal(isPermitted, Decide([inTwoSteps], [Held(Decision.Withdrawn, T0.AddHours(saidAt))]).Permitted);
    }

    [Theory]
    [InlineData(1, 2, true)]
    [InlineData(2, 2, false)]
    [InlineData(3, 2, false)]
    public void Decide_ANoToThePurpose_GivesWayToALaterYesToTheTopic_AsTheStateDoes(int noIn, int yesIn, bool isPermitted)
    {
        var held = Sample.Receipt(
            $"a1-{new string('0', 64)}", 3, ("marketing", Sample.Decided(Declared, "marketing", Decision.Refused, T0) with { DecidedIn = noIn }),
            ("newsletter", Sample.Decided(Declared, "newsletter", Decision.Given, T0) with { DecidedIn = yesIn }));
        Assert.Equal(isPermitted, ConsentState.Of(held, Sample.Published(Declared), "newsletter", T0.AddHours(3)).Permitted);
        Assert.Equal(isPermitted, Decide([], [held]).Permitted);
        Assert.Equal(isPermitted ? null : (DateTimeOffset?)T0, OptInDecisions.LastNo([held], Declared, "newsletter"));
    }

    [Fact]
    public void Decide_WhereSomethingCannotBeRead_OrTheSiteIsRetired_NothingIsPermitted()
    {
        Assert.Equal(new SendDecision(false, "unreadable"), MaySend.Decide([In(T0)], [], Sample.Published(Declared), "newsletter", T0, isUnreadable: true));
        Assert.Equal("suppressed", MaySend.Decide([Out()], [], Sample.Published(Declared), "newsletter", T0, isUnreadable: true).Reason);
        Assert.Equal(new SendDecision(false, "retired-site"), Decide([In(T0)], [Held(Decision.Given)], inForce: Declared with { Retired = true }));
    }

    [Fact]
    public void Decide_AnUnconfirmedOptInLaterThanTheNo_IsDenied() =>
        Assert.Equal("withdrawn", Decide([In(at: T0.AddHours(1))], [Held(Decision.Withdrawn, T0)]).Reason);

    [Fact]
    public void Decide_ALaterNoWhoseTermIsOver_StillDenies() =>
        Assert.Equal("withdrawn", Decide([In(T0)], [Held(Decision.Withdrawn, T0.AddHours(1), until: T0.AddHours(2))], now: T0.AddDays(1)).Reason);

    [Fact]
    public void Decide_ANoToThePurpose_DeniesItsTopics_UntilALaterConfirmedOptIn()
    {
        var held = Held(Decision.Refused, T0, id: "marketing");
        Assert.Equal("refused", Decide([In(T0.AddHours(-1))], [held]).Reason);
        Assert.Equal("refused", Decide([In(at: T0.AddHours(1))], [held]).Reason);
        Assert.True(Decide([In(T0.AddHours(1))], [held]).Permitted);
    }

    [Fact]
    public void Decide_AnObjectionToALegitimateInterest_Denies() =>
        Assert.Equal("objected", Decide([In(T0)], [Held(Decision.Objected, T0.AddHours(1), id: "customer-news")], topic: "tips").Reason);

    [Fact]
    public void Decide_AYesInTheConsentService_ToATopicOnALegitimateInterest_IsAnOptIn_UntilTheMeaningChanges()
    {
        var held = Held(Decision.Given, id: "tips");
        Assert.Equal(new SendDecision(true, "opted-in", held.Id), Decide([], [held], topic: "tips"));
        Assert.Equal("no-basis", Decide([], [held], topic: "tips", inForce: Sample.WithAnotherMeaning(Declared)).Reason);
        Assert.Equal("no-basis", Decide([], [Held(Decision.Given, id: "customer-news")], topic: "tips").Reason);
    }

    [Fact]
    public void Decide_AConsentThatRanOut_IsExpired() =>
        Assert.Equal("expired", Decide([], [Held(Decision.Given, T0, until: T0.AddDays(1))], now: T0.AddDays(1)).Reason);

    [Fact]
    public void Decide_AnOwnOptIn_HoldsBeyondTheTermOfTheConsent() =>
        Assert.True(Decide([In(T0)], [Held(Decision.Given, T0, until: T0.AddDays(1))], now: T0.AddYears(2)).Permitted);

    [Fact]
    public void Decide_AfterAChangeOfMeaning_AsksAgain()
    {
        var changed = Sample.WithAnotherMeaning(Declared);
        Assert.Equal("ask-again", Decide([], [Held(Decision.Given)], inForce: changed).Reason);
        Assert.Equal("ask-again", Decide([In(T0)], [Held(Decision.Given)], inForce: changed).Reason);
        Assert.Equal("ask-again", Decide([In(T0)], [], inForce: changed).Reason);
    }

    [Fact]
    public void Decide_ATopicGoneFromTheDeclaration_IsNeverPermittedByConsent() =>
        Assert.Equal("no-basis", Decide([], [Held(Decision.Given)], inForce: Sample.Declaration(topics: ["offers"])).Reason);

    [Fact]
    public void Decide_WhatWasDecidedHere_NamesItsRecord()
    {
        var (optIn, optOut) = (In(T0) with { By = "in" }, Out() with { By = "out" });
        Assert.Equal(new SendDecision(true, "opted-in", "in"), Decide([In() with { By = "unconfirmed" }, optIn], [Held(Decision.Given)]));
        Assert.Equal(new SendDecision(false, "suppressed", "out"), Decide([optIn, optOut], [Held(Decision.Given)]));
        Assert.Equal(new SendDecision(false, "ask-again", "in"), Decide([optIn], [], inForce: Sample.WithAnotherMeaning(Declared)));
    }

    [Fact]
    public void Decide_WhatTheConsentServiceDecided_NamesItsReceipt()
    {
        var (given, ended) = (Held(Decision.Given), Held(Decision.Given, T0, until: T0.AddDays(1)));
        Assert.Equal(new SendDecision(true, "opted-in", given.Id), Decide([], [given]));
        Assert.Equal(new SendDecision(false, "expired", ended.Id), Decide([], [ended], now: T0.AddDays(1)));
        Assert.Equal(new SendDecision(false, "ask-again", given.Id), Decide([In(T0) with { By = "in" }], [given], inForce: Sample.WithAnotherMeaning(Declared)));
        Assert.Null(Decide([], [Held(Decision.Given, id: "customer-news")]).Receipt);
    }

    [Theory]
    [InlineData(TopicEntry.Bounced)]
    [InlineData(TopicEntry.Complained)]
    public void Decide_ASuppressionThatIsNobodysOptOut_TellsItsCause(string cause) =>
        Assert.Equal(new SendDecision(false, cause, "why"), Decide([In(T0), Out() with { Cause = cause, By = "why" }], []));

    [Fact]
    public void Decide_OfSeveralSuppressions_ThePersonsOwnIsTold_ThenTheComplaint()
    {
        TopicEntry[] both = [Out() with { Cause = TopicEntry.Bounced, By = "bounce" }, Out() with { Cause = TopicEntry.Complained, By = "complaint" }];
        Assert.Equal(new SendDecision(false, "complained", "complaint"), Decide(both, []));
        Assert.Equal(new SendDecision(false, "suppressed", "own"), Decide([.. both, Out() with { By = "own" }], []));
    }

    private static SendDecision Decide(
        TopicEntry[] own, Receipt[] held, Declaration? inForce = null, string topic = "newsletter", DateTimeOffset? now = null) =>
        MaySend.Decide(own, held, Sample.Published(inForce ?? Declared), topic, now ?? T0.AddHours(3));

    private static TopicEntry In(DateTimeOffset? confirmedAt = null, DateTimeOffset? at = null) => new(TopicStatus.Subscribed, at ?? T0,
        OptInProof.On(Sample.Published(Declared), Declared.FindTopic("newsletter")!, "nl", "form", confirmedAt));

    private static TopicEntry Out() => new(TopicStatus.Suppressed, T0, null);

    private static Receipt Held(Decision status, DateTimeOffset? at = null, DateTimeOffset? until = null, string id = "newsletter") =>
        Sample.Receipt($"a1-{new string('0', 64)}", 1, (id, Sample.Decided(Declared, id, status, at ?? T0, until)));
}
