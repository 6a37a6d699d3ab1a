using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>What an opt-out, and taking it back, make of the newest record of an address. Pure.</summary>
public static class OptOutDecisions
{
    /// <summary>What is repeated sooner is the same "no".</summary>
    private static readonly TimeSpan SaidAgain = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The record to append; null when the topic was suppressed a moment ago, for good. Never refused. A suppression that could still be taken back
    /// becomes final when it is asked for again elsewhere; a bounce and an erasure give way to the person's own word.
    /// </summary>
    /// <param name="id">That the record will have.</param>
    /// <param name="press">Of the page on which it can be taken back; null when it cannot. What was taken back a moment ago cannot be again.</param>
    /// <param name="cause">See <see cref="TopicEntry"/>; null for the person's own opt-out.</param>
    /// <param name="purposes">See <see cref="MarketingRecord.Purposes"/>.</param>
    public static MarketingRecord? OptOut(
        MarketingRecord? newest, UnsubscribeLink link, string subjectId, string action, string id, DateTimeOffset now, PagePress? press = null, string? cause = null,
        IReadOnlyList<string>? purposes = null)
    {
        ArgumentNullException.ThrowIfNull(link);
        var entry = newest?.Topics.GetValueOrDefault(link.Topic);
        if (entry is { Status: TopicStatus.Suppressed })
        {
            if (Stays(entry, press, cause, now)) return null;
            // Said again it is final, and the person's own word stays his.
            if (entry.Cause is not (TopicEntry.Bounced or TopicEntry.Erased)) (press, cause) = (null, entry.Cause is null ? null : cause);
        }
        if (newest?.TakenBack?.TryGetValue(link.Topic, out var last) is true && last + PagePress.Lifetime > now) press = null;
        return new MarketingRecord
        {
            Kind = MarketingRecord.Unsubscribed,
            Site = link.Site,
            SubjectId = subjectId,
            Topic = link.Topic,
            Action = action,
            Campaign = link.Campaign,
            Language = link.Language,
            Purposes = link.Topic == MarketingRecord.Everything ? purposes : null,
            RecordedAt = now,
            Topics = MarketingDecisions.With(newest, link.Topic, press is null
                ? new TopicEntry(TopicStatus.Suppressed, now, null, id, cause)
                : new TopicEntry(TopicStatus.Suppressed, now, null, id, cause, press.Hash, now + PagePress.Lifetime, entry?.Final)),
        };
    }

    private static bool Stays(TopicEntry entry, PagePress? press, string? cause, DateTimeOffset now) => entry switch
    {
        _ when !entry.IsFinal(now) => entry.Press == press?.Hash,
        { Cause: TopicEntry.Bounced or TopicEntry.Erased } => cause == entry.Cause,
        { Cause: not null } when cause is null => false,
        // Said again later it is the last word, whatever the person confirmed in between; so that its time moves, once a minute.
        _ => now < entry.At + SaidAgain,
    };

    /// <summary>The record by which a topic is again as it was before the press; null when the press did not make what stands, or too long ago.</summary>
    /// <param name="purposes">See <see cref="MarketingRecord.Purposes"/>.</param>
    public static MarketingRecord? Undo(
        MarketingRecord? newest, string topic, PagePress press, string? language, DateTimeOffset now, IReadOnlyList<string>? purposes = null)
    {
        ArgumentNullException.ThrowIfNull(press);
        if (newest?.Topics.GetValueOrDefault(topic) is not { } entry || !press.CanUndo(entry, now)) return null;
        var topics = MarketingDecisions.With(newest, topic, entry);
        if (entry.Before is { } earlier) topics[topic] = earlier;
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
            Undoes = entry.By,
            OptedOutAt = entry.At,
            Purposes = topic == MarketingRecord.Everything ? purposes : null,
            RecordedAt = now,
            Topics = topics,
        };
    }

    /// <summary>See <see cref="MarketingRecord.TakenBack"/>; null for none.</summary>
    public static IReadOnlyDictionary<string, DateTimeOffset>? TakenBack(MarketingRecord? newest, MarketingRecord next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var still = (newest?.TakenBack ?? new Dictionary<string, DateTimeOffset>()).Where(t => t.Value + PagePress.Lifetime > next.RecordedAt && t.Key != next.Topic)
            .Concat(next.Kind == MarketingRecord.Undone ? [KeyValuePair.Create(next.Topic, next.RecordedAt)] : newest?.TakenBack?.Where(t => t.Key == next.Topic) ?? [])
            .ToDictionary(StringComparer.Ordinal);
        return still.Count == 0 ? null : still;
    }
}
