using Consent.Audit.Holds;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit;

/// <summary>
/// Which traces speak of one person: streams <c>person/{keyed hash of the receipts' stream}</c> in audit's log, so that an erasure,
/// which knows nothing but that hash, finds them. Of an erased person the hash, epoch and version are left.
/// </summary>
public sealed class PersonTraces([FromKeyedServices(AuditSetup.Service)] IRecordLog log, AuditLog traces, AddressTraces addresses, HoldJournal holds, TimeProvider time)
{
    /// <summary>In the trace of an event: that a receipt came of it.</summary>
    internal const string Caused = "caused-receipt";
    private const string Kind = "person-trace";

    /// <summary>Keeps a receipt's trace, found again under its person; a late copy of what was erased resurrects nothing, and is kept nowhere.</summary>
    public async Task<Heard> KeepAsync(ConsentChanged e, CancellationToken cancel)
    {
        if (e.Stream is not { } person) return await traces.KeepAsync(AuditLog.TraceOf(e.Id), e, cancel);
        if (await WasErasedAsync(person, e.Receipt, cancel))
        {
            await CleanAsync(person, e.Id, cancel);
            return Heard.Of(e, time.Now());
        }

        await NoteAsync(person, new Trace(e.Id, e.Receipt.CausedBy, e.Receipt.Site, e.Receipt.SubjectId, e.Receipt.Epoch, e.Receipt.Version), cancel, e.Receipt.Controller);
        if (e.Receipt.CausedBy is { } cause) await traces.NoteAsync(AuditLog.TraceOf(cause), Caused, new CausedReceipt(e.Id), $"{Caused}:{e.Id}", cancel, e.Receipt.Controller);
        var heard = await traces.KeepAsync(AuditLog.TraceOf(e.Id), e, cancel);
        // Erased between the first look and now: the erasure may have passed this trace, and the note of it, before they were there.
        if (await WasErasedAsync(person, e.Receipt, cancel)) await CleanAsync(person, e.Id, cancel);
        return heard;
    }

    /// <summary>Erases every trace of the person, unless that waits for the end of a hold, and keeps the erasure itself; the same again changes nothing.</summary>
    public async Task<Heard> EraseAsync(ConsentErased e, CancellationToken cancel)
    {
        // The body of another kind of event may name a stream too; nothing is erased for that.
        if (string.IsNullOrEmpty(e.Stream) || e.Version < 1) throw new InvalidDataException("This is no tombstone: it lacks its stream or its version.");
        if (!await WaitsAsync(e, cancel)) await EraseNowAsync(e, cancel);
        return await traces.KeepAsync(AuditLog.TraceOf(e.Id), e, cancel);
    }

    /// <summary>The same, whoever holds the person.</summary>
    internal async Task EraseNowAsync(ConsentErased e, CancellationToken cancel)
    {
        var stream = StreamOf(e.Stream);
        while (true)
        {
            var history = await log.HistoryAsync(stream, cancel);
            if (DoneIn(history, e) is not null)
            {
                await SweepAsync(e.Stream, cancel);
                return;
            }

            var noted = history.Where(r => r.Kind == Kind).Select(r => r.Read<Trace>()).ToList();
            // Of a person never heard of, something must stand there before it can be erased.
            if (noted.Count == 0)
            {
                await NoteAsync(e.Stream, new Trace(e.Id, null), cancel);
                continue;
            }

            var later = noted.Where(t => (t.Epoch, t.Version).CompareTo((e.Epoch, e.Version)) > 0).ToList();
            foreach (var trace in noted.Except(later))
            {
                await log.EraseAsync(AuditLog.TraceOf(trace.RecordId), default, time.Now());
                if (trace.CausedBy is { } cause) await log.EraseAsync(AuditLog.TraceOf(cause), default, time.Now());
            }

            // What marketing told of him, and no receipt came of. When a term is over, only receipts are.
            foreach (var (site, subject) in noted.Select(t => (t.Site, t.SubjectId)).Distinct())
            {
                if (site is not null && subject is not null && SubjectId.IsAddress(subject) && e.Reason is not ErasureReason.Retention) await addresses.EraseAsync(site, subject, e.ErasedAt, e.Id, cancel);
            }

            await log.EraseAsync(stream, ContractJson.Write(new Erased(e.Epoch, e.Version, later.Count == 0 ? null : [.. later.Select(t => t with { Site = null, SubjectId = null })])), time.Now(), history[^1].Version);
        }
    }

    /// <summary>Ids of the receipts of one person that audit heard of, and of his erasures.</summary>
    /// <param name="person">The keyed hash of their stream.</param>
    internal async Task<IReadOnlyList<string>> ReceiptsOfAsync(string person, CancellationToken cancel) =>
        [.. (await log.HistoryAsync(StreamOf(person), cancel)).Where(r => r.Kind == Kind).Select(r => r.Read<Trace>().RecordId)];

