using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// Keeps the bus that takes messages in, and makes another one when it does not hear on some queue for long, though the broker answers:
/// after a cut MassTransit 8.5 may wait for ever for something that it declares on a channel that is gone, and that one queue is then heard by nobody
/// until the process ends. Whatever the old bus had under way is delivered again.
/// </summary>
/// <param name="make">A bus that is not started yet.</param>
internal sealed class HearEvents(Func<IBusControl> make, BrokerAddresses broker, TimeProvider time, ILogger<HearEvents> log) : BackgroundService, IHealthCheck
{
    /// <summary>MassTransit's own name for it.</summary>
    public const string Check = "masstransit-bus";
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(10);
    private volatile Hearing? _hearing;

    /// <summary>How long a bus may be unwell before another takes its place; twice as long after each that did not help. A cut heals by itself in less.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    internal TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the bus was looked at.</summary>
    internal int Looks { get; private set; }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_hearing?.Bus.CheckHealth() is not { } health) return Task.FromResult(HealthCheckResult.Unhealthy("Not started."));
        return Task.FromResult(new HealthCheckResult(
            health.Status switch { BusHealthStatus.Healthy => HealthStatus.Healthy, BusHealthStatus.Degraded => HealthStatus.Degraded, _ => HealthStatus.Unhealthy },
            health.Status == BusHealthStatus.Healthy ? null : health.Description));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_hearing is { } hearing) await EndAsync(hearing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _hearing = Begin();
        var (wellAt, patience) = (time.GetTimestamp(), Patience);
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Looks++;
            var health = _hearing.Bus.CheckHealth();
            if (health.Status == BusHealthStatus.Healthy)
            {
                (wellAt, patience) = (time.GetTimestamp(), Patience);
                continue;
            }

            if (time.GetElapsedTime(wellAt) < patience || !await AnswersAsync(stoppingToken)) continue;
            log.LogWarning("The broker answers, and all the same nothing was heard for {Seconds} s ({Reason}): another connection is made for all queues.", (int)patience.TotalSeconds, health.Description);
            var unwell = _hearing;
            _hearing = Begin();
            await EndAsync(unwell);
            (wellAt, patience) = (time.GetTimestamp(), 2 * patience < LongestPatience ? 2 * patience : LongestPatience);
        }
    }

    private Hearing Begin()
    {
        var (bus, giveUp) = (make(), new CancellationTokenSource());
        return new Hearing(bus, giveUp, StartAsync(bus, giveUp.Token));
    }

    /// <summary>Ends when everything is heard, which may be never.</summary>
    private async Task StartAsync(IBusControl bus, CancellationToken giveUp)
    {
        await Task.Yield();
        try
        {
            await bus.StartAsync(giveUp);
        }
        catch (Exception e)
        {
            if (!giveUp.IsCancellationRequested) log.LogWarning("Messages could not be taken in ({Reason}); it is tried again.", e.GetType().Name);
        }
    }

    private async Task EndAsync(Hearing hearing)
    {
        await hearing.GiveUp.CancelAsync();
        try
        {
            await hearing.Started.WaitAsync(EndWithin, time, CancellationToken.None);
            using var late = new CancellationTokenSource(EndWithin, time);
            await hearing.Bus.StopAsync(late.Token).WaitAsync(EndWithin, time, CancellationToken.None);
        }
        catch (Exception e)
        {
            // It was unwell. What it still holds goes with its connection, or with the process.
            log.LogDebug("A bus did not end in order ({Reason}).", e.GetType().Name);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        try
        {
            await using var connection = await broker.ConnectAsync("consent-check", cancel);
            return connection.IsOpen;
        }
        catch (Exception) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    private sealed record Hearing(IBusControl Bus, CancellationTokenSource GiveUp, Task Started);
}
