using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Consent.Tests.Support;

/// <summary>
/// Takes in what processes send by OTLP over HTTP, and keeps the bytes. Protobuf holds strings as they are, so that searching the
/// bytes finds a leak wherever in a span or a metric it stands, also in members that nobody thought of.
/// </summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Signal, byte[] Body)> _received = new();

    private OtlpReceiver(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Settings with which a process sends here, and soon.</summary>
    public Dictionary<string, string> Settings => new(StringComparer.Ordinal)
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address.GetLeftPart(UriPartial.Authority),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
    };

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.Urls.Add("http://127.0.0.1:0");
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync(CancellationToken.None);
        receiver.Address = new Uri(receiver._app.Urls.First());
        return receiver;
    }

    /// <param name="signal"><c>traces</c> or <c>metrics</c>.</param>
    public IReadOnlyList<byte[]> Received(string signal) => [.. _received.Where(r => r.Signal == signal).Select(r => r.Body)];

    /// <summary>Whether the process has sent such a signal.</summary>
    public bool HasFrom(string process, string signal) =>
        Received(signal).Any(body => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"consent-{process}")) >= 0);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        if (context.Request.Headers.ContentEncoding == "gzip")
        {
            await using var plain = new GZipStream(context.Request.Body, CompressionMode.Decompress);
            await plain.CopyToAsync(body, context.RequestAborted);
        }
        else
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        }
        _received.Enqueue((context.Request.Path.Value!.Split('/')[^1], body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }
}
