using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Storage;

/// <summary>
/// Sends again, from the log and to that subscriber alone, what stayed open too long: in the one replica that relays, only to subscribers
/// seen alive, at most one outstanding per stream, rarer each time, until it is applied.
/// </summary>
internal sealed class Redelivery(
    string service, IRecordLog log, ILedgerStore store, OpenDeliveries open, Relay relay, RelayLease lease, IEventTransport transport, Published published,
    LateDeliveries late, RelayOptions options, TimeProvider time, ILogger<Redelivery> logger) : BackgroundService
{
    private const int LargestBatch = 100;
    private const int BatchesPerRound = 20;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan NoteEvery = TimeSpan.FromSeconds(10);
    private readonly Dictionary<int, Watched> _watched = [];
    private long _fence;

    /// <summary>One look at every subscriber. A failure with one is no other's matter.</summary>
    internal async Task RunOnceAsync(CancellationToken cancel)
    {
        if (await lease.ProlongAsync(cancel) is not { } held)
        {
            // What is late is told by the one that relays.
            if (lease.IsWithAnother) late.ForgetAll();
            return;
        }

        // One more than before: this replica gave it back, and nobody had it between.
        if (held.Fence > _fence + 1) _watched.Clear();
        _fence = held.Fence;
        var longPublished = relay.PublishedBefore(options.RedeliverAfter);
        foreach (var subscriber in await store.RegistryAsync(cancel))
        {
            if (subscriber.RetiredAt is not null)
            {
                _watched.Remove(subscriber.Number);
                late.Forget(subscriber.Name);
                continue;
            }

            try
            {
                await LookAfterAsync(subscriber, longPublished, cancel);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                StorageMetrics.PublishFailures.Add(1, new("store", service), new("subscriber", subscriber.Name));
                logger.LogWarning("{Service} could not send again to {Subscriber} ({Reason}).", service, subscriber.Name, BackOff.ReasonOf(e));
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Enabled) return;
        using var timer = new PeriodicTimer(options.RedeliveryInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await RunOnceAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.LogWarning("The redelivery of {Service} failed ({Reason}) and goes on.", service, BackOff.ReasonOf(e));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task LookAfterAsync(Subscriber subscriber, long longPublished, CancellationToken cancel)
    {
        if (!_watched.TryGetValue(subscriber.Number, out var watched))
            _watched[subscriber.Number] = watched = new Watched { Through = subscriber.Frontier };
        watched.TakeTurns(time.GetTimestamp(), LargestBatch);
        var applied = 0;
        foreach (var closed in await store.ClosedAmongAsync(subscriber.Number, watched.Open.Keys, cancel))
            if (watched.Open.Remove(closed, out var one) && one.Attempts > 0) applied++;
        await WatchMoreAsync(subscriber, watched, longPublished, cancel);
        late.Tell(subscriber.Name, watched.Oldest is { } oldest ? OpenFor(oldest) : null);
        if (IsAlive(subscriber))
        {
            var repeated = false;
            for (var i = 0; i < BatchesPerRound; i++)
            {
                var due = watched.Due(time.GetTimestamp(), Math.Min(LargestBatch, watched.Room(time.GetTimestamp())));
                repeated |= due.Any(one => one.Attempts > 0);
                await SendAsync(subscriber, watched, due, cancel);
                if (due.Count < LargestBatch) break;
            }

            watched.Adapt(applied, repeated);
        }

        var frontier = watched.Frontier;
        if (frontier <= subscriber.Frontier || (watched.FrontierNotedAt is { } noted && time.GetElapsedTime(noted) < NoteEvery)) return;
        await store.MoveFrontierAsync(subscriber.Number, frontier);
        watched.FrontierNotedAt = time.GetTimestamp();
    }

    /// <summary>Seen lately, by the clock of one replica or another: what seems to be seen hours from now was seen before a clock was put right.</summary>
    private bool IsAlive(Subscriber subscriber) => subscriber.LastSeen is { } seen && (time.Now() - seen).Duration() <= options.AliveFor + DeliveryLedger.SeenPrecision;

    /// <summary>Since it was recorded; where the clock was put back meanwhile, since it was found open.</summary>
    private TimeSpan OpenFor(Watched.Waiting one)
    {
        var (recorded, seen) = (time.Now() - one.RecordedAt, time.GetElapsedTime(one.SeenAt));
        return recorded > seen ? recorded : seen;
    }

    private async Task WatchMoreAsync(Subscriber subscriber, Watched watched, long longPublished, CancellationToken cancel)
    {
        if (watched.Through >= longPublished) return;
        var (now, seen) = (time.Now(), time.GetTimestamp());
        var before = now - options.RedeliverAfter;
        // What bears a time to come was recorded before the clock was put right: waiting for it to grow old would be waiting for hours.
        var (found, through) = await open.LookAsync(
            subscriber, watched.Through, longPublished, watched.MakeRoom(seen, LargestBatch), cancel, isFresh: record => record.RecordedAt > before && record.RecordedAt <= now);
        watched.Through = Math.Max(watched.Through, through);
        foreach (var record in found)
            watched.Open[record.Position] = new Watched.Waiting(record.Position, record.StreamKey, record.RecordedAt, seen, long.MinValue, 0);
    }

    private async Task SendAsync(Subscriber subscriber, Watched watched, List<Watched.Waiting> due, CancellationToken cancel)
    {
        var now = time.Now();
        var stillOpen = new List<(Watched.Waiting Delivery, LogRecord Record)>();
        foreach (var one in due)
        {
            var record = await log.FindByPositionAsync(one.Position, cancel);
            // Erased, overtaken by a newer one, or of no concern any more.
            if (record is null || !await open.IsOpenAsync(subscriber, record, cancel)) watched.Open.Remove(one.Position);
            else stillOpen.Add((one, record));
        }

        // What stands in the feed twice is acknowledged under one of its positions alone; the other would be sent for ever. It is not asked before it was sent in vain, because that is rare.
        var repeated = await open.RepeatedAsync([.. stillOpen.Where(one => one.Delivery.Attempts > 0).Select(one => one.Record)], cancel);
        foreach (var position in repeated) watched.Open.Remove(position);
        var sent = stillOpen.Where(one => !repeated.Contains(one.Delivery.Position))
            .Select(one => (one.Delivery, Event: published.EventOf(one.Record, now)! with { Service = subscriber.Name })).ToList();

        // To the back before it is tried: what cannot be sent must not stand before the rest. It counts only when it was sent.
        foreach (var (one, _) in sent) PutOff(watched, one, one.Attempts);
        if (sent.Count > 0) await transport.PublishAsync([.. sent.Select(s => s.Event)], cancel);
        foreach (var (one, _) in sent) PutOff(watched, one, one.Attempts + 1);
        if (sent.Count > 0) StorageMetrics.Redelivered.Add(sent.Count, new("store", service), new("subscriber", subscriber.Name));
    }

    private void PutOff(Watched watched, Watched.Waiting one, int attempts) => watched.Open[one.Position] = one with
    {
        Attempts = attempts,
        DueAt = time.TimestampIn(BackOff.After(one.Attempts + 2, options.RedeliverAfter, LongestPause)),
    };
}
