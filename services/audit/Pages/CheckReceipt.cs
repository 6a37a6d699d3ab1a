using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit.Pages;

/// <param name="Own">Of the receipt itself; null while the checkpoint does not cover it.</param>
/// <param name="Told">By subscriber, of its acknowledgement, as far as the checkpoint covers it.</param>
internal sealed record CheckedReceipt(EntryCheck? Own, IReadOnlyDictionary<string, EntryCheck> Told);

/// <summary>Checks, at each look anew, that a receipt and its acknowledgements stand in the log. Notes no look: whoever shows what comes out does.</summary>
internal sealed class CheckReceipt(
    [FromKeyedServices(AuditSetup.Service)] IRecordLog log, DerivedLogs logs, CosignedLogs cosigned, LogSites sites, LogSettings settings, AccessNotes looks)
{
    public async Task<CheckedReceipt> RunAsync(Receipt receipt, CancellationToken cancel)
    {
        var told = new Dictionary<string, EntryCheck>(StringComparer.Ordinal);
        if (cosigned.Shown(settings.LogOf(receipt.Controller)) is not { } served) return new CheckedReceipt(null, told);
        var keys = KeyTerms.Of(served).Where(term => term.Covers(served.Size)).Select(term => term.Key).ToList();
        var records = await log.HistoryAsync(AuditLog.TraceOf(receipt.Id), cancel);
        var own = LoggedEvent.In(records) is { } e ? await CheckAsync(e.Record) : null;
        foreach (var record in records.Where(LoggedEvent.IsAcknowledgement))
            if (await CheckAsync(record) is { } check) told.TryAdd(record.Read<ConsentApplied>().Subscriber, check);
        return new CheckedReceipt(own, told);

        async Task<EntryCheck?> CheckAsync(LogRecord record)
        {
            if (await log.SaltsOfAsync([record], cancel) is not [{ } salt]) return null;
            var opening = new ProveRecord.Opening(record.Kind, record.RecordedAt, record.Payload.ToArray(), salt);
            var sources = new ProveRecord.Sources(log, logs, sites, settings, looks);
            var proven = await ProveRecord.FindAsync(served, GatherEntries.CommitmentTo(record, salt), opening, sources, cancel);
            return proven is null ? null : EntryCheck.Of(proven, keys);
        }
    }
}
