namespace Consent.MarketingUnsubscribe;

/// <summary>What an erasure leaves of an address. Pure.</summary>
public static class ErasureDecisions
{
    /// <summary>The action of what an erasure leaves.</summary>
    public const string Erasure = "erasure";

    /// <summary>
    /// The record by which an erased person is sent nothing from then on, where nothing was left to be erased: his tombstone would say it. Null where
    /// everything is suppressed since then, or since later, already, for good; what he said himself since then and could still take back, becomes so.
    /// Only a later confirmation of a topic lifts it, for that topic.
    /// </summary>
    public static MarketingRecord? Erase(MarketingRecord? newest, string site, string subjectId, DateTimeOffset erasedAt, string id, DateTimeOffset now)
    {
        var all = newest?.Topics.GetValueOrDefault(MarketingRecord.Everything) is { Status: TopicStatus.Suppressed, Cause: not TopicEntry.Bounced } said && said.At >= erasedAt ? said : null;
        if (all is not null && all.IsFinal(now)) return null;
        return new MarketingRecord
        {
            Kind = MarketingRecord.Unsubscribed,
            Site = site,
            SubjectId = subjectId,
            Topic = MarketingRecord.Everything,
            Action = Erasure,
            RecordedAt = now,
            Topics = MarketingDecisions.With(newest, MarketingRecord.Everything, all?.ForGood() ?? new TopicEntry(TopicStatus.Suppressed, erasedAt, null, id, TopicEntry.Erased)),
        };
    }

    /// <summary>Whether it is the person's own word after he was erased: an opt-out, or a confirmed opt-in that was asked for after that.</summary>
    public static bool Outlives(TopicEntry entry, DateTimeOffset erasedAt)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Status == TopicStatus.Suppressed ? entry.At > erasedAt && entry.Cause is not (TopicEntry.Bounced or TopicEntry.Erased) : entry.Proof?.LiftsUpTo > erasedAt;
    }

    /// <summary>What the person decided after he was erased, as he decided it, on top of the tombstone; it cannot be taken back any more.</summary>
    /// <returns>Null where he said something newer meanwhile.</returns>
    public static MarketingRecord? Keep(MarketingRecord? newest, string site, string subjectId, OutlivingEntry kept, string id)
    {
        ArgumentNullException.ThrowIfNull(kept);
        if (newest?.Topics.GetValueOrDefault(kept.Topic) is { Cause: not TopicEntry.Erased } said && said.At >= kept.Entry.At) return null;
        return new MarketingRecord
        {
            Kind = kept.Kind,
            Site = site,
            SubjectId = subjectId,
            Topic = kept.Topic,
            Action = kept.Action,
            Language = kept.Language,
            Purposes = kept.Purposes,
            Proof = kept.Entry.Proof,
            RecordedAt = kept.RecordedAt,
            Topics = MarketingDecisions.With(newest, kept.Topic, kept.Entry with { By = id }),
        };
    }
}

/// <summary>
/// What a person decided about a topic after he was erased, and how: all that is told to others, and nothing that could name him, such as the evidence of a
/// controller who imported it, or the campaign.
/// </summary>
public sealed record OutlivingEntry(
    string Kind, string Topic, string Action, string? Language, IReadOnlyList<string>? Purposes, DateTimeOffset RecordedAt, TopicEntry Entry)
{
    /// <param name="made">The record that made it so, which goes with the rest.</param>
    public static OutlivingEntry Of(MarketingRecord made, string topic, TopicEntry entry)
    {
        ArgumentNullException.ThrowIfNull(made);
        ArgumentNullException.ThrowIfNull(entry);
        // Of a statement only the person's own word outlives it, in whose place it came.
        var nobody = entry.ForGood() with { Proof = entry.Proof?.OwnWord is { } own ? own with { Evidence = null } : null };
        return new OutlivingEntry(made.Kind, topic, made.Action, made.Language, made.Topic == topic ? made.Purposes : null, made.RecordedAt, nobody);
    }
}

/// <summary>Whom an erasure was asked for. It holds no more than what remains: the keyed hash under which the address is suppressed.</summary>
public sealed record AskedErasure(string Site, string SubjectId);
