using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Webhooks;

/// <summary>
/// Sends what has come due, a few at once to each endpoint, each endpoint by itself: a slow one waits for nobody and nobody waits for it.
/// Of replicas one at a time sends to an endpoint. What is under way when a process ends is sent again, with the same id and body.
/// </summary>
internal sealed class DeliverWebhooks(
    WebhookStore store, DeliveryQueue queue, EndpointBook endpoints, PostWebhook post, WakeUp wakeUp, WebhookSettings settings, WebhookMetrics metrics, TimeProvider time,
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

    /// <summary>For the loop alone.</summary>
    private readonly List<Task> _attempts = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var holding = new HoldEndpoints(store.Turns);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await StartWhatIsDueAsync(holding, stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    log.LogWarning("Webhooks could not be looked for ({Kind}); it is tried again.", e.GetType().Name);
                }
                await wakeUp.WaitAsync(settings.LookEvery, stoppingToken);
            }
        }
        finally
        {
            // Before others may send there: what arrived is written down by then.
            await Task.WhenAll(_attempts);
        }
    }

    private static bool MayBeCalled(WebhookEndpoint endpoint, DateTimeOffset now) => endpoint.Status == WebhookEndpoint.Enabled && !(endpoint.NotBefore > now);

    private async Task StartWhatIsDueAsync(HoldEndpoints holding, CancellationToken cancel)
    {
        var now = time.Now();
        lock (_gate)
        {
            foreach (var (delivery, _) in _putOff.Where(p => p.Until <= now)) _underWay.Remove(delivery);
            _putOff.RemoveAll(p => p.Until <= now);
        }
        _attempts.RemoveAll(attempt => attempt.IsCompleted);
        foreach (var seen in endpoints.All().Where(e => MayBeCalled(e, now)))
        {
            var (endpoint, due) = (seen, Due(seen.Id, now));
            if (due.Count == 0 || await holding.HoldAsync(seen.Id, cancel) is not var (lost, isNew)) continue;
            if (isNew)
            {
                // As it stands now that no other replica sends there: until then one may have.
                if (endpoints.Find(seen.Id) is not { } current || !MayBeCalled(current, now)) continue;
                (endpoint, due) = (current, Due(seen.Id, now));
            }
            foreach (var delivery in due)
            {
                lock (_gate) _underWay.Add(delivery);
                _attempts.Add(AttemptAsync(delivery, endpoint, lost, cancel));
            }
        }
        HashSet<string> busy;
        lock (_gate) busy = [.. _underWay.Select(d => d.Endpoint)];
        await holding.GiveBackAsync(busy);
    }

    /// <summary>What is to be sent beside what is under way.</summary>
    private List<DeliveryRow> Due(string endpoint, DateTimeOffset now)
    {
        HashSet<long> attempts;
        HashSet<string> streams;
        lock (_gate)
        {
            var mine = _underWay.Where(d => d.Endpoint == endpoint).ToList();
            attempts = [.. mine.Select(d => d.Seq)];
            streams = [.. mine.Select(d => d.Stream).OfType<string>()];
        }
        if (attempts.Count >= AtOnce) return [];
        // Beside what is under way there may be as many newer ones of the same streams, which wait until that is decided.
        var due = queue.Due(endpoint, now, 2 * AtOnce).Where(d => !attempts.Contains(d.Seq) && (d.Stream is null || !streams.Contains(d.Stream)));
        return [.. due.Take(AtOnce - attempts.Count)];
    }

    /// <param name="lost">Another replica may send there.</param>
    private async Task AttemptAsync(DeliveryRow delivery, WebhookEndpoint endpoint, CancellationToken lost, CancellationToken cancel)
    {
        // Away from the loop at once, whatever the attempt does before it first waits.
        await Task.Yield();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, lost);
        var isTried = false;
        try
        {
            isTried = await TryAsync(delivery, endpoint, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The process ends, or another replica has the turn; what was not written down is tried again.
        }
        catch (Exception e)
        {
            log.LogWarning("A webhook for the endpoint {Endpoint} could not be tried, or its outcome not be kept ({Kind}).", endpoint.Id, e.GetType().Name);
        }

        lock (_gate)
        {
            if (isTried || lost.IsCancellationRequested) _underWay.Remove(delivery);
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
        // Also when the process ends now: it would arrive once more.
        var status = await queue.RecordAsync(delivery, endpoint, result, startedAt, Random.Shared.NextDouble(), CancellationToken.None);
        metrics.Attempted(endpoint.Id, result.Outcome);
        if (result.Outcome == AttemptOutcome.Gone)
            log.LogWarning("The webhook endpoint {Endpoint} answered 410: what is for it is held until it is enabled again.", endpoint.Id);
        if (status == DeliveryStatus.GivenUp)
            log.LogWarning("A webhook for the endpoint {Endpoint} was given up after three days; its last outcome was {Outcome} {Status}.", endpoint.Id, result.Outcome, result.Status);
        return true;
    }
}
