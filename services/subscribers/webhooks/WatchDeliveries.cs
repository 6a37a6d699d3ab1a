using Consent.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Webhooks;

/// <param name="OldestPending">When the oldest delivery that is still to be made was queued; null when there is none.</param>
internal sealed record EndpointFigures(string Endpoint, bool Gone, long Pending, DateTimeOffset? OldestPending, long GivenUp);

/// <summary>Measures every few seconds how each endpoint stands, and forgets what ended long ago.</summary>
internal sealed class WatchDeliveries(WebhookStore store, WebhookSettings settings, WebhookMetrics metrics, TimeProvider time, ILogger<WatchDeliveries> log) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

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
        foreach (var figures in Figures(store)) metrics.Stands(figures, now - (figures.OldestPending ?? now));
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

/// <summary>Degraded, which is an alarm and takes nothing out of service, while an endpoint is gone or a delivery given up.</summary>
internal sealed class WebhooksHealth(WebhookStore store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var figures = WatchDeliveries.Figures(store);
        var (gone, givenUp) = (figures.Count(f => f.Gone), figures.Sum(f => f.GivenUp));
        return Task.FromResult(gone == 0 && givenUp == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"{gone} endpoints are gone and {givenUp} deliveries were given up: see GET /v1/webhooks/endpoints."));
    }
}
