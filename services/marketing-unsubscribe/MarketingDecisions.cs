using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>What an opt-in makes of the newest record of an address, and what holds in it for a topic. Pure.</summary>
public static class MarketingDecisions
{
    /// <summary>What holds for a topic: its own entry, or the suppression of everything, which only a later confirmation of the topic lifts.</summary>
    public static TopicEntry? Standing(IReadOnlyDictionary<string, TopicEntry>? topics, string topic)
    {
        var own = topics?.GetValueOrDefault(topic);
        if (topics?.GetValueOrDefault(MarketingRecord.Everything) is not { } all || Lifts(own?.Proof, all) || !Concerns(all, topic)) return own;
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
        var effect = proof.Permits ? MarketingRecord.Subscribed : proof.SoftOptIn is null ? MarketingRecord.Unproven : MarketingRecord.SoftOptIn;
        var standing = Standing(newest?.Topics, topic);
        var kind = TakesEffect(standing, proof) ? effect : MarketingRecord.Attempted;
        return new MarketingRecord
        {
            Kind = kind,
            Site = site,
            SubjectId = subjectId,
            Topic = topic,
            Action = proof.SoftOptIn is not null ? SoftOptIn.Basis : proof.OwnWord?.ConfirmedAt is null ? "subscribe" : "confirmed-subscribe",
            Language = proof.Language,
            Proof = proof,
            RecordedAt = now,
            Topics = kind switch
            {
                MarketingRecord.Subscribed => With(newest, topic, new TopicEntry(TopicStatus.Subscribed, now, InPlaceOf(standing, proof), id)),
                MarketingRecord.Unproven => With(newest, topic, new TopicEntry(TopicStatus.Unproven, now, null, id)),
                MarketingRecord.SoftOptIn => With(newest, topic, new TopicEntry(TopicStatus.SoftOptIn, now, proof, id)),
                _ => newest?.Topics ?? new Dictionary<string, TopicEntry>(),
            },
        };
    }

    /// <summary>
    /// Only the person's own later confirmation lifts a suppression; what a controller states lifts none. On a subscription, a confirmation takes the place of
    /// an earlier or of none, and the person's own that of any statement; a proven opt-in only that of an earlier one that was not confirmed either, on another
    /// declaration. What is unproven gives way to either, and takes the place of nothing; a soft opt-in takes that of what is unproven, and, complete, of one
    /// that was not.
    /// </summary>
    public static bool TakesEffect(TopicEntry? entry, OptInProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (proof.SoftOptIn is { } soft)
            return entry is null or { Status: TopicStatus.Unproven } || (soft.IsComplete && entry is { Status: TopicStatus.SoftOptIn, Proof.SoftOptIn.IsComplete: false });
        if (!proof.Permits) return entry is null;
        return entry switch
        {
            { Status: TopicStatus.Suppressed } => Lifts(proof, entry),
            { Proof: { Permits: true } held } when proof is { LiftsNothing: true, ConfirmedAt: { } stated } => !(held.CountsFrom >= stated),
            { Proof: { Permits: true, LiftsUpTo: { } earlier } } => proof.LiftsUpTo > earlier,
            { Proof: { Permits: true } held } => proof.ConfirmedAt is not null
                || (held.ConfirmedAt is null && proof.Declaration != held.Declaration && proof.OptedInAt > held.OptedInAt),
            _ => true,
        };
    }

    /// <summary>Mail that came back is nobody's word, and yields to what was confirmed since, whenever that was asked for.</summary>
    private static bool Lifts(OptInProof? proof, TopicEntry suppression) =>
        (suppression.Cause is TopicEntry.Bounced ? proof?.OwnWord?.ConfirmedAt : proof?.LiftsUpTo) > suppression.At;

    /// <summary>A statement keeps the person's own word by which he came back, so that what he lifted does not stand again.</summary>
    private static OptInProof InPlaceOf(TopicEntry? standing, OptInProof proof) =>
        proof.LiftsNothing is true && standing?.Proof?.OwnWord is { ConfirmedAt: not null } own ? proof with { InPlaceOf = own } : proof;

    /// <summary>That mail came back says nothing of what goes another way.</summary>
    internal static bool Concerns(TopicEntry suppression, string topic) =>
        suppression.Cause is not TopicEntry.Bounced || ChannelTopic.Read(topic) is not { Channel: not Channel.Email };

    /// <summary>The topics of the newest record, with one entry set anew.</summary>
    internal static SortedDictionary<string, TopicEntry> With(MarketingRecord? newest, string topic, TopicEntry entry) =>
        With(newest?.Topics ?? new Dictionary<string, TopicEntry>(), topic, entry);

    internal static SortedDictionary<string, TopicEntry> With(IReadOnlyDictionary<string, TopicEntry> before, string topic, TopicEntry entry)
    {
        var topics = new SortedDictionary<string, TopicEntry>(StringComparer.Ordinal);
        foreach (var (id, standing) in before) topics[id] = standing;
        topics[topic] = entry;
        return topics;
    }
}
