using Consent.Audit.Holds;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit;

/// <summary>
/// Which traces speak of an address, whether a receipt came of them or not: streams <c>address/{site}/{subject}</c> in audit's log, so that an erasure
/// finds what no receipt names. Of an erased address the moment is left, under a keyed hash.
/// </summary>
public sealed class AddressTraces([FromKeyedServices(AuditSetup.Service)] IRecordLog log, AuditLog traces, CampaignNotes campaigns, HoldJournal holds, TimeProvider time)
{
    private const string Kind = "address-trace";

    /// <summary>Keeps the event's trace, found again under its address; of a time before its erasure it is kept nowhere. An erasure takes what there is, or waits for the end of a hold.</summary>
    public async Task<Heard> KeepAsync<T>(T e, CancellationToken cancel) where T : IAddressEvent
    {
        if (string.IsNullOrEmpty(e.Site) || string.IsNullOrEmpty(e.SubjectId)) throw new InvalidDataException("The event names no address.");
        if (e is MarketingErased or ErasureAsked)
        {
            if (await IsErasedAsync(e, cancel) || !await holds.WaitsAsync(e.Site, e.SubjectId, e.Id, ErasureReason.Request, cancel)) await EraseAsync(e.Site, e.SubjectId, e.RecordedAt, e.Id, cancel);
            return await traces.KeepAsync(AuditLog.TraceOf(e.Id), e, cancel);
        }

        if (await IsErasedAsync(e, cancel))
        {
            await CleanAsync(e, cancel);
            return Heard.Of(e, time.Now());
        }

        var no = e as MarketingUnsubscribed;
        await NoteAsync(StreamOf(e.Site, e.SubjectId), new Trace(e.Id, e.RecordedAt, no?.Campaign, (e as MarketingUnsubscribeUndone)?.Undoes), cancel);
        if (no?.Campaign is not null && await FirstOfCampaignAsync(no, cancel) is { } first) await campaigns.NoteOptOutAsync(no, first, cancel);
        // Where the opt-out is read, it is seen that it was taken back.
        if (e is MarketingUnsubscribeUndone undone) await traces.KeepAsync(AuditLog.TraceOf(undone.Undoes), undone, cancel);
        var heard = await traces.KeepAsync(AuditLog.TraceOf(e.Id), e, cancel);
        // Erased between the first look and now: the erasure may have passed this trace, and the note of it, before they were there.
        if (await IsErasedAsync(e, cancel)) await CleanAsync(e, cancel);
        return heard;
    }

    /// <summary>Erases what was recorded until then, and nothing that came after; the same again changes nothing. Asks after no hold.</summary>
    /// <param name="by">Id of the event that asked for it.</param>
    public async Task EraseAsync(string site, string subjectId, DateTimeOffset erasedAt, string by, CancellationToken cancel)
    {
        var stream = StreamOf(site, subjectId);
        while (true)
        {
            var history = await log.HistoryAsync(stream, cancel);
            if (history is [{ Kind: LogRecord.Erased, Payload.Length: > 0 } oldest, ..] && oldest.Read<Erased>() is var done && done.At >= erasedAt)
            {
                await SweepAsync(stream, cancel);
                return;
            }

            var noted = history.Where(r => r.Kind == Kind).Select(r => r.Read<Trace>()).ToList();
            // Of an address never heard of, something must stand there before it can be erased.
            if (noted.Count == 0)
            {
                await NoteAsync(stream, new Trace(RandomId.New(), erasedAt), cancel);
                continue;
            }

            var later = noted.Where(t => t.RecordedAt > erasedAt).ToList();
            foreach (var trace in noted.Except(later)) await EraseAsync(trace);
            await log.EraseAsync(stream, ContractJson.Write(new Erased(erasedAt, later.Count == 0 ? null : later, by)), time.Now(), history[^1].Version);
        }
    }

