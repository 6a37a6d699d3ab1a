using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// A "no" to a topic from the time when the site was another controller's, whose key knows the address by another id. It holds for whoever has the site now:
/// the person said it to the site, and nobody else may lift it. A "yes" of that time was given to that controller, and is a basis for nobody else. Pure.
/// </summary>
/// <param name="SaidAt">By the clock of the service at which it was said.</param>
/// <param name="Reason">As in <see cref="SendDecision"/>.</param>
public sealed record FormerNo(DateTimeOffset SaidAt, string Reason)
{
    /// <summary>Only to what the person confirmed himself, and asked for later; that mail came back is nobody's word, and yields to what was confirmed since.</summary>
    public bool YieldsTo(OptInProof? optIn) => (IsBounce ? optIn?.OwnWord?.ConfirmedAt : optIn?.LiftsUpTo) > SaidAt;

    /// <summary>That mail came back, which is no word of the person.</summary>
    public bool IsBounce => Reason is TopicEntry.Bounced;

    /// <param name="streams">Those of <see cref="AddressStreams.FindFormerAsync"/>.</param>
    /// <param name="receipts">By subject; there may be others among them.</param>
    public static IReadOnlyList<FormerNo> Of(IReadOnlyList<AddressStream> streams, IReadOnlyDictionary<string, Receipt> receipts, Declaration inForce, string topic)
    {
        ArgumentNullException.ThrowIfNull(streams);
        ArgumentNullException.ThrowIfNull(receipts);
        return Of(
            [.. streams.Select(s => s.Entry(topic)).OfType<TopicEntry>()], [.. streams.Select(s => receipts.GetValueOrDefault(s.SubjectId)).OfType<Receipt>()], inForce, topic);
    }

    /// <param name="own">The topic's entry in each stream of the address, under the key of a controller that had the site before.</param>
    /// <param name="held">The receipts held of the same ids.</param>
    public static IReadOnlyList<FormerNo> Of(IReadOnlyList<TopicEntry> own, IReadOnlyList<Receipt> held, Declaration inForce, string topic)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(held);
        var optIn = MaySend.OptIn(own)?.Proof;
        return
        [
            .. own.Where(e => e.Status is TopicStatus.Suppressed).Select(e => new FormerNo(e.At, e.Cause ?? "suppressed")),
            .. held.SelectMany(receipt => OptInDecisions.NosIn(receipt, inForce, topic).Select(no => new FormerNo(OptInDecisions.SaidAt(no), MaySend.Word(no.Status))))
                .Where(no => !no.YieldsTo(optIn)),
        ];
    }

    /// <summary>What still stands against the topic; of several the person's own word, then his complaint: each tells more than that mail came back. Null for nothing.</summary>
    /// <param name="own">The topic's entry in each stream of the address, under the key of the controller in force.</param>
    public static FormerNo? Standing(IReadOnlyList<FormerNo> former, IReadOnlyList<TopicEntry> own)
    {
        ArgumentNullException.ThrowIfNull(former);
        var optIn = MaySend.OptIn(own)?.Proof;
        return former.Where(no => !no.YieldsTo(optIn)).MinBy(no => no.Reason switch { "suppressed" => 0, TopicEntry.Complained => 1, TopicEntry.Bounced => 3, _ => 2 });
    }
}
