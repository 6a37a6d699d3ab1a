using System.Text.Json;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <param name="Reason">
/// <c>opted-in</c>, <c>soft-opt-in</c> or <c>legitimate-interest</c>, or why not: <c>suppressed</c> by the person, <c>complained</c>, <c>bounced</c>,
/// <c>no-basis</c>, <c>withdrawn</c>, <c>erased</c>, <c>refused</c>, <c>objected</c>, <c>expired</c>, <c>unproven</c>, <c>ask-again</c>, <c>retired-site</c>, <c>not-loaded</c>,
/// <c>unreadable</c> (what the consent service told of the address), <c>invalid-address</c>.
/// </param>
/// <param name="Receipt">
/// Id of the record on which this rests, here or in the consent service; null where there is none, for what was recorded before
/// entries named their record, and for what was said to a controller that the site had before, whose id of the person it would tell.
/// </param>
/// <param name="Register">Public lists of objections that the sender has to look into first, where the permission rests on a rule that names one.</param>
public sealed record SendDecision(bool Permitted, string Reason, string? Receipt = null, string? Register = null);

/// <summary>
/// May this topic be sent to this address on this channel? Only where no suppression here and no standing "no" in the consent service forbids it, and
/// on a recorded opt-in, here or there: also where the declaration rests the purpose on another basis than consent, because electronic mail needs an
/// opt-in of its own (Dutch Telecommunications Act art. 11.7(1)). Without one, on what the rules in force let be enough on that channel in the
/// controller's country, and in that of the person's number where he is known by one (<see cref="ChannelRules"/>): a soft opt-in with all its facts, or,
/// towards whom the controller knows, the legitimate interest on which the declaration rests the purpose. Unknown is never permitted, nor is what neither
/// the person confirmed nor the controller can prove (<see cref="OptInProof.Permits"/>). An opt-in made here holds until it is withdrawn, not for the term of a
/// banner choice; what the purpose meant must not have changed.
/// </summary>
public static class MaySend
{
    /// <param name="own">The topic's entry in each stream of the address (one per version of the controller's key).</param>
    /// <param name="held">The receipts held of the same address ids.</param>
    /// <param name="topic">Its id on the channel: see <see cref="ChannelTopic"/>.</param>
    /// <param name="isUnreadable">Something more is held of one of them, which cannot be read, and may be a "no".</param>
    /// <param name="isRelated">Something else is held of one of them that came of a relation with the person: see <see cref="AddressStream.IsRelated"/>.</param>
    /// <param name="called">See <see cref="ContactAddress.CountryOf"/>.</param>
    /// <param name="rules">Those of the service; those of the product alone where they are not given.</param>
    /// <param name="former">What was said to the controllers that the site had before; null for nothing.</param>
    public static SendDecision Decide(
        IReadOnlyList<TopicEntry> own, IReadOnlyList<Receipt> held, PublishedDeclaration inForce, string topic, DateTimeOffset now, bool isUnreadable = false,
        bool isRelated = false, string? called = null, ChannelRules? rules = null, IReadOnlyList<FormerNo>? former = null)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(held);
        if (Suppression(own) is { } suppression) return No(suppression.Cause ?? "suppressed", suppression.By);
        if (former is { Count: > 0 } && FormerNo.Standing(former, own) is { } before) return No(before.Reason, null);
        if (inForce.Declaration.Retired) return No("retired-site", null);
        if (isUnreadable) return No("unreadable", null);
        var (law, country, channel) = (rules ?? ChannelRules.Embedded, inForce.Declaration.Controller.Country, ChannelTopic.Read(topic)?.Channel ?? Channel.Email);

        var optIn = OptIn(own);
        if (held.Select(receipt => StandingNo(receipt, inForce.Declaration, topic, optIn?.Proof)).FirstOrDefault(no => no is not null) is { } no) return no;

