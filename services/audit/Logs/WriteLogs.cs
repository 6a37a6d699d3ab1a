using System.Security.Cryptography;
using Consent.Contracts;
using Consent.Storage;
using Consent.VerifiableLog;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Logs;

/// <summary>
/// Writes the logs: at each round takes what was heard behind its cursor, appends a batch to each log that it is for, and signs a checkpoint of each that has grown. Under the
/// lease <c>logs</c>; every replica follows, and shows what is written. The cursor only spares reading from the beginning: what a log's batches already cover is passed over.
/// As the health check <c>logs-audit</c> it says when nothing may be signed, or no round has succeeded for a minute.
/// </summary>
internal sealed class WriteLogs(
    [FromKeyedServices(AuditSetup.Service)] IRecordLog log, DerivedLogs logs, GatherEntries gather, ILogSigners signers, LogSettings settings, TimeProvider time, ILogger<WriteLogs> logger)
    : BackgroundService, IHealthCheck
{
    /// <summary>Records of the feed that a batch covers, and so about as many entries at most.</summary>
    private const int PageSize = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _one = new(1);
    private readonly LogLease _lease = new(log, $"logs{settings.Suffix}", time);
    private long _fence;
    private long _cursor;
    private long _noted;
    private long _failingSince;
    private volatile string? _trouble;

    /// <summary>One round. False when another replica writes.</summary>
    internal async Task<bool> RoundAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            await logs.FollowAsync(cancel);
            if (await _lease.HoldAsync() is { } held)
            {
                await WriteAsync(held, cancel);
                return true;
            }

            // Who does not sign has no more to say than what the folders allow.
            foreach (var one in logs.All.Where(l => l.Trouble is not null)) logs.Tell(one, await logs.FaultOfAsync(one, cancel));
            return false;
        }
        catch
        {
            // The cursor of this process may be behind what a log still lacks.
            _fence = 0;
            throw;
        }
        finally
        {
            var faults = logs.All.Select(l => l.Trouble).OfType<string>().ToList();
            _trouble = faults.Count == 0 ? null : string.Join("; ", faults);
            _one.Release();
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        // Degraded, as every alarm: who is told "not ready" takes the service away from those whom it answers all the same, and in one process all services with it.
        _trouble is { } trouble ? HealthCheckResult.Degraded(trouble)
        : Interlocked.Read(ref _failingSince) is not 0 and var since && time.GetElapsedTime(since) > Patience
            ? HealthCheckResult.Degraded("the logs could not be written for longer than a minute")
        : HealthCheckResult.Healthy());

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _lease.GiveBackAsync();
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.Every, time);
        do
        {
            try
            {
                await RoundAsync(stoppingToken);
                Interlocked.Exchange(ref _failingSince, 0);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                if (Interlocked.CompareExchange(ref _failingSince, time.GetTimestamp(), 0) == 0)
                    logger.LogWarning("The logs could not be written ({Kind}); it is tried again at each round.", e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task WriteAsync(Lease held, CancellationToken cancel)
    {
        var isFirst = held.Fence != _fence;
        if (isFirst)
        {
            _cursor = _noted = await log.CursorAsync(held.Name, cancel);
            _fence = held.Fence;
        }

        var (began, more) = (time.GetTimestamp(), true);
        while (more)
        {
            var page = await log.FeedAsync(_cursor, PageSize, cancel);
            more = page.Count == PageSize && time.GetElapsedTime(began) < settings.Every;
            // Where another has written meanwhile, what is still to be done is seen from its batches.
            if (!await TakeAsync(page, isFirst, isLast: !more, cancel)) _fence = 0;
            // Read again from the cursor that was noted.
            if (_fence != held.Fence) return;
            if (page.Count > 0) _cursor = page[^1].Position;
            isFirst = false;
        }

        // For a log that may not be signed now, all is read again when it may.
        if (logs.All.Any(l => l.Trouble is not null)) return;
        if (_cursor > _noted && await log.MoveCursorAsync(held, _cursor)) _noted = _cursor;
    }

    /// <summary>Appends what the page brings, and shows it. False when a batch was not the next one of its log.</summary>
    private async Task<bool> TakeAsync(IReadOnlyList<LogRecord> page, bool isFirst, bool isLast, CancellationToken cancel)
    {
        var gathered = (await gather.RunAsync(page, cancel)).ToLookup(c => c.Candidate.Controller, StringComparer.Ordinal);
        foreach (var of in gathered) logs.Of(of.Key);
        var own = logs.All.Where(l => settings.LogOf(l.State.Controller) == l.State.Name).ToList();
        var appended = await Task.WhenAll(own.Select(one => TryAppendAsync(one, gathered[one.State.Controller], page.Count == 0 ? 0 : page[^1].Position, isFirst, isLast, cancel)));
        if (appended.Any(outcome => outcome is not null)) await logs.FollowAsync(cancel);
        return appended.All(outcome => outcome is not AppendOutcome.Conflict);
    }

    /// <summary>Null when there is nothing to append. What is wrong with one log keeps no other waiting.</summary>
    private async Task<AppendOutcome?> TryAppendAsync(DerivedLog one, IEnumerable<Committed> gathered, long through, bool isFirst, bool isLast, CancellationToken cancel)
    {
        try
        {
            var (state, isAsked) = (one.State, isFirst || one.Trouble is not null);
            var fresh = gathered.Where(c => c.Candidate.Trigger > state.Through).ToList();
            if (state.Size == 0 && fresh.Count == 0) return null;
            // Before a key is made: where none ever was, what is kept is of another log.
            var fault = isAsked || state.Size == 0 ? await logs.FaultOfAsync(one, cancel) : null;
            if (fault is null)
            {
                var keys = signers.Of(state.Name, one.Origin);
                List<string> announced = [.. keys.Select(k => k.Key.ToString()).Where(k => !state.Keys.Contains(k, StringComparer.Ordinal))];
                var isIdle = fresh.Count == 0 && announced.Count == 0 && !(isLast && state.Size > one.SignedSize);
                fault = isIdle ? null : await logs.FaultOfAsync(one, cancel);
                if (fault is null && one.Trouble is not null)
                {
                    // First what was passed over meanwhile.
                    logs.Tell(one, null);
                    _fence = 0;
                    return null;
                }

                if (fault is null) return isIdle ? null : await log.AppendAsync(RecordOf(one, fresh, announced, keys, Math.Max(through, state.Through), isLast));
            }

            // Not signed by this process, but by another whose batch has come since.
            if (one.IsBehind && await HasMoreAsync(one, cancel)) return AppendOutcome.Conflict.Found;
            logs.Tell(one, fault);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            logs.Tell(one, $"the keys of the log {one.State.Name} cannot be used ({e.GetType().Name}): put them back from their own backup");
            return null;
        }
    }

    private async Task<bool> HasMoreAsync(DerivedLog one, CancellationToken cancel)
    {
        var (stream, version) = LogBatch.PlaceOf(one.State.Name, one.State.Batches);
        return await log.LatestAsync(stream, cancel) is { } newest && newest.Version >= version;
    }

    private NewRecord RecordOf(DerivedLog one, List<Committed> fresh, IReadOnlyList<string> announced, IReadOnlyList<INoteSigner> keys, long through, bool isLast)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var (entries, told) = EntriesOf(now > one.State.At ? now : one.State.At, announced, fresh);
        var note = isLast ? SignedNote.Sign(one.With(entries).Text, [.. keys]).ToString() : null;
        var batch = new LogBatch(one.State.Controller, one.State.Size, through, entries, note, told.Count == 0 ? null : told);
        var (stream, version) = LogBatch.PlaceOf(one.State.Name, one.State.Batches);
        return new NewRecord { Stream = stream, Version = version, Kind = LogBatch.Kind, RecordedAt = time.Now(), Payload = ContractJson.Write(batch) };
    }

    /// <summary>Keys first, then what happened in the order of hearing, and then one entry for all acknowledgements: the root of a tree of their commitments. Pure.</summary>
    internal static (IReadOnlyList<byte[]> Entries, IReadOnlyList<byte[]> Told) EntriesOf(DateTimeOffset at, IReadOnlyList<string> announced, IReadOnlyList<Committed> fresh)
    {
        var ordered = fresh.OrderBy(c => c.Candidate.Trigger).ThenBy(c => c.Candidate.Record.Position).ToList();
        var entries = announced.Select(key => new LogEntry(at, LogClass.Key, null, key))
            .Concat(ordered.Where(c => c.Candidate.Class != LogClass.Delivery).Select(c => new LogEntry(at, c.Candidate.Class, c.Commitment))).ToList();
        IReadOnlyList<byte[]> told = [.. ordered.Where(c => c.Candidate.Class == LogClass.Delivery).Select(c => c.Commitment)];
        if (told.Count > 0)
        {
            var tree = new GrowingTree();
            foreach (var commitment in told) tree.Append(NodeHash.OfEntry(commitment));
            entries.Add(new LogEntry(at, LogClass.Delivery, tree.Root.ToArray()));
        }

        return ([.. entries.Select(e => e.Write())], told);
    }
}
