using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Storage;

/// <summary>
/// Publishes a service's log: sends the events behind its cursor, and moves the cursor after the broker's confirms, under the lease of
/// the one that relays. It may die anywhere and repeats itself at worst. Woken by the commit. A record of which no event can be made stops it, visibly.
/// Where it cannot publish for long it gives the lease back: the broker may be away for this replica alone.
/// </summary>
internal sealed class Relay(
    string service, IRecordLog log, RelayLease lease, IEventTransport transport, Published published, LateDeliveries late, RelayOptions options, TimeProvider time,
    ILogger<Relay> logger) : BackgroundService
{
    private const int LargestBatch = 500;

    /// <summary>Fewer than these at a time are sent as they come; more show that gathering is worth its while.</summary>
    private const int WorthGathering = 16;

    /// <summary>Failures in a row of which an operator is to know: after a third of a second.</summary>
    private const int Worrying = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Longer than another waits before it asks for the lease.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long it keeps the lease in vain: twice as long each time, until something is published. Where none can publish, whoever takes over
    /// sends again what is open, and nobody is to be buried under that.
    /// </summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMinutes(1);
    private readonly KeyValuePair<string, object?> _tag = new("store", service);
    private readonly Queue<(long? At, long Through)> _lately = new();
    private Lease? _heldFor;
    private long _cursor;
    private int _lastBatch;

    /// <summary>Everything up to this position of the log has been published, as far as this process knows.</summary>
    internal long Cursor => Volatile.Read(ref _cursor);

    /// <summary>Publishes the next batch. False when there was none, or when another relays.</summary>
    internal async Task<bool> PublishNextAsync(CancellationToken cancel)
    {
        var inVain = late.RelayTries();
        if (await HoldAsync(cancel) is not { } held)
        {
            if (!inVain || await AnotherGetsOnAsync(cancel)) TellLag([], time.Now());
            return false;
        }

        var page = await log.FeedAsync(_cursor, LargestBatch, cancel);
        _lastBatch = page.Count;
        var now = time.Now();
        TellLag(page, now);
        if (page.Count == 0) return false;

        var events = page.Select(record => published.EventOf(record, now)).OfType<OutgoingEvent>().ToList();
        if (events.Count > 0) await transport.PublishAsync(events, cancel);
        if (!await log.MoveCursorAsync(held, page[^1].Position))
        {
            // Another has published the same meanwhile, or will: no harm is done.
            lease.Lost();
            return false;
        }

        MoveTo(page[^1].Position, time.GetTimestamp());
        late.RelayGotOn();
        StorageMetrics.Published.Add(events.Count, _tag);
        return true;
    }

    /// <summary>Up to where all was published so long ago, whatever the wall clock did since; what was published before this process relayed was published always.</summary>
    internal long PublishedBefore(TimeSpan age)
    {
        lock (_lately)
        {
            while (_lately.Count > 1 && (_lately.ElementAt(1).At is not { } at || time.GetElapsedTime(at) >= age)) _lately.Dequeue();
            return _lately.TryPeek(out var first) ? first.Through : 0;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await GiveBackAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Enabled) return;
        var (failures, patience) = (0, FirstPatience);
        long? began = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                began ??= time.GetTimestamp();
                var hasPublished = await PublishNextAsync(stoppingToken);
                if (!lease.IsHeld) await Task.Delay(RelayLease.AskEvery, time, stoppingToken);
                else if (!hasPublished) await log.WaitForAppendAsync(_cursor, RelayLease.AskEvery, stoppingToken);
                if (_lastBatch is >= WorthGathering and < LargestBatch && options.GatherFor > TimeSpan.Zero) await Task.Delay(options.GatherFor, time, stoppingToken);
                (failures, began) = (0, null);
                if (late.Unpublished == TimeSpan.Zero) patience = FirstPatience;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                failures++;
                var pause = BackOff.After(failures, FirstPause, LongestPause);
                if (log.IsShared && lease.IsHeld && began is { } since && time.GetElapsedTime(since) >= patience)
                {
                    await GiveBackAsync();
                    (began, pause, patience) = (null, LongestPause, patience * 2 < LongestPatience ? patience * 2 : LongestPatience);
                }

                StorageMetrics.PublishFailures.Add(1, _tag);
                StorageMetrics.RelayLag.Record(late.Unpublished.TotalSeconds, _tag);
                // Once or twice heals by itself, and the metric has it.
                logger.Log(
                    failures < Worrying ? LogLevel.Information : LogLevel.Warning, "The relay of {Service} could not publish behind position {Position}, for the {Failures}. time ({Reason}); again in {Pause} ms.",
                    service, _cursor, failures, BackOff.ReasonOf(e), (int)pause.TotalMilliseconds);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Whoever begins to relay reads where the one before had come to.</summary>
    private async Task<Lease?> HoldAsync(CancellationToken cancel)
    {
        if (await lease.HoldAsync(cancel) is not { } held) return null;
        if (_heldFor?.Fence != held.Fence)
        {
            MoveTo(await log.CursorAsync(RelayLease.Name, cancel), null);
            _heldFor = held;
        }

        return held;
    }

    /// <summary>That another holds the lease proves nothing where this one got no further: the broker may be away for both.</summary>
    private async Task<bool> AnotherGetsOnAsync(CancellationToken cancel)
    {
        var cursor = await log.CursorAsync(RelayLease.Name, cancel);
        return cursor > _cursor || (await log.FeedAsync(cursor, 1, cancel)).Count == 0;
    }

    private async Task GiveBackAsync()
    {
        try
        {
            await lease.GiveBackAsync();
        }
        catch (LogUnavailableException)
        {
            // It ends by itself.
        }
    }

    private void TellLag(IReadOnlyList<LogRecord> page, DateTimeOffset now)
    {
        var lag = page.Count == 0 || now < page[0].RecordedAt ? TimeSpan.Zero : now - page[0].RecordedAt;
        StorageMetrics.RelayLag.Record(lag.TotalSeconds, _tag);
        if (page.Count == 0) late.RelayGotOn();
        else late.RelayFinds(lag);
    }

    private void MoveTo(long position, long? at)
    {
        Volatile.Write(ref _cursor, position);
        lock (_lately) _lately.Enqueue((at, position));
    }
}
