using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class BounceDecisionTests
{
    private const string News = "newsletter";
    private static readonly string Subject = $"a1-{new string('0', 64)}";
    private static readonly UnsubscribeLink Link = new(Sample.Controller, Sample.Site, News, "jan@example.com");
    private static readonly DateTimeOffset T0 = Sample.Noon;
    private static readonly TopicEntry Final = new(TopicStatus.Suppressed, T0, null, "r1");
    private static readonly TopicEntry Subscribed = new(TopicStatus.Subscribed, T0, null, "r1");
    private static readonly TopicEntry Pressed = Final with { Press = "the hash of a page", UndoableUntil = T0.AddMinutes(10), Before = Subscribed };

    [Fact]
    public void Hard_OfWhatCanStillBeTakenBack_MakesItFinal_AndTheWordStaysThePersons()
    {
        var stopped = Holding((MarketingRecord.Everything, Pressed), (News, Pressed));

        var bounced = Bounce(stopped, T0.AddMinutes(3))!;

        Assert.Equal((MarketingRecord.Bounced, "hard-bounce 5.1.1"), (bounced.Kind, bounced.Action));
        Assert.Equal(2, bounced.Topics.Count);
        Assert.All(bounced.Topics.Values, entry => Assert.Equal(Final, entry));
        Assert.Null(Bounce(bounced, T0.AddMinutes(4)));
    }

    [Fact]
    public void Hard_OfWhatCouldBeTakenBackUntilAMomentAgo_ChangesNothing()
    {
        var stopped = Holding((MarketingRecord.Everything, Pressed), (News, Pressed));
        Assert.NotNull(Bounce(stopped, T0.AddMinutes(10)));
        Assert.Null(Bounce(stopped, T0.AddMinutes(10).AddMilliseconds(1)));
    }

    [Fact]
    public void Hard_OfATopicThatIsStoppedOnAPage_BehindOlderWordsOfEverything_MakesItFinalToo()
    {
        var stopped = Holding((MarketingRecord.Everything, Final with { At = T0.AddDays(-1) }), (News, Pressed));
        var bounced = Bounce(stopped, T0.AddMinutes(3))!;
        Assert.Equal((stopped.Topics[MarketingRecord.Everything], Final), (bounced.Topics[MarketingRecord.Everything], bounced.Topics[News]));
    }

    [Fact]
    public void Hard_OfOneTopicThatIsStoppedOnAPage_StopsTheOthers()
    {
        var bounced = Bounce(Holding(("offers", Subscribed), (News, Pressed)), T0.AddMinutes(3))!;
        Assert.Equal(Final, bounced.Topics[News]);
        Assert.Equal(TopicEntry.Bounced, MarketingDecisions.Standing(bounced.Topics, "offers")!.Cause);
        Assert.Equal(Subscribed, bounced.Topics["offers"]);
    }

    [Fact]
    public void Unclear_IsEvidence_AndHardWhenItComesAgainAfterThreeDays()
    {
        var subscribed = Holding((News, Subscribed));

        var first = Unclear(subscribed, T0)!;

        Assert.Equal("soft-bounce 5.0.0", first.Action);
        Assert.Equal(T0, first.UnclearBounceAt);
        Assert.Same(subscribed.Topics, first.Topics);
        Assert.Null(Unclear(first, T0.AddDays(3).AddMilliseconds(-1)));
        var second = Unclear(first, T0.AddDays(3))!;
        Assert.Equal("hard-bounce 5.0.0", second.Action);
        Assert.Null(second.UnclearBounceAt);
        Assert.Equal(TopicEntry.Bounced, MarketingDecisions.Standing(second.Topics, News)!.Cause);
    }

    [Fact]
    public void Unclear_ThatComesAgainMonthsLater_BeginsAnew()
    {
        var first = Unclear(Holding((News, Subscribed)), T0)!;
        var later = Unclear(first, T0.AddDays(91))!;
        Assert.Equal("soft-bounce 5.0.0", later.Action);
        Assert.Equal(T0.AddDays(91), later.UnclearBounceAt);
    }

    [Fact]
    public void Unclear_IsRememberedAcrossASoftBounce()
    {
        var soft = BounceDecision.Bounce(Unclear(Holding((News, Subscribed)), T0), Link, Subject, hard: false, "4.4.1", "r3", T0.AddDays(1))!;
        Assert.Equal(T0, soft.UnclearBounceAt);
        Assert.Equal("hard-bounce 5.0.0", Unclear(soft, T0.AddDays(3))!.Action);
    }

    [Fact]
    public void Unclear_MakesNothingFinal()
    {
        var stopped = Holding((News, Pressed));
        Assert.Same(stopped.Topics, Unclear(stopped, T0.AddMinutes(3))!.Topics);
    }

    private static MarketingRecord? Bounce(MarketingRecord newest, DateTimeOffset now) =>
        BounceDecision.Bounce(newest, Link, Subject, hard: true, "5.1.1", "r2", now);

    private static MarketingRecord? Unclear(MarketingRecord newest, DateTimeOffset now) =>
        BounceDecision.Bounce(newest, Link, Subject, hard: false, "5.0.0", "r2", now, isUnclear: true);

    private static MarketingRecord Holding(params (string Topic, TopicEntry Entry)[] topics) => new()
    {
        Kind = MarketingRecord.Unsubscribed,
        Site = Sample.Site,
        SubjectId = Subject,
        Topic = topics[0].Topic,
        Action = "unsubscribe-page",
        RecordedAt = T0,
        Topics = topics.ToDictionary(t => t.Topic, t => t.Entry),
    };
}
