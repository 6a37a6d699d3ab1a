using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>How things stand for the link in a confirmation mail.</summary>
public enum ConfirmState
{
    Ask,

    /// <summary>Its opt-in was confirmed, or a later one, and holds.</summary>
    Done,

    /// <summary>The person said no after it was asked for.</summary>
    Overtaken,
}

/// <summary>
/// What an opt-in in two steps makes of the newest record of an address. It counts from the moment of the second step, as any confirmation; but it
/// lifts only what was said before the first one (<see cref="OptInProof.LiftsUpTo"/>): a mail that was asked for before an opt-out revives nothing when
/// it is opened afterwards, by mistake or by a scanner. That mail came back is nobody's word, and yields. Pure.
/// </summary>
public static class OptInDecisions
{
    /// <summary>The record of the first step: evidence, and no more.</summary>
    public static MarketingRecord Ask(MarketingRecord? newest, string site, string subjectId, string topic, OptInProof proof, string id, DateTimeOffset now) =>
        Attempt(newest, MarketingDecisions.OptIn(newest, site, subjectId, topic, proof, id, now));

    /// <summary>The record of an opt-in, in one step or two; null when the same one, or a later one of two steps, holds already.</summary>
    /// <param name="saidNo">See <see cref="LastNo"/>.</param>
    public static MarketingRecord? OptIn(
        MarketingRecord? newest, string site, string subjectId, string topic, OptInProof proof, DateTimeOffset? saidNo, string id, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var entry = MarketingDecisions.Standing(newest?.Topics, topic);
        if (proof.RequestedAt is { } requested && Holds(entry, requested, saidNo)) return null;
        var made = MarketingDecisions.OptIn(newest, site, subjectId, topic, proof, id, now);
        return TakesEffect(entry, proof, saidNo) ? made : Attempt(newest, made);
    }

    /// <summary>As <see cref="MarketingDecisions.TakesEffect"/>, unless the person said no in the consent service, which it does not lift.</summary>
    public static bool TakesEffect(TopicEntry? entry, OptInProof proof, DateTimeOffset? saidNo)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return (saidNo is null || proof.LiftsUpTo > saidNo) && MarketingDecisions.TakesEffect(entry, proof);
    }

    /// <param name="own">The topic's entry in each stream of the address.</param>
    public static ConfirmState StateOf(IReadOnlyList<TopicEntry> own, DateTimeOffset requestedAt, DateTimeOffset? saidNo)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (own.Any(entry => IsOvertaken(entry, requestedAt))) return ConfirmState.Overtaken;
        if (own.All(entry => entry.Status is TopicStatus.Subscribed) && own.Any(entry => Holds(entry, requestedAt, saidNo))) return ConfirmState.Done;
        return saidNo >= requestedAt ? ConfirmState.Overtaken : ConfirmState.Ask;
    }

    /// <summary>When the person last said no in the consent service, to the topic, to its purpose or to everything, as far as that still stands; null for never.</summary>
    public static DateTimeOffset? LastNo(IEnumerable<Receipt> held, Declaration inForce, string topic)
    {
        ArgumentNullException.ThrowIfNull(held);
        ArgumentNullException.ThrowIfNull(inForce);
        return held.SelectMany(receipt => NosIn(receipt, inForce, topic)).Max(no => (DateTimeOffset?)SaidAt(no));
    }

    /// <summary>
    /// Each "no" in a receipt that stands for the topic: one to its purpose or to everything too, unless the person said yes to the topic since, as in
    /// <see cref="ConsentState"/>.
    /// </summary>
    public static IEnumerable<PurposeDecision> NosIn(Receipt held, Declaration inForce, string topic)
    {
        ArgumentNullException.ThrowIfNull(held);
        ArgumentNullException.ThrowIfNull(inForce);
        var own = held.Purposes.GetValueOrDefault(topic);
        var whole = inForce.PurposeBehind(topic) is { } purpose ? ConsentState.Whole(held, inForce, purpose.Id) : null;
        if (own is { IsNo: false } && own.DecidedIn > whole?.DecidedIn) whole = null;
        return new[] { own, whole }.OfType<PurposeDecision>().Where(decision => decision.IsNo);
    }

    /// <summary>By the clock of the service at which it was said.</summary>
    public static DateTimeOffset SaidAt(PurposeDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return decision.TakenAt ?? decision.DecidedAt;
    }

    private static bool IsOvertaken(TopicEntry? entry, DateTimeOffset requestedAt) =>
        entry is { Status: TopicStatus.Suppressed, Cause: not TopicEntry.Bounced } && entry.At >= requestedAt;

    private static bool Holds(TopicEntry? entry, DateTimeOffset requestedAt, DateTimeOffset? saidNo) =>
        entry is { Status: TopicStatus.Subscribed, Proof.OwnWord: { ConfirmedAt: not null, RequestedAt: { } asked } } && asked >= requestedAt && !(saidNo >= asked);

    private static MarketingRecord Attempt(MarketingRecord? newest, MarketingRecord made) => made with
    {
        Kind = MarketingRecord.Attempted,
        Topics = newest?.Topics ?? new Dictionary<string, TopicEntry>(),
    };
}
