using Consent.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Logs;

/// <summary>
/// Writes the logs: at each round takes what was heard behind its cursor, appends a batch to each log that it is for, and signs a checkpoint of each that has grown. Under the
/// lease <c>logs</c>; every replica follows, and shows what is written. The cursor only spares reading from the beginning: what a log's batches already cover is passed over.
/// A log for which nothing may be signed is left behind, and reads by itself what it missed when it may (<see cref="HeldLogs"/>). As the health check <c>logs-audit</c> it says
/// when nothing may be signed, or no round has ended well for a minute.
/// </summary>
internal sealed class WriteLogs(
    [FromKeyedServices(AuditSetup.Service)] IRecordLog log, DerivedLogs logs, GatherEntries gather, ILogSigners signers, LogSettings settings, TimeProvider time, ILogger<WriteLogs> logger)
    : BackgroundService, IHealthCheck
{
    /// <summary>Batches refused one after the other: two replicas that both believe to write see one, and what does not fit to the record log sees no end of them.</summary>
    private const int Reopened = 3, MadeAnew = 6;
    private readonly SemaphoreSlim _one = new(1);
    private readonly LogLease _lease = new(log, $"logs{settings.Suffix}", time);
    private readonly HeldLogs _held = new(log, time);
    private readonly UsedFolder _used = new(log, settings);
    private readonly ClockWatch _clock = new(time);
    private readonly LogHealth _health = new(settings.Every, time);
    private long _fence;
    private long _cursor;
    private long _noted;

    /// <summary>Of the round that is under way, and of the one before: whether all was read that there was.</summary>
    private bool _isAtEnd, _wasAtEnd;
    private DateTimeOffset? _heard;
    private bool _isFailing;
    private int _openings;
    private int _refused;

    /// <summary>Those of the settings; not logs that were begun under another suffix.</summary>
    private List<DerivedLog> Own => [.. logs.All.Where(l => settings.LogOf(l.State.Controller) == l.State.Name)];

    /// <summary>One round. False when another replica writes.</summary>
    internal async Task<bool> RoundAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        string? clock = null;
        try
        {
            (_heard, _isAtEnd) = (null, false);
            await logs.FollowAsync(cancel);
            var held = await _lease.HoldAsync();
            if (held is not null) await WriteAsync(held, cancel);
            // Who does not sign has no more to say than what the folders allow.
            else
            {
                _refused = 0;
                foreach (var one in logs.All.Where(l => l.Trouble is not null)) logs.Tell(one, await logs.FaultOfAsync(one, cancel));
                foreach (var one in logs.All) signers.Tell(one.State.Name, null);
            }

            clock = _clock.Look(Own.Where(l => l.State.Size > 0).Select(l => l.State.At), _wasAtEnd && _isAtEnd ? _heard : null);
            _wasAtEnd = _isAtEnd;
            _health.Completed();
            return held is not null;
        }
        catch
        {
            // The cursor of this process may be behind what a log still lacks.
            (_fence, _wasAtEnd) = (0, false);
            throw;
        }
        finally
        {
            var refused = _refused < Reopened ? null : "batches of a log are refused again and again, because what is here does not fit to the record log: the logs are being made anew from their batches";
            _health.Say([.. logs.All.Select(l => l.Trouble), .. signers.Warnings, clock, refused]);
            _one.Release();
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(_health.Result(logs.IsReady));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _lease.GiveBackAsync();
    }

    public override void Dispose()
    {
        _one.Dispose();
        _used.Dispose();
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
                _isFailing = false;
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                if (!_isFailing) logger.LogWarning("The logs could not be written ({Kind}); it is tried again at each round.", e.GetType().Name);
                _isFailing = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task WriteAsync(Lease held, CancellationToken cancel)
    {
        var isFirst = held.Fence != _fence || logs.Openings != _openings;
        if (isFirst) await BeginAsync(held, cancel);
        var (began, more) = (time.GetTimestamp(), true);
        while (more)
        {
            var (from, page) = (_cursor, await FeedPart.ReadAsync(log, _cursor, cancel));
            more = page.IsFull && time.GetElapsedTime(began) < settings.Every;
            _isAtEnd = !page.IsFull;
            if (page.Records.LastOrDefault(r => r.Kind != LogBatch.Kind) is { } newest) _heard = newest.RecordedAt;
            var gathered = await GatherAsync(page, cancel);
            foreach (var one in await AppendAsync(Own.Where(l => l.Held is null), gathered, page.Through(from), isFirst, !more, cancel))
                one.Held = await _held.HoldAsync(one.State.Name, one.State.Controller, from, cancel);
            // Read again from the cursor that was noted.
            if (_fence != held.Fence) return;
            _cursor = page.Through(from);
            isFirst = false;
        }

        await CatchUpAsync(held, cancel);
        if (_fence != held.Fence) return;
        _refused = 0;
        if (_cursor > _noted && await log.MoveCursorAsync(held, _cursor)) _noted = _cursor;
    }

    private async Task BeginAsync(Lease held, CancellationToken cancel)
    {
        _cursor = _noted = await log.CursorAsync(held.Name, cancel);
        foreach (var one in logs.All) one.Held = null;
        foreach (var (controller, name, note) in await _held.TakeOverAsync(cancel))
            if (settings.LogOf(controller) == name) logs.Of(controller).Held = note;
        (_fence, _openings) = (held.Fence, logs.Openings);
    }

    /// <summary>For as long as a round may take, the logs that may be signed again read what they missed; the longest left behind first, and the others with it.</summary>
    private async Task CatchUpAsync(Lease held, CancellationToken cancel)
    {
        var behind = Own.Where(l => l.Held is not null).ToList();
        if (behind.Count == 0) return;
        await AppendAsync(behind.Where(l => l.Trouble is not null), Nothing, 0, false, false, cancel);
        var began = time.GetTimestamp();
        for (var more = true; more && _fence == held.Fence;)
        {
            behind.RemoveAll(l => l.Trouble is not null || l.Held is null);
            if (behind.Count == 0) return;
            var from = behind.Min(l => l.Held!.From);
            var page = await FeedPart.ReadAsync(log, from, cancel);
            var through = page.IsFull ? page.Through(from) : Math.Max(page.Through(from), _cursor);
            more = through < _cursor && time.GetElapsedTime(began) < settings.Every;
            var stuck = await AppendAsync(behind, await GatherAsync(page, cancel), through, false, !more, cancel);
            if (_fence != held.Fence) return;
            foreach (var one in behind.Except(stuck))
            {
                if (one.Held!.From < through) one.Held = one.Held with { From = through };
                if (one.Held.From < _cursor) continue;
                if (!await _held.ReleaseAsync(one.State.Name, one.State.Controller, one.Held)) _fence = 0;
                else one.Held = null;
            }
        }
    }

    private static ILookup<string, Committed> Nothing { get; } = Array.Empty<Committed>().ToLookup(c => c.Controller, StringComparer.Ordinal);

    private async Task<ILookup<string, Committed>> GatherAsync(FeedPart page, CancellationToken cancel)
    {
        var gathered = (await gather.RunAsync(page.Records, cancel)).ToLookup(c => c.Controller, StringComparer.Ordinal);
        foreach (var of in gathered) logs.Of(of.Key);
        return gathered;
    }

    /// <summary>Appends to each of these logs what is for it, all in as few commits as they share, and shows it.</summary>
    /// <returns>The logs for which there was something, and nothing may be signed. What is wrong with one keeps no other waiting.</returns>
    private async Task<List<DerivedLog>> AppendAsync(
        IEnumerable<DerivedLog> some, ILookup<string, Committed> gathered, long through, bool isFirst, bool isLast, CancellationToken cancel)
    {
        var (of, prepare) = (some.ToList(), new PrepareBatch(log, logs, signers, _used, time));
        var prepared = new Prepared[of.Count];
        await Parallel.ForEachAsync(of.Index(), DerivedLogs.SideBySide(cancel), async (one, stop) =>
            prepared[one.Index] = await prepare.RunAsync(one.Item, gathered[one.Item.State.Controller], through, isFirst, isLast, stop));
        var outcomes = await Task.WhenAll(prepared.Select(p => p.Record).OfType<NewRecord>().Select(log.AppendAsync));
        if (outcomes.Length > 0) await logs.FollowAsync(cancel);
        // Where another has written meanwhile, what is still to be done is seen from its batches; and from what is there, where the logs were opened again.
        var isRefused = outcomes.Any(outcome => outcome is AppendOutcome.Conflict);
        if (isRefused || prepared.Any(p => p.IsOvertaken) || logs.Openings != _openings) _fence = 0;
        if (isRefused && ++_refused % Reopened == 0) logs.Reopen(anew: _refused >= MadeAnew);
        return [.. prepared.Where(p => p.IsHeldBack).Select(p => p.Log)];
    }
}
