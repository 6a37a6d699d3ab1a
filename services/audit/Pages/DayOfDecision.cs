using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <summary>
/// On which day a decision counts. That of the recording; but for what another service or the controller's own client sent in, that on which it was taken there, by a clock that we believe:
/// it may lie days back, and never ahead of the recording. What a browser claims is believed by nobody. Imports count apart, on the day of the import. Pure.
/// </summary>
internal static class DayOfDecision
{
    /// <summary>What the receipt changed or confirmed, each purpose and topic once. A "no" to everything counts with its purposes, and not as one of its own.</summary>
    public static IEnumerable<CountedDecision> In(Receipt receipt) =>
        from id in receipt.Changed.Distinct(StringComparer.Ordinal)
        where receipt.Purposes.ContainsKey(id) && id != Receipt.Everything
        let decision = receipt.Purposes[id]
        let imported = IsImported(receipt)
        select new CountedDecision(
            receipt.Site, receipt.Controller, DateOnly.FromDateTime((imported ? receipt.RecordedAt : TakenAt(receipt, decision)).UtcDateTime), id, decision.Status, imported);

    /// <summary>By what the services themselves set, and by no label that a caller chose: an import into the consent service, or into marketing.</summary>
    private static bool IsImported(Receipt receipt) => receipt.Imported is not null || receipt is { CausedBy: not null, Source: "marketing-unsubscribe", Action: "import" };

    private static DateTimeOffset TakenAt(Receipt receipt, PurposeDecision decision)
    {
        // What was put back when an opt-out was taken back has the time of the decision before: it counts now.
        var own = decision.DecidedIn != receipt.Version ? null : decision.TakenAt ?? (receipt.ActedBy is null ? null : receipt.ClaimedAt);
        return own is { } at && at < receipt.RecordedAt ? at : receipt.RecordedAt;
    }
}
