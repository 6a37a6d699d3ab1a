using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>What mail that came back makes of the newest record of an address. Pure.</summary>
public static class BounceDecision
{
    /// <summary>Outages, blocks and faults of the sender's are over by then; an address that is gone still is.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(3);

    /// <summary>What came back so long ago may well have arrived since, which nobody reports.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(90);

    /// <summary>
    /// The record of mail that came back. Hard, it suppresses whatever goes by mail and is not suppressed already, until the person confirms anew; soft,
    /// it is evidence only, and so is what is unclear, until it comes again after <see cref="Patience"/>: then it is hard. It never takes the place of
    /// the person's own word, but makes it final where it could be taken back: there is no mailbox to take it back for. Null when it changes nothing.
    /// </summary>
    /// <param name="status">Of RFC 3463, such as <c>5.1.1</c>.</param>
    /// <param name="isUnclear">See <see cref="AddressVerdict.Unclear"/>.</param>
    public static MarketingRecord? Bounce(
        MarketingRecord? newest, UnsubscribeLink link, string subjectId, bool hard, string status, string id, DateTimeOffset now, bool isUnclear = false)
    {
        ArgumentNullException.ThrowIfNull(link);
        var (isHard, unclearAt) = (hard, newest?.UnclearBounceAt);
        if (isUnclear)
        {
            if (unclearAt is { } first && now <= first + Remembered)
            {
                if (now < first + Patience) return null;
                isHard = true;
            }
            else
            {
                unclearAt = now;
            }
        }
        var before = newest?.Topics ?? new Dictionary<string, TopicEntry>();
        if ((isHard ? Suppress(before, id, now) : before) is not { } topics) return null;
        return new MarketingRecord
        {
            Kind = MarketingRecord.Bounced,
            Site = link.Site,
            SubjectId = subjectId,
            Topic = MarketingRecord.Everything,
            Action = $"{(isHard ? "hard" : "soft")}-bounce {status}",
            Campaign = link.Campaign,
            RecordedAt = now,
            UnclearBounceAt = isHard ? null : unclearAt,
            Topics = topics,
        };
    }

    /// <summary>
    /// Under which a stream has one record, so that one a day is kept of what says nothing of the address, however often it is told. Null for the rest,
    /// of which the decision keeps no more than it needs.
    /// </summary>
    public static string? KeyOf(DeliveryReport report, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Hard || report.Unclear ? null : $"soft-bounce {now.UtcDateTime:yyyy-MM-dd}";
    }

    /// <summary>Null when all of it is suppressed, for good.</summary>
    private static IReadOnlyDictionary<string, TopicEntry>? Suppress(IReadOnlyDictionary<string, TopicEntry> before, string id, DateTimeOffset now)
    {
        var open = before.Keys.Append(MarketingRecord.Everything).Where(topic => ChannelTopic.Read(topic) is { Channel: Channel.Email })
            .Where(topic => MarketingDecisions.Standing(before, topic) is not { Status: TopicStatus.Suppressed }).ToList();
        var undoable = before.Where(topic => !topic.Value.IsFinal(now)).ToList();
        if (open.Count == 0 && undoable.Count == 0) return null;
        var final = undoable.Aggregate(before, (topics, topic) => MarketingDecisions.With(topics, topic.Key, topic.Value.ForGood()));
        var bounced = new TopicEntry(TopicStatus.Suppressed, now, null, id, TopicEntry.Bounced);
        return open.Contains(MarketingRecord.Everything)
            ? MarketingDecisions.With(final, MarketingRecord.Everything, bounced)
            : open.Aggregate(final, (topics, topic) => MarketingDecisions.With(topics, topic, bounced));
    }
}
