using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Consent.Browser.Tests;

/// <summary>
/// Pages on a server of the test's own, for what browsers do with real answers only, and out of Playwright's sight: going back to a page
/// that was kept, preparing one that nobody has seen. Such a page tells by itself how things stand: <c>tell({ … })</c> posts it to here.
/// </summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _pages = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<JsonElement> _told = new();

    private OwnServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/{page}", (string page) => _pages.TryGetValue(page, out var html) ? Results.Content(html, "text/html; charset=utf-8") : Results.NotFound());
        _app.MapPost("/consent/keep", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            context.Response.Headers.SetCookie = await Keep(await reader.ReadToEndAsync(), context.Response);
        });
        _app.MapPost("/told", async (HttpContext context) =>
        {
            _told.Enqueue(await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body));
            return Results.NoContent();
        });
    }

    public string Origin => _app.Urls.First();

    /// <summary>What the pages told, oldest first.</summary>
    public IReadOnlyCollection<JsonElement> Told => _told;

    /// <summary>Gives the cookie for a choice that the page has its site keep.</summary>
    public Func<string, HttpResponse, Task<string>> Keep { get; set; } = (_, _) => Task.FromResult("");

    public static async Task<OwnServer> StartAsync()
    {
        var server = new OwnServer();
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Serves a page at <c>/{page}</c>; the head can tell.</summary>
    public void Serve(string page, string head, string body = "") => _pages[page] =
        $$"""
        <!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Proef</title>
        <script>const tell = state => void fetch('/told', { method: 'POST', body: JSON.stringify(state) })</script>
        {{head}}</head><body><h1>Proef</h1>{{body}}</body></html>
        """;

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
