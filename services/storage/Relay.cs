using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Storage;

/// <summary>
/// Publishes a service's log: opens the deliveries, sends the events, and moves its cursor after the broker's confirms. It may
/// die anywhere and repeats itself at worst. Woken by the commit. A record of which no event can be made stops it, visibly.
/// </summary>
internal sealed class Relay(
    string service,
    IRecordLog log,
    DeliveryLedger ledger,
    IEventTransport transport,
    Func<LogRecord, DateTimeOffset, OutgoingEvent?> eventOf,
    RelayOptions options,
    TimeProvider time,
    ILogger<Relay> logger) : BackgroundService
{
    /// <summary>Each batch costs two fsyncs of the ledger, whatever its size.</summary>
    private const int LargestBatch = 500;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Fallback = TimeSpan.FromSeconds(5);
    private readonly KeyValuePair<string, object?> _tag = new("store", service);

    /// <summary>Whether the last page was full: then the next is published without waiting for more.</summary>
    private bool _isBehind;

    /// <summary>Publishes the next batch. False when there was none.</summary>
    internal async Task<bool> PublishNextAsync(CancellationToken cancel)
    {
        var page = await log.FeedAsync(ledger.Cursor, LargestBatch, cancel);
        _isBehind = page.Count == LargestBatch;
        var now = time.Now();
        StorageMetrics.RelayLag.Record(page.Count == 0 ? 0 : Math.Max(0, (now - page[0].RecordedAt).TotalSeconds), _tag);
        if (page.Count == 0) return false;

        var batch = page.Select(record => (Record: record, Event: eventOf(record, now))).ToList();
        await ledger.OpenAsync([.. batch.Select(b => (b.Record, b.Event?.Kind))], now, now + options.RedeliverAfter);
        var events = batch.Select(b => b.Event).OfType<OutgoingEvent>().ToList();
        if (events.Count > 0) await transport.PublishAsync(events, cancel);
        await ledger.MoveCursorAsync(page[^1].Position);
        StorageMetrics.Published.Add(events.Count, _tag);
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Enabled) return;
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await PublishNextAsync(stoppingToken)) await log.WaitForAppendAsync(ledger.Cursor, Fallback, stoppingToken);
                if (!_isBehind && options.GatherFor > TimeSpan.Zero) await Task.Delay(options.GatherFor, time, stoppingToken);
                failures = 0;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                failures++;
                var pause = BackOff.After(failures, FirstPause, LongestPause);
                StorageMetrics.PublishFailures.Add(1, _tag);
                logger.LogWarning(
                    "The relay of {Service} could not publish behind position {Position}, for the {Failures}. time ({Reason}); again in {Pause} ms.",
                    service, ledger.Cursor, failures, BackOff.ReasonOf(e), (int)pause.TotalMilliseconds);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
