using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>An opt-in that nothing proves is no basis, whatever it claims, and is told only where nothing else is.</summary>
public sealed class MaySendUnprovenTests
{
    private static readonly Declaration Declared = Sample.Declaration();
    private static readonly DateTimeOffset T0 = Sample.Noon;
    private static readonly TopicEntry Unproven = new(TopicStatus.Unproven, T0, null, "import");
    private static readonly OptInProof Proof = OptInProof.On(Sample.Published(Declared), Declared.FindTopic("newsletter")!, "nl", "form", T0);

    [Fact]
    public void Alone_ItIsToldWithItsRecord_AndPermitsNothing()
    {
        Assert.Equal(new SendDecision(false, "unproven", "import"), Decide([Unproven]));
        Assert.Equal(new SendDecision(false, "unproven", "import"), Decide([Unproven with { Proof = Proof }]));
    }

    [Fact]
    public void WhatNobodyConfirmed_NeedsEvidenceAndItsTime()
    {
        var unconfirmed = Proof with { ConfirmedAt = null };
        foreach (var proof in (OptInProof[])[unconfirmed, unconfirmed with { Evidence = "paper form 12" }, unconfirmed with { OptedInAt = T0 }, unconfirmed with { RequestedAt = T0 }])
            Assert.Equal(new SendDecision(false, "unproven", "by"), Decide([new(TopicStatus.Subscribed, T0, proof, "by")]));
        Assert.True(Decide([new(TopicStatus.Subscribed, T0, unconfirmed with { Evidence = "paper form 12", OptedInAt = T0 })]).Permitted);
    }

    [Fact]
    public void OfAChildsService_TheAgeOrTheAuthorisationIsNeededToo()
    {
        var forChildren = Proof with { ForChildren = true, Evidence = "paper form 12", OptedInAt = T0 };
        foreach (var proof in (OptInProof[])[forChildren, forChildren with { OfAge = false }])
            Assert.Equal("unproven", Decide([new(TopicStatus.Subscribed, T0, proof)]).Reason);
        foreach (var proof in (OptInProof[])[forChildren with { OfAge = true }, forChildren with { ParentalAuthorisation = new ParentalAuthorisation("signed-form", null, null) }])
            Assert.Equal("opted-in", Decide([new(TopicStatus.Subscribed, T0, proof)]).Reason);
    }

    [Fact]
    public void WhatElseStands_IsTold()
    {
        Assert.Equal("opted-in", Decide([Unproven, new(TopicStatus.Subscribed, T0, Proof)]).Reason);
        Assert.Equal("suppressed", Decide([Unproven, new(TopicStatus.Suppressed, T0, null)]).Reason);
        Assert.Equal("opted-in", Decide([Unproven], Held(Decision.Given)).Reason);
        Assert.Equal("withdrawn", Decide([Unproven], Held(Decision.Withdrawn)).Reason);
        Assert.Equal("expired", Decide([Unproven], Held(Decision.Given, until: T0.AddHours(1))).Reason);
    }

    private static SendDecision Decide(TopicEntry[] own, params Receipt[] held) => MaySend.Decide(own, held, Sample.Published(Declared), "newsletter", T0.AddHours(3));

    private static Receipt Held(Decision status, DateTimeOffset? until = null) =>
        Sample.Receipt($"a1-{new string('0', 64)}", 1, ("newsletter", Sample.Decided(Declared, "newsletter", status, T0, until)));
}
