using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>"Nothing any more", heard when something else was said since: what stands in the end is what would if it had been heard at once.</summary>
public sealed class OptOutAsOfTests
{
    private static readonly string _subject = $"a1-{new string('0', 64)}";
    private static readonly UnsubscribeLink _all = new(Sample.Controller, Sample.Site, MarketingRecord.Everything, "jan@example.com");
    private static readonly DateTimeOffset _t0 = Sample.Noon;

    [Theory]
    [InlineData(null)]
    [InlineData(TopicEntry.Complained)]
    [InlineData(TopicEntry.Bounced)]
    public void HeardBeforeOrBehindAConfirmation_TheSameStands(string? cause)
    {
        var subscribed = OptIn(null, "newsletter", _t0);
        var atOnce = OptIn(AsOf(subscribed, _t0.AddHours(1), cause), "offers", _t0.AddHours(2));
        var late = AsOf(OptIn(subscribed, "offers", _t0.AddHours(2)), _t0.AddHours(1), cause)!;

        foreach (var record in (MarketingRecord[])[atOnce, late])
        {
            Assert.Equal(TopicStatus.Subscribed, MarketingDecisions.Standing(record.Topics, "offers")!.Status);
            foreach (var topic in (string[])["newsletter", "yet-to-be-declared"])
            {
                var entry = MarketingDecisions.Standing(record.Topics, topic)!;
                Assert.Equal((TopicStatus.Suppressed, _t0.AddHours(1), cause), (entry.Status, entry.At, entry.Cause));
            }
        }
    }

    [Fact]
    public void TheOthersAreToldThePurposes_AndNothingOfReturnedMail()
    {
        Assert.Equal(["customer-news", "marketing"], AsOf(null, _t0, null)!.Purposes);
        Assert.Equal(["customer-news", "marketing"], AsOf(null, _t0, TopicEntry.Complained)!.Topics[MarketingRecord.Everything].Told);
        var bounced = AsOf(null, _t0, TopicEntry.Bounced)!;
        Assert.Equal((MarketingRecord.Bounced, null, null), (bounced.Kind, bounced.Purposes, bounced.Topics[MarketingRecord.Everything].Told));
    }

    [Fact]
    public void WhatWasSaidSinceOrErasedSince_Stands_AndReturnedMailTakesNoWordsPlace()
    {
        var said = AsOf(null, _t0.AddHours(2), TopicEntry.Complained);
        Assert.Null(AsOf(said, _t0.AddHours(1), null));
        Assert.Null(AsOf(said, _t0.AddHours(3), TopicEntry.Bounced));
        var erased = ErasureDecisions.Erase(null, Sample.Site, _subject, _t0.AddHours(2), "r0", _t0.AddHours(2))!;
        Assert.Null(AsOf(erased, _t0.AddHours(1), null));

        Assert.Equal((_t0.AddHours(3), null), EverythingOf(AsOf(erased, _t0.AddHours(3), null)));
        Assert.Equal((_t0.AddHours(3), TopicEntry.Complained), EverythingOf(AsOf(said, _t0.AddHours(3), TopicEntry.Complained)));
        Assert.Equal((_t0.AddHours(2), null), EverythingOf(AsOf(AsOf(null, _t0.AddHours(2), TopicEntry.Bounced), _t0.AddHours(1), null)));
    }

    [Fact]
    public void WhatCouldStillBeTakenBack_IsFinalFromThenOn()
    {
        var press = PagePress.Of(PagePress.NewSecret())!;
        var pressed = OptOutDecisions.OptOut(null, _all, _subject, "unsubscribe-page", "r1", _t0, press)!;

        var final = AsOf(pressed, _t0.AddHours(-1), TopicEntry.Complained)!;

        Assert.Equal((_t0, null), EverythingOf(final));
        Assert.Null(OptOutDecisions.Undo(final, MarketingRecord.Everything, press, "nl", _t0.AddSeconds(1)));
    }

    private static (DateTimeOffset At, string? Cause) EverythingOf(MarketingRecord? record) =>
        record!.Topics[MarketingRecord.Everything] is var all ? (all.At, all.Cause) : default;

    private static MarketingRecord? AsOf(MarketingRecord? newest, DateTimeOffset at, string? cause) =>
        OptOutDecisions.OptOutAsOf(newest, _all, _subject, "connector:ses", "r9", _t0.AddSeconds(5), at, cause, Sample.Declaration().PurposesOfTopics());

    private static MarketingRecord OptIn(MarketingRecord? newest, string topic, DateTimeOffset confirmedAt)
    {
        var declaration = Sample.Declaration();
        return MarketingDecisions.OptIn(
            newest, Sample.Site, _subject, topic, OptInProof.On(Sample.Published(declaration), declaration.FindTopic(topic)!, "nl", "form", confirmedAt), "r2", confirmedAt);
    }
}
