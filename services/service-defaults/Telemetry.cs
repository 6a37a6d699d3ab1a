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
/// file only. Nothing is collected or sent unless <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set (the standard variables apply).
/// </summary>
internal static class Telemetry
{
    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "MassTransit", "Yarp.ReverseProxy", "Consent.*"];

    private static readonly string[] Meters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "MassTransit", "Consent.*"];

    public static void AddTelemetry(this IHostApplicationBuilder builder, string process)
    {
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) return;
        builder.Services.AddSingleton<IHostedService>(_ => new Exporters(process));
    }

    private sealed class Exporters(string process) : IHostedService, IDisposable
    {
        private TracerProvider? _traces;
        private MeterProvider? _metrics;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            var resource = ResourceBuilder.CreateDefault().AddService($"consent-{process}");
            _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Sources)
                .AddProcessor(new KeepHarmlessTags()).AddOtlpExporter(UseProtobufOverHttpIfAsked).Build();
            _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters)
                .AddOtlpExporter(UseProtobufOverHttpIfAsked).Build();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            _traces?.ForceFlush(3000);
            _metrics?.ForceFlush(3000);
            return Task.CompletedTask;
        }

        public void Dispose()
        {
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
