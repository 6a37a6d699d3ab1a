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
    private const int MostWatched = 10_000;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan NoteEvery = TimeSpan.FromSeconds(10);
    private readonly Dictionary<int, Watched> _watched = [];
    private long _fence;

    /// <summary>One look at every subscriber. A failure with one is no other's matter.</summary>
    internal async Task RunOnceAsync(CancellationToken cancel)
    {
        if (!lease.IsHeld || await lease.HoldAsync(cancel) is not { } held) return;
        if (held.Fence != _fence) _watched.Clear();
        _fence = held.Fence;
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
                await LookAfterAsync(subscriber, cancel);
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

    private async Task LookAfterAsync(Subscriber subscriber, CancellationToken cancel)
    {
        if (!_watched.TryGetValue(subscriber.Number, out var watched))
            _watched[subscriber.Number] = watched = new Watched { Through = subscriber.Frontier };
        var applied = 0;
        foreach (var closed in await store.ClosedAmongAsync(subscriber.Number, watched.Open.Keys, cancel))
            if (watched.Open.Remove(closed, out var one) && one.Attempts > 0) applied++;
        await WatchMoreAsync(subscriber, watched, cancel);
        late.Tell(subscriber.Name, watched.Open.Count == 0 ? null : watched.Open.First().Value.RecordedAt);
        if (IsAlive(subscriber))
        {
            var repeated = false;
            for (var i = 0; i < BatchesPerRound; i++)
            {
                var due = watched.Due(time.Now(), Math.Min(LargestBatch, watched.Room(time.Now())));
                repeated |= due.Any(one => one.Attempts > 0);
                await SendAsync(subscriber, watched, due, cancel);
                if (due.Count < LargestBatch) break;
            }

            watched.Adapt(applied, repeated);
        }

        var now = time.Now();
        if (watched.Frontier <= subscriber.Frontier || now - watched.FrontierNotedAt < NoteEvery) return;
        await store.MoveFrontierAsync(subscriber.Number, watched.Frontier);
        watched.FrontierNotedAt = now;
    }

    private bool IsAlive(Subscriber subscriber) => subscriber.LastSeen >= time.Now() - options.AliveFor - DeliveryLedger.SeenPrecision;

    private async Task WatchMoreAsync(Subscriber subscriber, Watched watched, CancellationToken cancel)
    {
        var before = time.Now() - options.RedeliverAfter;
        var (found, through) = await open.LookAsync(
            subscriber, watched.Through, relay.PublishedAt(before), MostWatched - watched.Open.Count, cancel, isFresh: record => record.RecordedAt > before);
        watched.Through = Math.Max(watched.Through, through);
        foreach (var record in found)
            watched.Open[record.Position] = new Watched.Waiting(record.Position, record.StreamKey, record.RecordedAt, DateTimeOffset.MinValue, 0);
    }

    private async Task SendAsync(Subscriber subscriber, Watched watched, List<Watched.Waiting> due, CancellationToken cancel)
    {
        var now = time.Now();
        var sent = new List<(Watched.Waiting Delivery, OutgoingEvent Event)>();
        foreach (var one in due)
        {
            var record = await log.FindByPositionAsync(one.Position, cancel);
            // Erased, overtaken by a newer one, or of no concern any more.
            if (record is null || !await open.IsOpenAsync(subscriber, record, cancel)) watched.Open.Remove(one.Position);
            else sent.Add((one, published.EventOf(record, now)! with { Service = subscriber.Name }));
        }

        // To the back before it is tried: what cannot be sent must not stand before the rest. It counts only when it was sent.
        foreach (var (one, _) in sent) PutOff(watched, one, one.Attempts, now);
        if (sent.Count > 0) await transport.PublishAsync([.. sent.Select(s => s.Event)], cancel);
        foreach (var (one, _) in sent) PutOff(watched, one, one.Attempts + 1, now);
        if (sent.Count > 0) StorageMetrics.Redelivered.Add(sent.Count, new("store", service), new("subscriber", subscriber.Name));
    }

    private void PutOff(Watched watched, Watched.Waiting one, int attempts, DateTimeOffset now) => watched.Open[one.Position] = one with
    {
        Attempts = attempts,
        DueAt = now + BackOff.After(one.Attempts + 2, options.RedeliverAfter, LongestPause),
    };
}
