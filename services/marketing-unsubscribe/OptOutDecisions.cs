using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>What an opt-out, and taking it back, make of the newest record of an address. Pure.</summary>
public static class OptOutDecisions
{
    /// <summary>The action of what is told anew: see <see cref="TellEverything"/>.</summary>
    internal const string StoppedBefore = "everything-stopped-before";

    /// <summary>Of an opt-out that is taken back as many of the ones before it are named.</summary>
    private const int MostNamed = 10;

    /// <summary>What is repeated sooner is the same "no": a minute at first, twice as long each time, a day at most, so that a link in a script fills no log.</summary>
    private static TimeSpan SaidAgain(int repeats) => TimeSpan.FromMinutes(Math.Min(1 << Math.Min(repeats, 11), 24 * 60));

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
        if (newest?.TakenBack?.TryGetValue(link.Topic, out var last) is true && last.At + PagePress.Lifetime > now) press = null;
        var told = link.Topic == MarketingRecord.Everything && purposes is { Count: > 0 } ? purposes : null;
        return new MarketingRecord
        {
            Kind = MarketingRecord.Unsubscribed,
            Site = link.Site,
            SubjectId = subjectId,
            Topic = link.Topic,
            Action = action,
            Campaign = link.Campaign,
            Language = link.Language,
            Purposes = told,
            RecordedAt = now,
            Topics = MarketingDecisions.With(newest, link.Topic, press is null
                ? new TopicEntry(TopicStatus.Suppressed, now, null, id, cause, Repeats: RepeatsOf(entry, cause), Told: told)
                : new TopicEntry(TopicStatus.Suppressed, now, null, id, cause, press.Hash, now + PagePress.Lifetime, entry?.ForGood(), Told: told)),
        };
    }

    /// <summary>
    /// The record of "nothing any more" that was said a while ago and is heard only now. It is as old as that, so that what was confirmed since stands; of
    /// two that say as much the later one holds, for good. Mail that came back takes the place of no word of the person. Null when it changes nothing.
    /// </summary>
    /// <param name="at">When it was said.</param>
    /// <param name="cause">See <see cref="TopicEntry"/>; null for the person's own opt-out.</param>
    /// <param name="purposes">See <see cref="MarketingRecord.Purposes"/>.</param>
    public static MarketingRecord? OptOutAsOf(
        MarketingRecord? newest, UnsubscribeLink link, string subjectId, string action, string id, DateTimeOffset now, DateTimeOffset at, string? cause,
        IReadOnlyList<string> purposes)
    {
        ArgumentNullException.ThrowIfNull(link);
        var isBounce = cause is TopicEntry.Bounced;
        var all = newest?.Topics.GetValueOrDefault(MarketingRecord.Everything);
        if (isBounce && all is { Cause: not TopicEntry.Bounced }) return null;
        if (all is not null && all.At >= at && all.IsFinal(now) && (isBounce || all.Cause is not TopicEntry.Bounced)) return null;
        var told = !isBounce && purposes is { Count: > 0 } ? purposes : null;
        var since = all is not null && all.At > at ? all.At : at;
        return new MarketingRecord
        {
            Kind = isBounce ? MarketingRecord.Bounced : MarketingRecord.Unsubscribed,
            Site = link.Site,
            SubjectId = subjectId,
            Topic = MarketingRecord.Everything,
            Action = isBounce ? $"hard-bounce {action}" : action,
            Campaign = link.Campaign,
            Language = link.Language,
            Purposes = told,
            RecordedAt = now,
            Topics = MarketingDecisions.With(
                newest, MarketingRecord.Everything, new TopicEntry(TopicStatus.Suppressed, since, null, id, all is { Cause: null } ? null : cause, Told: told)),
        };
    }

    /// <summary>
    /// The record by which the others hear, for purposes that they were not told of, that the person wants nothing any more; null where he did not say so
    /// himself, for good, or they were. It is as old as his word.
    /// </summary>
    public static MarketingRecord? TellEverything(MarketingRecord? newest, IReadOnlyList<string> purposes, string id, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(purposes);
        if (newest?.Topics.GetValueOrDefault(MarketingRecord.Everything) is not { Status: TopicStatus.Suppressed, Cause: null or TopicEntry.Complained } all || !all.IsFinal(now)) return null;
        var untold = purposes.Except(all.Told ?? [], StringComparer.Ordinal).ToList();
        if (untold.Count == 0) return null;
        return new MarketingRecord
        {
            Kind = MarketingRecord.Unsubscribed,
            Site = newest.Site,
            SubjectId = newest.SubjectId,
            Topic = MarketingRecord.Everything,
            Action = StoppedBefore,
            Purposes = untold,
            RecordedAt = now,
            Topics = MarketingDecisions.With(newest, MarketingRecord.Everything, all with { By = id, Told = [.. (all.Told ?? []).Concat(untold).Order(StringComparer.Ordinal)] }),
        };
    }

    private static int RepeatsOf(TopicEntry? entry, string? cause) => entry is { Status: TopicStatus.Suppressed, Press: null } && entry.Cause == cause ? entry.Repeats + 1 : 0;

    private static bool Stays(TopicEntry entry, PagePress? press, string? cause, DateTimeOffset now) => entry switch
    {
        _ when !entry.IsFinal(now) => entry.Press == press?.Hash,
        { Cause: TopicEntry.Bounced or TopicEntry.Erased } => cause == entry.Cause,
        { Cause: not null } when cause is null => false,
        // Said again later it is the last word, whatever the person confirmed in between; so that its time moves, once a minute.
        _ => now < entry.At + SaidAgain(entry.Repeats),
    };

    /// <summary>The record by which a topic is again as it was before the press; null when the press did not make what stands, or too long ago.</summary>
    public static MarketingRecord? Undo(MarketingRecord? newest, string topic, PagePress press, string? language, DateTimeOffset now)
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
            Purposes = entry.Told,
            RecordedAt = now,
            Topics = topics,
        };
    }

    /// <summary>See <see cref="MarketingRecord.TakenBack"/>; null for none.</summary>
    public static IReadOnlyDictionary<string, TakenBack>? TakenBack(MarketingRecord? newest, MarketingRecord next)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (next.Undoes is not { } id) return newest?.TakenBack;
        var still = (newest?.TakenBack ?? new Dictionary<string, TakenBack>()).ToDictionary(StringComparer.Ordinal);
        still[next.Topic] = new TakenBack(next.RecordedAt, [.. (still.GetValueOrDefault(next.Topic)?.Ids ?? []).Append(id).TakeLast(MostNamed)]);
        return still;
    }
}
