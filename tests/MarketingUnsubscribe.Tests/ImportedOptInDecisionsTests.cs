using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class ImportedOptInDecisionsTests
{
    private const string Now = "what it means now";
    private const string Once = "what it meant once";
    private static readonly DateTimeOffset T0 = Sample.Noon;
    private static readonly string Subject = $"a1-{new string('0', 64)}";
    private static readonly UnsubscribeLink Link = new(Sample.Controller, Sample.Site, "newsletter", "jan@example.com");

    [Fact]
    public void Unproven_IsNoted_WithoutAProof_AndGivesWayToAnyOptIn()
    {
        var record = Record(null, Proof(confirmed: 5) with { Evidence = null })!;
        Assert.Equal((MarketingRecord.Unproven, "import", 5), (record.Kind, record.Action, record.Proof!.ConfirmedAt!.Value.Subtract(T0).Hours));
        Assert.Equal(new TopicEntry(TopicStatus.Unproven, T0, null, "r1"), record.Topics["newsletter"]);

        Assert.Equal(TopicStatus.Subscribed, MarketingDecisions.OptIn(record, Sample.Site, Subject, "newsletter", Own(), "r2", T0).Topics["newsletter"].Status);
        Assert.Equal(TopicStatus.Suppressed, OptOutDecisions.OptOut(record, Link, Subject, "one-click-unsubscribe", "r2", T0)!.Topics["newsletter"].Status);
        Assert.False(ErasureDecisions.Outlives(record.Topics["newsletter"], T0.AddHours(-1)));
    }

    [Fact]
    public void Unproven_TakesThePlaceOfNothing()
    {
        TopicEntry[] entries = [new(TopicStatus.Unproven, T0, null), new(TopicStatus.Subscribed, T0, Own()), new(TopicStatus.Suppressed, T0, null)];
        foreach (var proof in (OptInProof[])[Proof(confirmed: 5) with { Evidence = null }, Proof(confirmed: 5) with { OptedInAt = null }])
        {
            Assert.All(entries, entry => Assert.False(ImportedOptInDecisions.TakesEffect(entry, proof, Now)));
            Assert.True(ImportedOptInDecisions.TakesEffect(null, proof, Now));
        }
    }

    [Fact]
    public void Unproven_HidesNoSuppressionOfEverything_AndOpensNoWayAroundIt()
    {
        var unproven = Record(null, Proof(confirmed: 5) with { Evidence = null });
        var stopped = OptOutDecisions.OptOut(unproven, Link with { Topic = MarketingRecord.Everything }, Subject, "unsubscribe-page", "r2", T0)!;

        Assert.Equal(TopicStatus.Suppressed, MarketingDecisions.Standing(stopped.Topics, "newsletter")!.Status);
        Assert.Equal(MarketingRecord.Attempted, MarketingDecisions.OptIn(stopped, Sample.Site, Subject, "newsletter", Own(), "r3", T0.AddHours(6)).Kind);
        Assert.Null(Record(stopped, Proof(confirmed: 5) with { Evidence = null }));
    }

    [Fact]
    public void WhatNobodyConfirmedOrProves_IsNoSubscription_ThoughAnOldRecordSaysSo()
    {
        var held = new TopicEntry(TopicStatus.Subscribed, T0, Own() with { Evidence = null, OptedInAt = null });
        Assert.True(ImportedOptInDecisions.TakesEffect(held, Proof(), Now));
        Assert.True(MarketingDecisions.TakesEffect(held, Proof()));
        Assert.False(ImportedOptInDecisions.TakesEffect(held, Proof() with { Evidence = null }, Now));
    }

    /// <summary>What stands was given at noon; hours are counted from there.</summary>
    [Theory]
    [InlineData(null, Now, null, 1, Now, false)]
    [InlineData(null, Once, null, 1, Now, true)]
    [InlineData(null, Once, null, 0, Now, false)]
    [InlineData(null, Once, null, 1, Once, false)]
    [InlineData(null, Now, -9, -9, Now, true)]
    [InlineData(null, Now, 9, 9, Once, false)]
    [InlineData(1, Now, 0, 0, Now, false)]
    [InlineData(1, Now, 1, 1, Now, false)]
    [InlineData(1, Now, 2, 2, Now, true)]
    [InlineData(1, Now, 2, 2, Once, false)]
    [InlineData(1, Once, null, 2, Now, false)]
    [InlineData(1, Once, 0, 0, Now, false)]
    [InlineData(1, Once, 2, 2, Now, true)]
    [InlineData(1, Once, 2, 2, Once, true)]
    public void ABetterProof_StaysWhereItIs(int? heldConfirmed, string heldMeaning, int? confirmed, int optedIn, string meaning, bool takes)
    {
        var held = new TopicEntry(TopicStatus.Subscribed, T0, Own() with { Declaration = heldMeaning, Meaning = heldMeaning, ConfirmedAt = At(heldConfirmed) });
        var proof = Proof(confirmed, optedIn) with { Declaration = meaning, Meaning = meaning };

        Assert.Equal(takes, ImportedOptInDecisions.TakesEffect(held, proof, Now));
        Assert.Equal(takes ? null : StreamImport.Known, ImportedOptInDecisions.WhyNot([held], null, proof, Now));
        // What takes effect here does so in the record too.
        if (takes) Assert.True(MarketingDecisions.TakesEffect(held, proof));
    }

    [Theory]
    [InlineData(null, "opted-out")]
    [InlineData(TopicEntry.Complained, TopicEntry.Complained)]
    [InlineData(TopicEntry.Bounced, TopicEntry.Bounced)]
    [InlineData(TopicEntry.Erased, TopicEntry.Erased)]
    public void ASuppression_WhateverItsCause_YieldsToNoImport(string? cause, string word)
    {
        var stands = new TopicEntry(TopicStatus.Suppressed, T0, null, Cause: cause);
        foreach (var proof in (OptInProof[])[Proof(optedIn: 1), Proof(confirmed: 0), Proof(confirmed: 1), Proof(confirmed: 1) with { Evidence = null }])
            Assert.Contains($"suppressed ({word})", ImportedOptInDecisions.WhyNot([stands], null, proof, Now), StringComparison.Ordinal);
    }

    [Fact]
    public void OfSeveralStreams_EachIsAsked()
    {
        TopicEntry early = new(TopicStatus.Suppressed, T0, null), late = new(TopicStatus.Suppressed, T0.AddHours(2), null);
        var subscribed = new TopicEntry(TopicStatus.Subscribed, T0, Own() with { ConfirmedAt = At(1) });
        Assert.Contains("suppressed", ImportedOptInDecisions.WhyNot([early, late], null, Proof(confirmed: 1), Now), StringComparison.Ordinal);
        Assert.Contains("suppressed", ImportedOptInDecisions.WhyNot([subscribed, early], null, Proof(confirmed: 1), Now), StringComparison.Ordinal);
        Assert.Equal(StreamImport.Known, ImportedOptInDecisions.WhyNot([subscribed, new(TopicStatus.Unproven, T0, null)], null, Proof(confirmed: 1), Now));
    }

    [Fact]
    public void ANo_YieldsToNoImport()
    {
        foreach (var proof in (OptInProof[])[Proof(optedIn: 1), Proof(confirmed: 0), Proof(confirmed: 1), Proof(confirmed: 1) with { OptedInAt = null }])
            Assert.Contains("said no", ImportedOptInDecisions.WhyNot([], T0, proof, Now), StringComparison.Ordinal);
    }

    private static MarketingRecord? Record(MarketingRecord? newest, OptInProof proof) =>
        ImportedOptInDecisions.Record(newest, Sample.Site, Subject, "newsletter", proof, Now, "r1", T0);

    private static DateTimeOffset? At(int? hours) => hours is { } h ? T0.AddHours(h) : null;

    private static OptInProof Proof(int? confirmed = null, int optedIn = 0) =>
        Own() with { Source = "mailchimp", Evidence = "log-7", OptedInAt = T0.AddHours(optedIn), ConfirmedAt = At(confirmed) };

    /// <summary>Stated by the controller, with its proof; unconfirmed.</summary>
    private static OptInProof Own()
    {
        var declaration = Sample.Declaration();
        return OptInProof.On(Sample.Published(declaration), declaration.FindTopic("newsletter")!, "nl", "form", null) with
        {
            Meaning = Now,
            Evidence = "paper form 12",
            OptedInAt = T0,
        };
    }
}
