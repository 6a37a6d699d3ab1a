using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Consent.Audit.Tests.Logs;

/// <summary>Someone between a log and its readers, who has none of its keys.</summary>
internal sealed class AlteringProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly Uri _log;
    private readonly Func<string, byte[]?, byte[]?> _alter;

    private AlteringProxy(Uri log, Func<string, byte[]?, byte[]?> alter)
    {
        (_log, _alter) = (log, alter);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>Where the log seems to be.</summary>
    public Uri Url => new($"{_app.Urls.Single()}/");

    /// <param name="log">Address of the log, with a slash at its end.</param>
    /// <param name="alter">Of a path below it and its bytes (null for none), what is answered; null for a 404.</param>
    public static async Task<AlteringProxy> StartAsync(Uri log, Func<string, byte[]?, byte[]?> alter)
    {
        var proxy = new AlteringProxy(log, alter);
        await proxy._app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value![1..];
        using var answer = await _http.GetAsync(new Uri(_log, path));
        var altered = _alter(path, answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadAsByteArrayAsync() : null);
        if (altered is null) http.Response.StatusCode = 404;
        else await http.Response.Body.WriteAsync(altered);
    }
}
