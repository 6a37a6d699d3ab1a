using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>What an opt-out and an opt-in make of the newest record of an address. Pure.</summary>
public static class MarketingDecisions
{
    /// <summary>The action of what an erasure leaves.</summary>
    public const string Erasure = "erasure";

    /// <summary>What is repeated sooner is the same "no".</summary>
    private static readonly TimeSpan SaidAgain = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The record to append; null when the topic was suppressed a moment ago, for good. Never refused. A suppression that could still be taken back
    /// becomes final when it is asked for again elsewhere; a bounce and an erasure give way to the person's own word.
    /// </summary>
    /// <param name="id">That the record will have.</param>
    /// <param name="press">Of the page on which it can be taken back; null when it cannot.</param>
    /// <param name="cause">See <see cref="TopicEntry"/>; null for the person's own opt-out.</param>
    public static MarketingRecord? OptOut(
        MarketingRecord? newest, UnsubscribeLink link, string subjectId, string action, string id, DateTimeOffset now, PagePress? press = null, string? cause = null)
    {
        ArgumentNullException.ThrowIfNull(link);
        var entry = newest?.Topics.GetValueOrDefault(link.Topic);
        if (entry is { Status: TopicStatus.Suppressed })
        {
            if (Stays(entry, press, cause, now)) return null;
            // Said again it is final, and the person's own word stays his.
            if (entry.Cause is not (TopicEntry.Bounced or TopicEntry.Erased)) (press, cause) = (null, entry.Cause is null ? null : cause);
        }
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
            Topics = With(newest, link.Topic, new TopicEntry(TopicStatus.Suppressed, now, null, id, cause, press?.Hash, press is null ? null : now + PagePress.Lifetime)),
        };
    }

    private static bool Stays(TopicEntry entry, PagePress? press, string? cause, DateTimeOffset now) => entry switch
    {
        { UndoableUntil: { } until } when until >= now => entry.Press == press?.Hash,
        { Cause: TopicEntry.Bounced or TopicEntry.Erased } => cause == entry.Cause,
        { Cause: not null } when cause is null => false,
        // Said again later it is the last word, whatever the person confirmed in between; so that its time moves, once a minute.
        _ => now < entry.At + SaidAgain,
    };

    /// <summary>The record by which a topic is again as it was before the press; null when the press did not make what stands, or too long ago.</summary>
    /// <param name="before">The record before the one that made what stands.</param>
    public static MarketingRecord? Undo(
        MarketingRecord? newest, MarketingRecord? before, string topic, PagePress press, string? by, string? language, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(press);
        if (newest?.Topics.GetValueOrDefault(topic) is not { } entry || entry.By != by || !press.CanUndo(entry, now)) return null;
        var topics = With(newest, topic, entry);
        if (before?.Topics.GetValueOrDefault(topic) is { } earlier) topics[topic] = earlier;
        else topics.Remove(topic);
        return new MarketingRecord
        {
            Kind = MarketingRecord.Undone,
            Site = newest.Site,
            SubjectId = newest.SubjectId,
            Topic = topic,
            Action = "undo",
            Campaign = newest.Campaign,
            Language = language,
            Undoes = by,
            RecordedAt = now,
            Topics = topics,
        };
    }

    /// <summary>
    /// The record of mail that came back. Hard, it suppresses whatever is not suppressed already, until the person confirms anew; soft, it is
    /// evidence only. It never takes the place of the person's own word. Null when a hard one changes nothing.
    /// </summary>
    /// <param name="status">Of RFC 3463, such as <c>5.1.1</c>.</param>
    public static MarketingRecord? Bounce(MarketingRecord? newest, UnsubscribeLink link, string subjectId, bool hard, string status, string id, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(link);
        var before = newest?.Topics ?? new Dictionary<string, TopicEntry>();
        var open = hard ? before.Keys.Append(MarketingRecord.Everything).Where(topic => Standing(before, topic) is not { Status: TopicStatus.Suppressed }).ToList() : [];
        if (hard && open.Count == 0) return null;
        var bounced = new TopicEntry(TopicStatus.Suppressed, now, null, id, TopicEntry.Bounced);
        return new MarketingRecord
        {
            Kind = MarketingRecord.Bounced,
            Site = link.Site,
            SubjectId = subjectId,
            Topic = MarketingRecord.Everything,
            Action = $"{(hard ? "hard" : "soft")}-bounce {status}",
            Campaign = link.Campaign,
            RecordedAt = now,
            Topics = open.Contains(MarketingRecord.Everything)
                ? With(newest, MarketingRecord.Everything, bounced)
                : open.Aggregate(before, (topics, topic) => With(topics, topic, bounced)),
        };
    }

    /// <summary>
    /// The record by which an erased person is sent nothing from then on, where nothing was left to be erased: his tombstone would say it. Null where
    /// everything is suppressed since then, or since later, already. Only a later confirmation of a topic lifts it, for that topic.
    /// </summary>
    public static MarketingRecord? Erase(MarketingRecord? newest, string site, string subjectId, DateTimeOffset erasedAt, string id, DateTimeOffset now)
    {
        if (newest?.Topics.GetValueOrDefault(MarketingRecord.Everything) is { Status: TopicStatus.Suppressed } all && all.At >= erasedAt) return null;
        return new MarketingRecord
        {
            Kind = MarketingRecord.Unsubscribed,
            Site = site,
            SubjectId = subjectId,
            Topic = MarketingRecord.Everything,
            Action = Erasure,
            RecordedAt = now,
            Topics = With(newest, MarketingRecord.Everything, new TopicEntry(TopicStatus.Suppressed, erasedAt, null, id, TopicEntry.Erased)),
        };
    }

    /// <summary>Whether it is the person's own word after he was erased: an opt-out, or an opt-in that he confirmed after that.</summary>
    public static bool Outlives(TopicEntry entry, DateTimeOffset erasedAt)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Status == TopicStatus.Suppressed ? entry.At > erasedAt && entry.Cause is not (TopicEntry.Bounced or TopicEntry.Erased) : entry.Proof?.ConfirmedAt > erasedAt;
    }

    /// <summary>What the person decided after he was erased, as he decided it, on top of the tombstone; it cannot be taken back any more.</summary>
    /// <param name="made">The record that made it so, which is gone.</param>
    public static MarketingRecord Keep(MarketingRecord? newest, MarketingRecord made, string topic, TopicEntry entry, string id)
    {
        ArgumentNullException.ThrowIfNull(made);
        ArgumentNullException.ThrowIfNull(entry);
        return made with { Topic = topic, Topics = With(newest, topic, entry with { By = id, Press = null, UndoableUntil = null }) };
    }

    /// <summary>What holds for a topic: its own entry, or the suppression of everything, which only a later confirmation of the topic lifts.</summary>
    public static TopicEntry? Standing(IReadOnlyDictionary<string, TopicEntry>? topics, string topic)
    {
        var own = topics?.GetValueOrDefault(topic);
        if (topics?.GetValueOrDefault(MarketingRecord.Everything) is not { } all || own?.Proof?.ConfirmedAt > all.At) return own;
        if (own is not { Status: TopicStatus.Suppressed, Cause: null }) return all;
        // Whatever is to lift it must be later than both.
        return own.At >= all.At ? own : own with { At = all.At };
    }

    /// <summary>
    /// The record to append: always one, also when nothing changes, so that an answer takes as long for an address that is
    /// known or suppressed as for any other.
    /// </summary>
    public static MarketingRecord OptIn(
        MarketingRecord? newest, string site, string subjectId, string topic, OptInProof proof, string id, DateTimeOffset now)
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
                ? With(newest, topic, new TopicEntry(TopicStatus.Subscribed, now, proof, id))
                : newest?.Topics ?? new Dictionary<string, TopicEntry>(),
        };
    }

    /// <summary>
    /// Only a later confirmation lifts a suppression. On a subscription, a confirmation takes the place of an earlier or of none;
    /// an unconfirmed opt-in only that of another unconfirmed one, made on another declaration. What is unproven gives way to any.
    /// </summary>
    public static bool TakesEffect(TopicEntry? entry, OptInProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return entry switch
        {
            null => true,
            { Status: TopicStatus.Unproven } => true,
            { Status: TopicStatus.Suppressed } => proof.ConfirmedAt > entry.At,
            { Proof.ConfirmedAt: { } earlier } => proof.ConfirmedAt > earlier,
            _ => proof.ConfirmedAt is not null || proof.Declaration != entry.Proof?.Declaration,
        };
    }

    /// <summary>The topics of the newest record, with one entry set anew.</summary>
    internal static SortedDictionary<string, TopicEntry> With(MarketingRecord? newest, string topic, TopicEntry entry) =>
        With(newest?.Topics ?? new Dictionary<string, TopicEntry>(), topic, entry);

    private static SortedDictionary<string, TopicEntry> With(IReadOnlyDictionary<string, TopicEntry> before, string topic, TopicEntry entry)
    {
        var topics = new SortedDictionary<string, TopicEntry>(StringComparer.Ordinal);
        foreach (var (id, standing) in before) topics[id] = standing;
        topics[topic] = entry;
        return topics;
    }
}
