using System.Collections.Concurrent;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Consent.Cli.Tests;

/// <summary>A gateway that takes an import as the service does, unless told otherwise: a row that says <c>bad</c> is refused, one that says <c>bare</c> is unproven.</summary>
internal sealed class ImportingGateway : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Request, string Token, int Rows)> _asked = new();
    private readonly WebApplication _app;

    private ImportingGateway(Func<int, int> status)
    {
        Address = $"http://127.0.0.1:{FreePorts.Take(1)[0]}";
        var builder = WebApplication.CreateBuilder(ReadOnce.Settings());
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address);
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            var rows = (await body.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            _asked.Enqueue((
                $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.ContentType}", context.Request.Headers.Authorization.ToString(), rows.Length));
            context.Response.StatusCode = status(_asked.Count);
            if (context.Response.StatusCode != 200)
            {
                await context.Response.WriteAsJsonAsync(new { title = "The service cannot answer just now.", detail = "Try again in a few seconds." });
                return;
            }
            var (refused, unproven) = (0, rows.Count(row => row.Contains("bare", StringComparison.Ordinal)));
            for (var i = 0; i < rows.Length; i++)
            {
                if (!rows[i].Contains("bad", StringComparison.Ordinal)) continue;
                refused++;
                await context.Response.WriteAsync($"{{\"line\":{i + 1},\"reason\":\"Leave it out.\"}}\n");
            }
            var more = unproven > 0 ? $",\"unproven\":{unproven}" : "";
            await context.Response.WriteAsync($"{{\"summary\":{{\"rows\":{rows.Length},\"recorded\":{rows.Length - refused},\"known\":0,\"refused\":{refused}{more}}}}}\n");
        });
    }

    public string Address { get; }

    /// <summary>Method, path and content type of every request, its token, and how many rows it brought.</summary>
    public IReadOnlyCollection<(string Request, string Token, int Rows)> Asked => _asked;

    /// <param name="status">Of the answer, by how often it was asked.</param>
    public static async Task<ImportingGateway> StartAsync(Func<int, int>? status = null)
    {
        var gateway = new ImportingGateway(status ?? (_ => 200));
        await gateway._app.StartAsync();
        return gateway;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
