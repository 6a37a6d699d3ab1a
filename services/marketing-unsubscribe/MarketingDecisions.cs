using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>What an opt-out and an opt-in make of the newest record of an address. Pure.</summary>
public static class MarketingDecisions
{
    /// <summary>The record to append; null when the topic is suppressed already. Never refused.</summary>
    public static MarketingRecord? OptOut(MarketingRecord? newest, UnsubscribeLink link, string subjectId, string action, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(link);
        if (newest?.Topics.GetValueOrDefault(link.Topic) is { Status: TopicStatus.Suppressed }) return null;
        return new MarketingRecord
        {
            Kind = MarketingRecord.Unsubscribed,
            Site = link.Site,
            SubjectId = subjectId,
            Topic = link.Topic,
            Action = action,
            Campaign = link.Campaign,
            Language = link.Language,
            RecordedAt = now,
            Topics = With(newest, link.Topic, new TopicEntry(TopicStatus.Suppressed, now, null)),
        };
    }

    /// <summary>What holds for a topic: its own entry, or the suppression of everything, which only a later confirmation of the topic lifts.</summary>
    public static TopicEntry? Standing(IReadOnlyDictionary<string, TopicEntry>? topics, string topic)
    {
        var own = topics?.GetValueOrDefault(topic);
        return topics?.GetValueOrDefault(MarketingRecord.Everything) is { } all && !(own?.Proof?.ConfirmedAt > all.At) ? all : own;
    }

    /// <summary>
    /// The record to append: always one, also when nothing changes, so that an answer takes as long for an address that is
    /// known or suppressed as for any other.
    /// </summary>
    public static MarketingRecord OptIn(
        MarketingRecord? newest, string site, string subjectId, string topic, OptInProof proof, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var takesEffect = TakesEffect(Standing(newest?.Topics, topic), proof);
        return new MarketingRecord
        {
            Kind = takesEffect ? MarketingRecord.Subscribed : MarketingRecord.Attempted,
            Site = site,
            SubjectId = subjectId,
            Topic = topic,
            Action = proof.ConfirmedAt is null ? "subscribe" : "confirmed-subscribe",
            Language = proof.Language,
            Proof = proof,
            RecordedAt = now,
            Topics = takesEffect
                ? With(newest, topic, new TopicEntry(TopicStatus.Subscribed, now, proof))
                : newest?.Topics ?? new Dictionary<string, TopicEntry>(),
        };
    }

    /// <summary>
    /// Only a later confirmation lifts a suppression. On a subscription, a confirmation takes the place of an earlier or of none;
    /// an unconfirmed opt-in only that of another unconfirmed one, made on another declaration.
    /// </summary>
    public static bool TakesEffect(TopicEntry? entry, OptInProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return entry switch
        {
            null => true,
            { Status: TopicStatus.Suppressed } => proof.ConfirmedAt > entry.At,
            { Proof.ConfirmedAt: { } earlier } => proof.ConfirmedAt > earlier,
            _ => proof.ConfirmedAt is not null || proof.Declaration != entry.Proof?.Declaration,
        };
    }

    private static SortedDictionary<string, TopicEntry> With(MarketingRecord? newest, string topic, TopicEntry entry)
    {
        var topics = new SortedDictionary<string, TopicEntry>(StringComparer.Ordinal);
        foreach (var (id, standing) in newest?.Topics ?? new Dictionary<string, TopicEntry>()) topics[id] = standing;
        topics[topic] = entry;
        return topics;
    }
}
