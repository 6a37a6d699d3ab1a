using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Storage;

/// <summary>
/// Sends again, from the log and to that subscriber alone, what stayed open too long; and opens to a new subscriber what was
/// recorded before it came. Only to subscribers seen alive, at most one outstanding per stream, rarer each time.
/// </summary>
internal sealed class Redelivery(
    string service,
    IRecordLog log,
    DeliveryLedger ledger,
    IEventTransport transport,
    Func<LogRecord, DateTimeOffset, OutgoingEvent?> eventOf,
    RelayOptions options,
    TimeProvider time,
    ILogger<Redelivery> logger) : BackgroundService
{
    private const int LargestBatch = 100;
    private const int BatchesPerRound = 5;
    private const int EarlierPage = 500;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan MeasureEvery = TimeSpan.FromSeconds(10);
    private DateTimeOffset _measured;

    /// <summary>One look at every subscriber. A failure with one is no other's matter.</summary>
    internal async Task RunOnceAsync(CancellationToken cancel)
    {
        foreach (var subscriber in ledger.Registry())
        {
            try
            {
                await OpenEarlierAsync(subscriber, cancel);
                if (!ledger.SeenSince(subscriber.Name, time.Now() - options.AliveFor)) continue;
                for (var i = 0; i < BatchesPerRound && await SendDueAsync(subscriber, cancel); i++)
                {
                }
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                StorageMetrics.PublishFailures.Add(1, new("store", service), new("subscriber", subscriber.Name));
                logger.LogWarning("{Service} could not send again to {Subscriber} ({Reason}).", service, subscriber.Name, BackOff.ReasonOf(e));
            }
        }

        await MeasureAsync(cancel);
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

    private async Task OpenEarlierAsync(Subscriber subscriber, CancellationToken cancel)
    {
        while (subscriber.Earlier < subscriber.Joined)
        {
            var now = time.Now();
            var page = await log.FeedAsync(subscriber.Earlier, EarlierPage, cancel);
            var wanted = new List<LogRecord>();
            foreach (var record in page.TakeWhile(r => r.Position <= subscriber.Joined))
            {
                if (eventOf(record, now) is not { } e || !subscriber.Kinds.Contains(e.Kind)) continue;
                if (ledger.NewestSufficesFor(subscriber) && await log.IsSupersededAsync(record, cancel)) continue;
                wanted.Add(record);
            }

            var through = page.Count < EarlierPage ? subscriber.Joined : Math.Min(page[^1].Position, subscriber.Joined);
            await ledger.OpenEarlierAsync(subscriber, wanted, through, now);
            subscriber = subscriber with { Earlier = through };
        }
    }

    /// <returns>True when there may be more.</returns>
    private async Task<bool> SendDueAsync(Subscriber subscriber, CancellationToken cancel)
    {
        var now = time.Now();
        var due = ledger.Due(subscriber, now, LargestBatch);
        var sent = new List<(DueDelivery Delivery, OutgoingEvent Event)>();
        foreach (var delivery in due)
        {
            var record = await log.FindByPositionAsync(delivery.Place.Position, cancel);
            var e = record is null ? null : eventOf(record, now);
            if (e is null || !subscriber.Kinds.Contains(e.Kind)) await ledger.ForgetAsync(subscriber, delivery);
            else sent.Add((delivery, e with { Service = subscriber.Name }));
        }

        if (sent.Count == 0) return due.Count == LargestBatch;
        try
        {
            await transport.PublishAsync([.. sent.Select(s => s.Event)], cancel);
        }
        catch
        {
            // To the back, without counting it: the fault may be the broker's, and what cannot be sent must not stand before the rest.
            await ledger.PutOffAsync(subscriber, [.. sent.Select(s => Again(s.Delivery, 0))]);
            throw;
        }

        await ledger.PutOffAsync(subscriber, [.. sent.Select(s => Again(s.Delivery, 1))]);
        StorageMetrics.Redelivered.Add(sent.Count, new("store", service), new("subscriber", subscriber.Name));
        return due.Count == LargestBatch;

        DueDelivery Again(DueDelivery d, int attempts) => d with
        {
            Attempts = d.Attempts + attempts,
            DueAt = now + BackOff.After(d.Attempts + 2, options.RedeliverAfter, LongestPause),
        };
    }

    private async Task MeasureAsync(CancellationToken cancel)
    {
        var now = time.Now();
        if (now - _measured < MeasureEvery) return;
        _measured = now;
        foreach (var subscriber in await ledger.SubscribersAsync(cancel))
        {
            var age = subscriber.OldestOpen is { } oldest ? Math.Max(0, (now - oldest).TotalSeconds) : 0;
            StorageMetrics.OldestOpen.Record(age, new("store", service), new("subscriber", subscriber.Name));
        }
    }
}