        var states = held.Select(receipt => (receipt.Id, ConsentState.Of(receipt, inForce, topic, now).Status)).ToList();
        if (ReceiptWith(PurposeStatus.AskAgain) is { } changed) return No("ask-again", changed);
        if (optIn is { Proof: { } proof }) return MeansTheSame(proof, inForce, topic) ? Yes(SendBasis.OptIn, "opted-in", optIn.By) : No("ask-again", optIn.By);
        if (ReceiptWith(PurposeStatus.Given) is { } given) return Yes(SendBasis.OptIn, "opted-in", given);
        if (own.FirstOrDefault(e => e is { Status: TopicStatus.SoftOptIn, Proof.SoftOptIn.IsComplete: true }) is { } soft && IsEnough(SendBasis.SoftOptIn))
            return Yes(SendBasis.SoftOptIn, SoftOptIn.Basis, soft.By);
        if (ReceiptWith(PurposeStatus.Expired) is { } expired) return No("expired", expired);
        if ((isRelated || own.Any(e => e.Status is not TopicStatus.Suppressed) || held.Any(receipt => receipt.Purposes.Values.Any(decision => !decision.IsNo))) && IsOnInterest(inForce.Declaration, topic) && IsEnough(SendBasis.LegitimateInterest))
            return Yes(SendBasis.LegitimateInterest, "legitimate-interest", own.Select(e => e.By).Concat(held.Select(receipt => receipt.Id)).FirstOrDefault());
        return own.FirstOrDefault(e => e.Status is not TopicStatus.SoftOptIn) is { } unproven ? No("unproven", unproven.By) : No("no-basis", own.Count > 0 ? own[0].By : null);

        bool IsEnough(SendBasis basis) => law.Allow(country, channel, basis, now, called);

        SendDecision Yes(SendBasis basis, string reason, string? receipt) => new(true, reason, receipt, law.RegisterOf(country, channel, basis, now, called));

        string? ReceiptWith(PurposeStatus status) => states.Where(s => s.Status == status).Select(s => s.Id).FirstOrDefault();
    }

    /// <summary>The opt-in that is a basis to send; of several the one that lifts most. Null for none.</summary>
    internal static TopicEntry? OptIn(IReadOnlyList<TopicEntry> own) =>
        own.Where(e => e is { Status: TopicStatus.Subscribed, Proof.Permits: true }).MaxBy(e => e.Proof!.LiftsUpTo ?? DateTimeOffset.MinValue);

    internal static string Word<T>(T status) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(status.ToString());

    /// <summary>Of several the person's own, then his complaint: each tells more than that mail came back.</summary>
    private static TopicEntry? Suppression(IReadOnlyList<TopicEntry> own) => own.Where(e => e.Status is TopicStatus.Suppressed)
        .MinBy(e => e.Cause switch { null => 0, TopicEntry.Complained => 1, _ => 2 });

    /// <summary>
    /// A "no" in the consent service, to the topic, to its purpose or to everything (<see cref="OptInDecisions.NosIn"/>). It yields only to a confirmed opt-in that was
    /// asked for later; it does not end with the term after which the person may be asked again.
    /// </summary>
    private static SendDecision? StandingNo(Receipt receipt, Declaration inForce, string topic, OptInProof? optIn) =>
        OptInDecisions.NosIn(receipt, inForce, topic).FirstOrDefault(said => !(optIn?.LiftsUpTo > OptInDecisions.SaidAt(said))) is { } no
            ? No(Word(no.Status), receipt.Id)
            : null;

    private static bool IsOnInterest(Declaration inForce, string topic) => inForce.PurposeBehind(topic)?.LegalBasis is LegalBasis.LegitimateInterest;

    private static bool MeansTheSame(OptInProof optIn, PublishedDeclaration inForce, string topic) =>
        inForce.Declaration.PurposeBehind(topic)?.LegalBasis is not LegalBasis.Consent || optIn.Meaning == inForce.MeaningOf(topic);

    private static SendDecision No(string reason, string? receipt) => new(false, reason, receipt);
}
