using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Consent.Webhooks.Tests;

/// <summary>What one webhook was, as it came over the wire.</summary>
internal sealed record Got(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers["webhook-id"];

    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>The event's type, in either mode.</summary>
    public string Type => Headers.TryGetValue("ce-type", out var type) ? type : (string)Json["type"]!;

    public JsonNode Data => Headers.ContainsKey("ce-type") ? Json : Json["data"]!;
}

/// <summary>A receiver of the test's own on the loopback, which keeps what it is sent and answers as it is told to.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Got> _got = new();
    private int _underWay;
    private int _most;

    private Receiver(WebApplication app) => _app = app;

    /// <summary>204 unless told otherwise.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = Status(204);

    public IReadOnlyList<Got> All => [.. _got];

    /// <summary>How many requests it had at once, at most.</summary>
    public int MostAtOnce => Volatile.Read(ref _most);

    public int UnderWay => Volatile.Read(ref _underWay);

    public string Url => $"{_app.Urls.Single()}/hook";

    public int Port => new Uri(Url).Port;

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(receiver.HandleAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public static Func<HttpContext, Task> Status(int status, params (string Name, string Value)[] headers) => http =>
    {
        http.Response.StatusCode = status;
        foreach (var (name, value) in headers) http.Response.Headers[name] = value;
        return Task.CompletedTask;
    };

    /// <summary>Holds every request until the caller goes away, or the task ends, and then answers 204.</summary>
    public static Func<HttpContext, Task> Hold(Task until) => async http =>
    {
        await until.WaitAsync(http.RequestAborted);
        http.Response.StatusCode = 204;
    };

    /// <summary>Waits until so many came.</summary>
    public async Task<IReadOnlyList<Got>> HasGotAsync(int count)
    {
        await Eventually.IsSoAsync($"{count} webhooks came", () => Task.FromResult(_got.Count >= count), seen: () => $"{_got.Count} came: {string.Join(", ", _got.Select(g => g.Type))}");
        return All;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        var now = Interlocked.Increment(ref _underWay);
        InterlockedMax(ref _most, now);
        try
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            _got.Enqueue(new Got(
                http.Request.Path + http.Request.QueryString, http.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString(), StringComparer.Ordinal), body.ToArray()));
            await Answer(http);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The caller went away, as some of these tests want.
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
            if (Interlocked.CompareExchange(ref most, now, seen) == seen) return;
    }
}
