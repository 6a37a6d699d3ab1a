using Consent.Contracts;

namespace Consent.Audit;

/// <param name="Took">From the click until the last subscriber had applied it; null while it is open, and where it is not asked.</param>
/// <param name="WaitsFor">Who has not applied it; empty unless it is open.</param>
internal sealed record CampaignReach(ReachState State, TimeSpan? Took, IReadOnlyList<string> WaitsFor)
{
    private const string Marketing = "marketing-unsubscribe";

    /// <summary>
    /// How far one opt-out has come: to all who want marketing's opt-outs, and, with the receipt that the consent service made of it, to all who want the
    /// receipts of the site, among them the mailing systems behind connectors, each of which has it when it was carried there. Each by its own word and clock. Pure.
    /// </summary>
    /// <param name="optOut">What was heard of it.</param>
    /// <param name="receipts">The receipt that came of it, then later ones of the person, as far as they were looked for: who applied one of those has it too.</param>
    public static CampaignReach Of(
        IReadOnlyCollection<Heard> optOut, IReadOnlyList<HeardReceipt> receipts, IReadOnlyCollection<KnownSubscriber> subscribers, DeclarationHistory site)
    {
        var (heardAt, no) = optOut.Select(h => (h.At, Event: h.As<MarketingUnsubscribed>())).FirstOrDefault(h => h.Event is not null);
        if (no is null) return new CampaignReach(ReachState.Forgotten, null, []);
        if (optOut.Any(h => h.As<MarketingUnsubscribeUndone>()?.Undoes == no.Id)) return new CampaignReach(ReachState.TakenBack, null, []);

        var (ofSite, told) = (no.Site, Applied(no.Id, optOut, heardAt));
        var moments = Owed(MarketingUnsubscribed.Kind, Marketing, no.RecordedAt, null).Select(name => (Name: name, At: First(name, [told]))).ToList();
        if (receipts is [var receipt, ..])
        {
            var applied = receipts.Select(r => Applied(r.Changed.Id, r.Heard, r.HeardAt)).ToList();
            moments.Add(("consent", receipt.Changed.Receipt.RecordedAt));
            moments.AddRange(Owed(ConsentChanged.Kind, "consent", receipt.Changed.Receipt.RecordedAt, site).Select(name => (name, First(name, applied))));
        }
        // It is not heard of yet, or it is not made.
        else if (moments.TrueForAll(m => m.At is not null)) moments.Add((AuditSetup.Service, null));

        List<string> missing = [.. moments.Where(m => m.At is null).Select(m => m.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (missing.Count > 0) return new CampaignReach(ReachState.Open, null, missing);
        var took = moments.Max(m => m.At!.Value) - no.RecordedAt;
        return new CampaignReach(ReachState.Everywhere, took > TimeSpan.Zero ? took : TimeSpan.Zero, []);

        IEnumerable<string> Owed(string kind, string source, DateTimeOffset recordedAt, DeclarationHistory? concerned) =>
            subscribers.Where(s => s.IsOwed(kind, source, recordedAt, ofSite, concerned)).Select(s => s.Name);
    }

    private static Dictionary<string, DateTimeOffset> Applied(string recordId, IEnumerable<Heard> heard, DateTimeOffset heardAt) =>
        TraceStory.AppliedTo(recordId, heard, heardAt).ToDictionary(a => a.Subscriber, a => a.AppliedAt, StringComparer.Ordinal);

    private static DateTimeOffset? First(string subscriber, IEnumerable<Dictionary<string, DateTimeOffset>> applied) =>
        applied.Select(one => one.TryGetValue(subscriber, out var at) ? at : (DateTimeOffset?)null).Min();
}

internal enum ReachState
{
    Everywhere,
    Open,

    /// <summary>On its own page, within minutes.</summary>
    TakenBack,

    /// <summary>The person was erased, and its trace with him.</summary>
    Forgotten,
}

/// <summary>A receipt, with all that was heard of it.</summary>
internal sealed record HeardReceipt(ConsentChanged Changed, DateTimeOffset HeardAt, IReadOnlyList<Heard> Heard);