    /// <summary>Of a receipt that the tombstone covers nothing stays, also where it was being kept while the erasure went by.</summary>
    private async Task CleanAsync(string person, string receipt, CancellationToken cancel)
    {
        await log.EraseAsync(AuditLog.TraceOf(receipt), default, time.Now());
        await SweepAsync(person, cancel);
    }

    /// <summary>
    /// Erases what was noted behind the person's tombstone although that covers it, and leaves the same tombstone. What he decided afterwards and was heard of before is noted again
    /// until it stands.
    /// </summary>
    private async Task SweepAsync(string person, CancellationToken cancel)
    {
        while (await log.HistoryAsync(StreamOf(person), cancel) is [{ Kind: LogRecord.Erased, Payload.Length: > 0 } oldest, ..] history)
        {
            var done = oldest.Read<Erased>();
            var noted = history.Where(r => r.Kind == Kind).Select(r => r.Read<Trace>()).ToList();
            var covered = noted.Where(t => t.SubjectId is not null && (t.Epoch, t.Version).CompareTo((done.Epoch, done.Version)) <= 0).ToList();
            if (covered.Count == 0)
            {
                foreach (var trace in done.Later ?? []) await NoteAsync(person, trace, cancel);
                return;
            }

            foreach (var trace in covered)
            {
                await log.EraseAsync(AuditLog.TraceOf(trace.RecordId), default, time.Now());
                if (trace.CausedBy is { } cause) await log.EraseAsync(AuditLog.TraceOf(cause), default, time.Now());
            }

            List<Trace> later = [.. noted.Except(covered).Concat(done.Later ?? []).DistinctBy(t => t.RecordId, StringComparer.Ordinal).Select(t => t with { Site = null, SubjectId = null })];
            await log.EraseAsync(StreamOf(person), ContractJson.Write(done with { Later = later.Count == 0 ? null : later }), time.Now(), history[^1].Version);
        }
    }

    /// <summary>Whether the erasure, where it is not done yet, has to wait. The tombstone names nobody; who it was, the notes tell, or what they lead to.</summary>
    private async Task<bool> WaitsAsync(ConsentErased e, CancellationToken cancel)
    {
        var history = await log.HistoryAsync(StreamOf(e.Stream), cancel);
        if (DoneIn(history, e) is not null) return false;
        foreach (var trace in history.Where(r => r.Kind == Kind).Select(r => r.Read<Trace>()))
        {
            // All of them are one person's.
            if (trace is { Site: { } site, SubjectId: { } subject }) return await holds.WaitsAsync(site, subject, e.Id, e.Reason, cancel);
            var heard = await traces.ReadAsync(AuditLog.TraceOf(trace.RecordId), cancel);
            if (heard.Find(h => h.Kind == ConsentChanged.Kind)?.As<ConsentChanged>()?.Receipt is { } receipt) return await holds.WaitsAsync(receipt.Site, receipt.SubjectId, e.Id, e.Reason, cancel);
        }

        return false;
    }

    /// <summary>The tombstone that covers the erasure already; null when there is none.</summary>
    private static Erased? DoneIn(IReadOnlyList<LogRecord> history, ConsentErased e) =>
        history is [{ Kind: LogRecord.Erased, Payload.Length: > 0 } oldest, ..] && oldest.Read<Erased>() is var done && (done.Epoch, done.Version).CompareTo((e.Epoch, e.Version)) >= 0 ? done : null;

    private async Task<bool> WasErasedAsync(string person, Receipt receipt, CancellationToken cancel) =>
        await log.OldestAsync(StreamOf(person), cancel) is { Kind: LogRecord.Erased, Payload.Length: > 0 } oldest && oldest.Read<Erased>() is var tombstone
        && (tombstone.Epoch, tombstone.Version).CompareTo((receipt.Epoch, receipt.Version)) >= 0;

    private Task NoteAsync(string person, Trace trace, CancellationToken cancel, string? controller = null) =>
        traces.NoteAsync(StreamOf(person), Kind, trace, trace.RecordId, cancel, controller);

    private static string StreamOf(string person) => $"person/{person}";

    /// <param name="Site">With <paramref name="SubjectId"/>; null in notes of old.</param>
    private sealed record Trace(string RecordId, string? CausedBy, string? Site = null, string? SubjectId = null, int Epoch = 0, long Version = 0);

    /// <param name="Later">Of receipts behind the tombstone; they name nobody.</param>
    private sealed record Erased(int Epoch, long Version, IReadOnlyList<Trace>? Later = null);

    private sealed record CausedReceipt(string Id);
}
