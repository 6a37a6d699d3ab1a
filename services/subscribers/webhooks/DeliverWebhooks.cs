using Consent.Contracts;

namespace Consent.Webhooks;

/// <summary>
/// Sends what has come due, a few at once to each endpoint, each endpoint by itself: a slow one waits for nobody and nobody waits for it.
/// What is under way when the process ends is sent again, with the same id and body.
/// </summary>
internal sealed class DeliverWebhooks(
    DeliveryQueue queue, EndpointBook endpoints, PostWebhook post, WakeUp wakeUp, WebhookSettings settings, WebhookMetrics metrics, TimeProvider time,
    ILogger<DeliverWebhooks> log) : BackgroundService
{
    /// <summary>Attempts under way to one endpoint.</summary>
    public const int AtOnce = 8;

    private readonly Lock _gate = new();
    private readonly List<DeliveryRow> _underWay = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                StartWhatIsDue(stoppingToken);
            }
            catch (Exception e)
            {
                log.LogWarning("Webhooks could not be looked for ({Kind}); it is tried again.", e.GetType().Name);
            }
            await wakeUp.WaitAsync(settings.LookEvery, stoppingToken);
        }
    }

    private void StartWhatIsDue(CancellationToken cancel)
    {
        var now = time.Now();
        foreach (var endpoint in endpoints.All().Where(e => e.Status == WebhookEndpoint.Enabled && !(e.NotBefore > now)))
        {
            HashSet<long> attempts;
            HashSet<string> streams;
            lock (_gate)
            {
                var mine = _underWay.Where(d => d.Endpoint == endpoint.Id).ToList();
                attempts = [.. mine.Select(d => d.Seq)];
                streams = [.. mine.Select(d => d.Stream).OfType<string>()];
            }
            if (attempts.Count >= AtOnce) continue;
            // Beside what is under way there may be as many newer ones of the same streams, which wait until that is decided.
            var due = queue.Due(endpoint.Id, now, 2 * AtOnce).Where(d => !attempts.Contains(d.Seq) && (d.Stream is null || !streams.Contains(d.Stream)));
            foreach (var delivery in due.Take(AtOnce - attempts.Count).ToList())
            {
                lock (_gate) _underWay.Add(delivery);
                _ = AttemptAsync(delivery, endpoint, cancel);
            }
        }
    }

    private async Task AttemptAsync(DeliveryRow delivery, WebhookEndpoint endpoint, CancellationToken cancel)
    {
        // Away from the loop at once, whatever the attempt does before it first waits.
        await Task.Yield();
        try
        {
            var startedAt = time.Now();
            var sent = new CloudEvent(delivery.Event, delivery.Type, delivery.Site, DateTimeOffset.FromUnixTimeMilliseconds(delivery.Time), delivery.Data!);
            var result = await post.SendAsync(endpoint, sent, endpoints.SecretsOf(endpoint.Id, startedAt), cancel);
            var status = await queue.RecordAsync(delivery, endpoint, result, startedAt, Random.Shared.NextDouble(), cancel);
            metrics.Attempted(endpoint.Id, result.Outcome);
            if (result.Outcome == AttemptOutcome.Gone)
                log.LogWarning("The webhook endpoint {Endpoint} answered 410: what is for it is held until it is enabled again.", endpoint.Id);
            if (status == DeliveryStatus.GivenUp)
                log.LogWarning("A webhook for the endpoint {Endpoint} was given up after three days; its last outcome was {Outcome} {Status}.", endpoint.Id, result.Outcome, result.Status);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            log.LogWarning("A webhook for the endpoint {Endpoint} could not be tried, or its outcome not be kept ({Kind}).", endpoint.Id, e.GetType().Name);
        }
        catch (OperationCanceledException)
        {
            // The process ends; what was not written down is tried again.
        }
        finally
        {
            lock (_gate) _underWay.Remove(delivery);
            wakeUp.Call();
        }
    }
}
