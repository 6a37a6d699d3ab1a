using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// Counts what lies in the error queues of this process's services, which nobody sees otherwise: the gauge <c>consent.errors.waiting</c> (tag
/// <c>queue</c>, meter <c>Consent.Messaging</c>), a warning when something is laid aside, and the health check <c>error-queues</c>, degraded
/// until the queues are empty again. What lies there is read and replayed by the command line: <c>errors list|show|replay</c>.
/// </summary>
internal sealed class WatchErrorQueues(
    BrokerAddresses broker, IEnumerable<EventSubscription> subscriptions, TimeSpan every, TimeProvider time, ILogger<WatchErrorQueues> log) : BackgroundService, IHealthCheck
{
    private static readonly Meter Meter = new("Consent.Messaging");
    private static readonly Gauge<long> Waiting = Meter.CreateGauge<long>("consent.errors.waiting", "{message}", "Messages that a service could not handle, in its error queue.");
    private readonly ConcurrentDictionary<string, uint> _found = new(StringComparer.Ordinal);
    private readonly List<string> _queues = [.. subscriptions.Select(s => $"{s.Queue}_error").Distinct()];

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var found = _found.Where(q => q.Value > 0).OrderBy(q => q.Key, StringComparer.Ordinal).Select(q => $"{q.Value} in {q.Key}").ToList();
        return Task.FromResult(found.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join("; ", found)));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every, time);
        do
        {
            try
            {
                await using var connection = await broker.ConnectAsync("consent-errors", stoppingToken);
                foreach (var queue in _queues) Tell(queue, await CountAsync(connection, queue, stoppingToken));
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it is: among others an OperationCanceledException, when a node takes a question and never answers. What leaves here ends the service.
                log.LogDebug("The error queues could not be counted ({Reason}).", e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static async Task<uint> CountAsync(IConnection connection, string queue, CancellationToken cancel)
    {
        // A question for what is not there costs the channel; a queue that is not there holds nothing.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, cancel)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return 0;
        }
    }

    private void Tell(string queue, uint count)
    {
        var before = _found.GetValueOrDefault(queue);
        _found[queue] = count;
        if (count > 0 || before > 0) Waiting.Record(count, new KeyValuePair<string, object?>("queue", queue));
        if (count > before) log.LogWarning("{Count} messages lie in {Queue}: see 'consent errors show {Queue}', and replay them when the cause is mended.", count, queue, queue);
    }
}