    /// <summary>Ids and moments of what is held of the address, and its newest erasure, by the event of that id where it is known.</summary>
    internal async Task<(IReadOnlyList<(string RecordId, DateTimeOffset RecordedAt)> Told, (DateTimeOffset At, string? By)? Erased)> ReadAsync(
        string site, string subjectId, CancellationToken cancel)
    {
        var history = await log.HistoryAsync(StreamOf(site, subjectId), cancel);
        (DateTimeOffset At, string? By)? erased = history is [{ Kind: LogRecord.Erased, Payload.Length: > 0 } oldest, ..] && oldest.Read<Erased>() is var done ? (done.At, done.By) : null;
        return ([.. history.Where(r => r.Kind == Kind).Select(r => r.Read<Trace>()).Select(t => (t.RecordId, t.RecordedAt))], erased);
    }

    /// <summary>Of an event that the tombstone covers nothing stays, also where it was being kept while the erasure went by.</summary>
    private async Task CleanAsync(IAddressEvent e, CancellationToken cancel)
    {
        await EraseAsync(new Trace(e.Id, e.RecordedAt, Undoes: (e as MarketingUnsubscribeUndone)?.Undoes));
        await SweepAsync(StreamOf(e.Site, e.SubjectId), cancel);
    }

    /// <summary>
    /// Erases what was noted behind the address's tombstone although that covers it, and leaves the same tombstone. What came afterwards and was heard of before is noted again until it
    /// stands.
    /// </summary>
    private async Task SweepAsync(string stream, CancellationToken cancel)
    {
        while (await log.HistoryAsync(stream, cancel) is [{ Kind: LogRecord.Erased, Payload.Length: > 0 } oldest, ..] history)
        {
            var done = oldest.Read<Erased>();
            var noted = history.Where(r => r.Kind == Kind).Select(r => r.Read<Trace>()).ToList();
            var covered = noted.Where(t => t.RecordedAt <= done.At).ToList();
            if (covered.Count == 0)
            {
                foreach (var trace in done.Later ?? []) await NoteAsync(stream, trace, cancel);
                return;
            }

            foreach (var trace in covered) await EraseAsync(trace);
            List<Trace> later = [.. noted.Except(covered).Concat(done.Later ?? []).DistinctBy(t => t.RecordId, StringComparer.Ordinal)];
            await log.EraseAsync(stream, ContractJson.Write(done with { Later = later.Count == 0 ? null : later }), time.Now(), history[^1].Version);
        }
    }

    private async Task EraseAsync(Trace trace)
    {
        await log.EraseAsync(AuditLog.TraceOf(trace.RecordId), default, time.Now());
        if (trace.Undoes is { } undone) await log.EraseAsync(AuditLog.TraceOf(undone), default, time.Now());
    }

    private async Task<bool> IsErasedAsync(IAddressEvent e, CancellationToken cancel) =>
        await log.OldestAsync(StreamOf(e.Site, e.SubjectId), cancel) is { Kind: LogRecord.Erased, Payload.Length: > 0 } oldest && oldest.Read<Erased>().At >= e.RecordedAt;

    /// <summary>
    /// Under what the person said first by a link of the campaign, all that he says by one is found again as one person's: "nothing at all" is no further
    /// opt-out, and one that he makes after he took the first back is not lost. Null where he was erased meanwhile.
    /// </summary>
    private async Task<string?> FirstOfCampaignAsync(MarketingUnsubscribed e, CancellationToken cancel) =>
        (await log.HistoryAsync(StreamOf(e.Site, e.SubjectId), cancel)).Where(r => r.Kind == Kind).Select(r => r.Read<Trace>())
            .FirstOrDefault(t => t.Campaign == e.Campaign)?.RecordId;

    private Task NoteAsync(string stream, Trace trace, CancellationToken cancel) => traces.NoteAsync(stream, Kind, trace, trace.RecordId, cancel);

    private static string StreamOf(string site, string subjectId) => $"address/{site}/{subjectId}";

    /// <param name="Campaign">Of an opt-out by a link of one.</param>
    /// <param name="Undoes">Id of the opt-out that was taken back, in whose trace that stands too; null in notes of old.</param>
    private sealed record Trace(string RecordId, DateTimeOffset RecordedAt, string? Campaign = null, string? Undoes = null);

    /// <param name="Later">Of what came after that; they name nobody.</param>
    /// <param name="By">Id of the event that asked for it, which names nobody either; null in those of old.</param>
    private sealed record Erased(DateTimeOffset At, IReadOnlyList<Trace>? Later = null, string? By = null);
}
