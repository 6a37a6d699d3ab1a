using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>What records of the feed bring to the logs, with the commitments: reads what <see cref="LogDecision"/> decides by, and notes what waits. A few records at a time, of which no more than the commitments is kept.</summary>
internal sealed class GatherEntries([FromKeyedServices(AuditSetup.Service)] IRecordLog log, LogSites sites)
{
    /// <summary>Records whose traces are in memory at once.</summary>
    private const int AtOnce = 64;

    public async Task<IReadOnlyList<Committed>> RunAsync(IReadOnlyList<LogRecord> page, CancellationToken cancel)
    {
        var gathered = new List<Committed>();
        foreach (var some in page.Chunk(AtOnce)) await GatherAsync(some, gathered, cancel);
        return gathered;
    }

    public static byte[] CommitmentTo(LogRecord record, byte[] salt) => LogEntry.CommitmentTo(salt, record.Kind, record.RecordedAt, record.Payload.Span);

    private async Task GatherAsync(LogRecord[] some, List<Committed> gathered, CancellationToken cancel)
    {
        foreach (var record in some) sites.Take(record);
        var declared = some.Select(LoggedEvent.Of).OfType<LoggedEvent>().Where(e => e is { Class: LogClass.Declaration, Site: not null, Controller: not null }).ToList();
        foreach (var e in declared) await sites.NoteOwnerAsync(e.Site!, e.Controller!, e.Version, e.Record.Position, cancel);
        var traces = await ReadTracesAsync(some, cancel);
        foreach (var (site, position) in LogDecision.Waiting(some, traces, sites.Owners).ToList()) await sites.NoteWaitingAsync(site, position, cancel);
        await CommitAsync(LogDecision.Of(some, traces, sites.Owners), gathered, cancel);

        foreach (var e in declared)
        {
            foreach (var positions in sites.Owners.WaitedFor(e.Site!, e.Record.Position).Chunk(AtOnce))
            {
                var waited = (await log.FindByPositionsAsync(positions, cancel)).OfType<LogRecord>().ToList();
                await CommitAsync(LogDecision.Late(waited, e.Record.Position, await ReadTracesAsync(waited, cancel), sites.Owners), gathered, cancel);
            }
        }
    }

    private async Task CommitAsync(IEnumerable<Candidate> decided, List<Committed> gathered, CancellationToken cancel)
    {
        var candidates = decided.ToList();
        var salts = await log.SaltsOfAsync([.. candidates.Select(c => c.Record)], cancel);
        // What was erased meanwhile has no salt, and gets no entry.
        foreach (var (one, salt) in candidates.Zip(salts))
            if (salt is not null) gathered.Add(new Committed(one.Controller, one.Class, one.Record.Position, one.Trigger, CommitmentTo(one.Record, salt), one.Record.Epoch < log.Epoch));
    }

    private async Task<Dictionary<string, IReadOnlyList<LogRecord>>> ReadTracesAsync(IEnumerable<LogRecord> records, CancellationToken cancel)
    {
        var wanted = records.Where(r => LoggedEvent.IsAcknowledgement(r) || (r.Version > 1 && LoggedEvent.Of(r) is { Class: not LogClass.Access })).DistinctBy(r => r.StreamKey).ToList();
        // With their places in the feed: an acknowledgement or an event that was told before the page, and is not known to have been, would come into no log at all.
        var read = await log.PlacedHistoriesAsync([.. wanted.Select(r => r.StreamKey)], cancel);
        return wanted.Zip(read).ToDictionary(of => of.First.Stream, of => of.Second, StringComparer.Ordinal);
    }
}

/// <summary>A record that is to be in a log, by its place alone, and what the log says of it.</summary>
/// <param name="Trigger">See <see cref="Candidate"/>.</param>
/// <param name="IsEarlier">It is of an earlier epoch: the batch that it was in may be gone, and its entry have been put back (<see cref="PutBackSigned"/>).</param>
internal sealed record Committed(string Controller, string Class, long Position, long Trigger, byte[] Commitment, bool IsEarlier = false);
