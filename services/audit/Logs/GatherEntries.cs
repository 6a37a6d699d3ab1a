using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>What a page of the feed brings to the logs, with the commitments: reads what <see cref="LogDecision"/> decides by, and notes what waits.</summary>
internal sealed class GatherEntries([FromKeyedServices(AuditSetup.Service)] IRecordLog log, LogSites sites)
{
    public async Task<IReadOnlyList<Committed>> RunAsync(IReadOnlyList<LogRecord> page, CancellationToken cancel)
    {
        var declared = page.Select(LoggedEvent.Of).OfType<LoggedEvent>().Where(e => e is { Class: LogClass.Declaration, Site: not null, Controller: not null }).ToList();
        foreach (var e in declared) await sites.NoteOwnerAsync(e.Site!, e.Controller!, e.Record.Position, cancel);
        var traces = new Dictionary<string, IReadOnlyList<LogRecord>>(StringComparer.Ordinal);
        await ReadTracesAsync(page, traces, cancel);
        foreach (var (site, position) in LogDecision.Waiting(page, traces, sites.Owners).ToList()) await sites.NoteWaitingAsync(site, position, cancel);

        var waiting = new Dictionary<string, IReadOnlyList<LogRecord>>(StringComparer.Ordinal);
        foreach (var e in declared)
        {
            if (sites.Owners.WaitedFor(e.Site!, e.Record.Position) is not { Count: > 0 } positions) continue;
            var records = new List<LogRecord>();
            foreach (var position in positions)
                if (await log.FindByPositionAsync(position, cancel) is { } found) records.Add(found);
            waiting[e.Site!] = records;
            await ReadTracesAsync(records, traces, cancel);
        }

        var candidates = LogDecision.Of(page, traces, sites.Owners, waiting).ToList();
        var salts = await log.SaltsOfAsync([.. candidates.Select(c => c.Record)], cancel);
        // What was erased meanwhile has no salt, and gets no entry.
        return [.. candidates.Zip(salts).Where(c => c.Second is not null).Select(c => new Committed(c.First, CommitmentTo(c.First.Record, c.Second!)))];
    }

    public static byte[] CommitmentTo(LogRecord record, byte[] salt) => LogEntry.CommitmentTo(salt, record.Kind, record.RecordedAt, record.Payload.Span);

    private async Task ReadTracesAsync(IEnumerable<LogRecord> records, Dictionary<string, IReadOnlyList<LogRecord>> traces, CancellationToken cancel)
    {
        var wanted = records.Where(r => LoggedEvent.IsAcknowledgement(r) || (r.Version > 1 && LoggedEvent.Of(r) is { Class: not LogClass.Access })).Select(r => r.Stream)
            .Distinct(StringComparer.Ordinal).Where(stream => !traces.ContainsKey(stream)).ToList();
        var read = await Task.WhenAll(wanted.Select(async stream => await log.HistoryAsync(stream, cancel)));
        foreach (var (stream, trace) in wanted.Zip(read)) traces[stream] = trace;
    }
}

/// <summary>A record that is to be in a log, and what the log says of it.</summary>
internal sealed record Committed(Candidate Candidate, byte[] Commitment);
