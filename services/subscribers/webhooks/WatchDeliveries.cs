using Consent.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Webhooks;

/// <param name="OldestPending">When the oldest delivery that is still to be made was queued; null when there is none.</param>
internal sealed record EndpointFigures(string Endpoint, bool Gone, long Pending, DateTimeOffset? OldestPending, long GivenUp);

/// <summary>Measures every few seconds how each endpoint stands, and forgets what ended long ago.</summary>
internal sealed class WatchDeliveries(
    WebhookStore store, EndpointBook endpoints, WebhookSettings settings, WebhookMetrics metrics, TimeProvider time, ILogger<WatchDeliveries> log) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private HashSet<string> _measured = [];
    private HashSet<string> _unreadable = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                Measure();
                await ForgetAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Webhooks could not be measured ({Kind}); it is tried again.", e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal void Measure()
    {
        var now = time.Now();
        var unreadable = Unreadable(endpoints);
        foreach (var id in unreadable.Except(_unreadable))
            log.LogWarning("The address of the webhook endpoint {Endpoint} does not open with the keys that are here: what is for it is held until it is set anew, or the key is put back.", id);
        var all = Figures(store);
        foreach (var figures in all) metrics.Stands(figures, now - (figures.OldestPending ?? now), unreadable.Contains(figures.Endpoint));
        // Of one that was deleted the last word would stand for as long as the process does, and its alarm with it.
        var measured = all.Select(f => f.Endpoint).ToHashSet(StringComparer.Ordinal);
        foreach (var id in _measured.Except(measured)) metrics.Stands(new(id, false, 0, null, 0), TimeSpan.Zero, isUnreadable: false);
        (_measured, _unreadable) = (measured, unreadable);
    }

    /// <summary>What was delivered or superseded; what was given up stays until somebody decides.</summary>
    internal async Task ForgetAsync(CancellationToken cancel)
    {
        var before = (time.Now() - settings.KeptFor).ToUnixTimeMilliseconds();
        using (var db = store.Open())
        {
            if (!await db.Deliveries.AnyAsync(d => d.EndedAt < before && d.Status != DeliveryStatus.GivenUp, cancel)) return;
        }
        await store.WriteAsync(
            db => db.Database.ExecuteSql($"DELETE FROM deliveries WHERE ended_at < {before} AND status <> {DeliveryStatus.GivenUp}"), cancel);
    }

    public static HashSet<string> Unreadable(EndpointBook endpoints) =>
        endpoints.All().Where(e => e.Status == WebhookEndpoint.Unreadable).Select(e => e.Id).ToHashSet(StringComparer.Ordinal);

    public static IReadOnlyList<EndpointFigures> Figures(WebhookStore store)
    {
        using var db = store.Open();
        return
        [
            .. db.Endpoints.Select(e => new
            {
                e.Id,
                e.Status,
                Pending = db.Deliveries.LongCount(d => d.Endpoint == e.Id && d.Status == DeliveryStatus.Pending),
                Oldest = db.Deliveries.Where(d => d.Endpoint == e.Id && d.Status == DeliveryStatus.Pending).Min(d => (long?)d.QueuedAt),
                GivenUp = db.Deliveries.LongCount(d => d.Endpoint == e.Id && d.Status == DeliveryStatus.GivenUp),
            }).AsEnumerable().Select(f => new EndpointFigures(
                f.Id, f.Status == WebhookEndpoint.Gone, f.Pending, f.Oldest is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, f.GivenUp)),
        ];
    }
}

/// <summary>
/// Degraded, which is an alarm and takes nothing out of service, while an endpoint is gone or unreadable, a delivery given up, or a change
/// waits too long for its declaration.
/// </summary>
internal sealed class WebhooksHealth(WebhookStore store, EndpointBook endpoints, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var figures = WatchDeliveries.Figures(store);
        var (gone, givenUp, unreadable) = (figures.Count(f => f.Gone), figures.Sum(f => f.GivenUp), WatchDeliveries.Unreadable(endpoints).Count);
        var waiting = WaitForDeclarations.OverdueOf(store, time.Now());
        return Task.FromResult(gone == 0 && givenUp == 0 && unreadable == 0 && waiting == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded(
                $"{gone} endpoints are gone, {unreadable} unreadable and {givenUp} deliveries were given up: see GET /v1/webhooks/endpoints. {waiting} changes wait for a declaration that has not come."));
    }
}
