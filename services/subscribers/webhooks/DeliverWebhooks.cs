using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;

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

    /// <summary>
    /// Until what failed here, and not at the receiver, is tried again. It may have arrived, and nobody could write that down, as on a full
    /// disk: without a pause it would arrive again and again.
    /// </summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly List<DeliveryRow> _underWay = [];

    /// <summary>Those of them that are not sent now, and keep their place and their stream until then.</summary>
    private readonly List<(DeliveryRow Delivery, DateTimeOffset Until)> _putOff = [];

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
        lock (_gate)
        {
            foreach (var (delivery, _) in _putOff.Where(p => p.Until <= now)) _underWay.Remove(delivery);
            _putOff.RemoveAll(p => p.Until <= now);
        }
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
        var isTried = false;
        try
        {
            isTried = await TryAsync(delivery, endpoint, cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            log.LogWarning("A webhook for the endpoint {Endpoint} could not be tried, or its outcome not be kept ({Kind}).", endpoint.Id, e.GetType().Name);
        }
        catch (OperationCanceledException)
        {
            // The process ends; what was not written down is tried again.
            return;
        }

        lock (_gate)
        {
            if (isTried) _underWay.Remove(delivery);
            else _putOff.Add((delivery, time.Now() + Pause));
        }
        if (isTried) wakeUp.Call();
    }

    /// <summary>False when the endpoint was deleted meanwhile, and its secrets with it: nothing goes out, least of all without a signature.</summary>
    private async Task<bool> TryAsync(DeliveryRow delivery, WebhookEndpoint endpoint, CancellationToken cancel)
    {
        var startedAt = time.Now();
        var secrets = endpoints.SecretsOf(endpoint.Id, startedAt);
        if (secrets.Count == 0) return false;
        var sent = new CloudEvent(delivery.Event, delivery.Type, delivery.Site, DateTimeOffset.FromUnixTimeMilliseconds(delivery.Time), delivery.Data!);
        var result = await post.SendAsync(endpoint, sent, secrets, cancel);
        var status = await queue.RecordAsync(delivery, endpoint, result, startedAt, Random.Shared.NextDouble(), cancel);
        metrics.Attempted(endpoint.Id, result.Outcome);
        if (result.Outcome == AttemptOutcome.Gone)
            log.LogWarning("The webhook endpoint {Endpoint} answered 410: what is for it is held until it is enabled again.", endpoint.Id);
        if (status == DeliveryStatus.GivenUp)
            log.LogWarning("A webhook for the endpoint {Endpoint} was given up after three days; its last outcome was {Outcome} {Status}.", endpoint.Id, result.Outcome, result.Status);
        return true;
    }
}
