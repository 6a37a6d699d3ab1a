using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Metrics;

namespace Consent.ServiceDefaults;

/// <summary>
/// What Prometheus comes for: <c>GET /metrics</c> on the port <c>Metrics:Port</c> (unset: none), over plain HTTP and without a token. A port of its own, so that it is reached by
/// whoever is let at that port, and never through the gateway or the port of the service.
/// </summary>
internal sealed class MetricsPort : IDisposable
{
    public const string Setting = "Metrics:Port";
    public const string Path = "/metrics";

    /// <summary>Metrics are the process's: where several applications share one, and this setting, the first of them serves what all count.</summary>
    private static readonly ConcurrentDictionary<int, MetricsPort> Served = new();

    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(1);
    private readonly int _port;
    private WebApplication? _app;

    private MetricsPort(int port) => _port = port;

    /// <summary>Null where none is set.</summary>
    /// <exception cref="InvalidOperationException">What is set is no port.</exception>
    public static int? Of(IConfiguration configuration)
    {
        var text = configuration[Setting];
        if (string.IsNullOrWhiteSpace(text)) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
            ? port
            : throw new InvalidOperationException($"Set {Setting} to a port from 1 to {ushort.MaxValue} that nothing else listens on, such as 9464; '{text}' is none.");
    }

    /// <summary>Null when another application of this process serves the port.</summary>
    public static MetricsPort? Take(int port)
    {
        var taken = new MetricsPort(port);
        return Served.TryAdd(port, taken) ? taken : null;
    }

    /// <param name="metrics">Made with the exporter for Prometheus.</param>
    public async Task OpenAsync(MeterProvider metrics, CancellationToken cancel)
    {
        // Empty: neither the settings nor the addresses of the service are its own.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://*:{_port.ToString(CultureInfo.InvariantCulture)}");
        _app = builder.Build();
        _app.Use((context, next) =>
        {
            // To be asked for metrics is no request of the service.
            if (context.Features.Get<IHttpMetricsTagsFeature>() is { } counted) counted.MetricsDisabled = true;
            return next(context);
        });
        _app.UseOpenTelemetryPrometheusScrapingEndpoint(metrics, predicate: null, Path, configureBranchedPipeline: null, optionsName: null);
        await _app.StartAsync(cancel);
    }

    /// <summary>A scrape that is under way has a second to end, and is cut off then: whoever reads slowly holds up no stop.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        Served.TryRemove(new(_port, this));
        if (_app is null) return;
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        soon.CancelAfter(EndWithin);
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
        _app = null;
    }

    public void Dispose()
    {
        Served.TryRemove(new(_port, this));
        ((IDisposable?)_app)?.Dispose();
        _app = null;
    }
}
