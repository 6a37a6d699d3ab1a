using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit;

/// <summary>
/// Which traces speak of one person: streams <c>person/{keyed hash of the receipts' stream}</c> in audit's log, so that an erasure,
/// which knows nothing but that hash, finds them. Of an erased person the hash, epoch and version are left.
/// </summary>
public sealed class PersonTraces([FromKeyedServices(AuditSetup.Service)] IRecordLog log, AuditLog traces, TimeProvider time)
{
    private const string Kind = "person-trace";

    /// <summary>Keeps a receipt's trace, found again under its person; a late copy of what was erased resurrects nothing, and is kept nowhere.</summary>
    public async Task<Heard> KeepAsync(ConsentChanged e, CancellationToken cancel)
    {
        if (e.Stream is not { } person) return await traces.KeepAsync(AuditLog.TraceOf(e.Id), e, cancel);
        if (await WasErasedAsync(person, e.Receipt, cancel)) return Heard.Of(e, time.Now());
        await NoteAsync(person, new Trace(e.Id, e.Receipt.CausedBy), cancel);
        var heard = await traces.KeepAsync(AuditLog.TraceOf(e.Id), e, cancel);
        // Erased between the first look and now: the erasure may have passed this trace before it was there.
        if (await WasErasedAsync(person, e.Receipt, cancel)) await log.EraseAsync(AuditLog.TraceOf(e.Id), default, time.Now());
        return heard;
    }

    /// <summary>Erases every trace of the person, and keeps the erasure itself; the same again changes nothing.</summary>
    public async Task<Heard> EraseAsync(ConsentErased e, CancellationToken cancel)
    {
        // The body of another kind of event may name a stream too; nothing is erased for that.
        if (string.IsNullOrEmpty(e.Stream) || e.Version < 1) throw new InvalidDataException("This is no tombstone: it lacks its stream or its version.");
        var stream = StreamOf(e.Stream);
        var now = time.Now();
        foreach (var record in await log.HistoryAsync(stream, cancel))
        {
            if (record.Kind != Kind) continue;
            var trace = record.Read<Trace>();
            await log.EraseAsync(AuditLog.TraceOf(trace.RecordId), default, now);
            if (trace.CausedBy is { } cause) await log.EraseAsync(AuditLog.TraceOf(cause), default, now);
        }

        // Of a person never heard of, something must stand there before it can be erased.
        if (!await IsTombstoneAsync(stream, e, cancel))
        {
            await NoteAsync(e.Stream, new Trace(e.Id, null), cancel);
            await log.EraseAsync(stream, ContractJson.Write(new Erased(e.Epoch, e.Version)), now);
        }

        return await traces.KeepAsync(AuditLog.TraceOf(e.Id), e, cancel);
    }

    private async Task<bool> WasErasedAsync(string person, Receipt receipt, CancellationToken cancel)
    {
        var erased = (await log.HistoryAsync(StreamOf(person), cancel)).Where(r => r.Kind == LogRecord.Erased && r.Payload.Length > 0).Select(r => r.Read<Erased>());
        return erased.Any(tombstone => (tombstone.Epoch, tombstone.Version).CompareTo((receipt.Epoch, receipt.Version)) >= 0);
    }

    private async Task<bool> IsTombstoneAsync(string stream, ConsentErased e, CancellationToken cancel) =>
        await log.LatestAsync(stream, cancel) is { Kind: LogRecord.Erased, Payload.Length: > 0 } newest && newest.Read<Erased>() == new Erased(e.Epoch, e.Version);

    private async Task NoteAsync(string person, Trace trace, CancellationToken cancel)
    {
        while (true)
        {
            var newest = await log.LatestAsync(StreamOf(person), cancel);
            if (newest is not null && await log.FindByKeyAsync(StreamOf(person), trace.RecordId, null, cancel) is not null) return;
            var noted = await log.AppendAsync(new NewRecord
            {
                Stream = StreamOf(person),
                Version = (newest?.Version ?? 0) + 1,
                Kind = Kind,
                RecordedAt = time.Now(),
                Payload = ContractJson.Write(trace),
                IdempotencyKey = trace.RecordId,
            });
            if (noted is AppendOutcome.Appended) return;
        }
    }

    private static string StreamOf(string person) => $"person/{person}";

    private sealed record Trace(string RecordId, string? CausedBy);

    private sealed record Erased(int Epoch, long Version);
}
