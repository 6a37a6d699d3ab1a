using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Consent.ServiceDefaults;

/// <summary>
/// OpenTelemetry, hosted here in a few lines because OpenTelemetry.Extensions.Hosting may be out of reach; swapping it in touches this
/// file only. Sent by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set (the standard variables apply), fetched by Prometheus where <c>Metrics:Port</c> is; nothing
/// is collected where neither is.
/// </summary>
internal static class Telemetry
{
    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "MassTransit", "Yarp.ReverseProxy", "Consent.*"];

    private const string Calls = "System.Net.Http";

    private static readonly string[] Meters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", Calls, "System.Runtime", "MassTransit", "Consent.*"];

    /// <summary>Of a call that goes out, all but where it goes: the host of a controller's endpoint is a secret of his, and each would be a series of its own.</summary>
    private static readonly MetricStreamConfiguration ToAnywhere = new()
    {
        TagKeys = ["http.request.method", "http.response.status_code", "error.type", "url.scheme", "network.protocol.version", "http.connection.state"],
    };

    public static void AddTelemetry(this IHostApplicationBuilder builder, string process)
    {
        var sent = !string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var port = MetricsPort.Of(builder.Configuration);
        if (sent || port is not null) builder.Services.AddSingleton<IHostedService>(_ => new Exporters(process, sent, port));
    }

    private sealed class Exporters(string process, bool sent, int? port) : IHostedService, IDisposable
    {
        private TracerProvider? _traces;
        private MeterProvider? _metrics;
        private MetricsPort? _fetched;

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            _fetched = port is null ? null : MetricsPort.Take(port.Value);
            if (!sent && _fetched is null) return;
            var resource = ResourceBuilder.CreateDefault().AddService($"consent-{process}");
            if (sent)
            {
                _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Sources)
                    .AddProcessor(new KeepHarmlessTags()).AddOtlpExporter(UseProtobufOverHttpIfAsked).Build();
            }
            var metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters)
                // What a view leaves out would stand in an exemplar.
                .SetExemplarFilter(ExemplarFilterType.AlwaysOff)
                .AddView(instrument => instrument.Meter.Name == Calls ? ToAnywhere : null);
            if (sent) metrics = metrics.AddOtlpExporter(UseProtobufOverHttpIfAsked);
            if (_fetched is not null) metrics = metrics.AddPrometheusExporter();
            _metrics = metrics.Build();
            if (_fetched is not null) await _fetched.OpenAsync(_metrics, cancellationToken);
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            if (_fetched is not null) await _fetched.StopAsync(cancellationToken);
            _traces?.ForceFlush(3000);
            if (sent) _metrics?.ForceFlush(3000);
        }

        public void Dispose()
        {
            _fetched?.Dispose();
            _traces?.Dispose();
            _metrics?.Dispose();
        }

        private static void UseProtobufOverHttpIfAsked(OtlpExporterOptions options)
        {
            if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") is null) options.Protocol = OtlpExportProtocol.HttpProtobuf;
        }
    }

    /// <summary>
    /// Only these tags leave: paths, queries, addresses and user agents may name a person or hold a token, and a tag that a later
    /// version of a framework adds must not be the first to leak.
    /// </summary>
    internal sealed class KeepHarmlessTags : BaseProcessor<Activity>
    {
        private static readonly HashSet<string> Harmless =
        [
            "http.request.method", "http.response.status_code", "http.route", "error.type", "url.scheme", "server.port",
            "network.protocol.name", "network.protocol.version", "messaging.system", "messaging.operation", "messaging.destination.name",
            "otel.status_code",
        ];

        public override void OnEnd(Activity data)
        {
            foreach (var (name, _) in data.TagObjects.ToList())
            {
                if (!Harmless.Contains(name) && !name.StartsWith("consent.", StringComparison.Ordinal)) data.SetTag(name, null);
            }
            var route = data.GetTagItem("http.route") as string;
            if (data.Source.Name is "Microsoft.AspNetCore" or "System.Net.Http")
                data.DisplayName = $"{data.GetTagItem("http.request.method") ?? "HTTP"} {route}".TrimEnd();
            if (data.Status == ActivityStatusCode.Error) data.SetStatus(ActivityStatusCode.Error);
        }
    }
}
