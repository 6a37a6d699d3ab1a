using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Consent.ServiceDefaults;

/// <summary>
/// Told to stop, a process first goes on for <c>Shutdown:DrainFor</c> (unset: it does not; at most five minutes): its readiness probe says 503, each answer asks its
/// caller to close the connection, and requests and messages are handled as ever. Whoever sends requests here has then looked away before the port closes, and no
/// request is lost between the two. What is under way after that has 20 s to end; in one process the gateway has that, and then the services have as long.
/// </summary>
internal sealed class DrainAtStop(TimeSpan drainFor, TimeProvider time) : IHostedLifecycleService, IHealthCheck
{
    public const string Setting = "Shutdown:DrainFor";
    public const string Check = "stopping";
    private volatile bool _isStopping;

    public bool IsStopping => _isStopping;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        await Task.Delay(drainFor, time, cancellationToken);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_isStopping ? HealthCheckResult.Unhealthy("It was told to stop: send requests elsewhere.") : HealthCheckResult.Healthy());

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>For whoever has to know how long a stop may take.</summary>
public static class DrainTime
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Nothing where it is not set.</summary>
    /// <exception cref="InvalidOperationException">What is set is no such time.</exception>
    public static TimeSpan Of(IConfiguration configuration) => TimeSetting.Of(configuration, DrainAtStop.Setting, TimeSpan.Zero, Longest) ?? TimeSpan.Zero;
}

internal static class DrainAtStopSetup
{
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(20);

    public static void AddDrainAtStop(this IHostApplicationBuilder builder)
    {
        var drainFor = DrainTime.Of(builder.Configuration);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = EndWithin + drainFor);
        if (drainFor == TimeSpan.Zero) return;
        builder.Services.AddSingleton(provider => new DrainAtStop(drainFor, provider.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<DrainAtStop>());
        builder.Services.AddHealthChecks().AddCheck<DrainAtStop>(DrainAtStop.Check);
    }

    /// <summary>A connection that stays open after the readiness probe has said no would be closed in the end with a request on its way.</summary>
    public static void UseDrainAtStop(this WebApplication app)
    {
        if (app.Services.GetService<DrainAtStop>() is not { } drain) return;
        app.Use((context, next) =>
        {
            // Only there is it a header (RFC 9110, section 7.6.1): HTTP/2 says it in a frame of its own when the port closes.
            if (drain.IsStopping && HttpProtocol.IsHttp11(context.Request.Protocol)) context.Response.Headers.Connection = "close";
            return next(context);
        });
    }
}
