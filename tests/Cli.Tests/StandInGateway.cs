using System.Collections.Concurrent;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Consent.Cli.Tests;

/// <summary>Stands where the commands expect a gateway, answers as a test wants it, and keeps what it was asked.</summary>
internal abstract class StandInGateway<TAsked> : IAsyncDisposable
{
    private readonly ConcurrentQueue<TAsked> _asked = new();
    private readonly WebApplication _app;

    protected StandInGateway()
    {
        Address = $"http://127.0.0.1:{FreePorts.Take(1)[0]}";
        var builder = WebApplication.CreateBuilder(ReadOnce.Settings());
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address);
        _app = builder.Build();
    }

    public string Address { get; }

    /// <summary>Every request, in its order.</summary>
    public IReadOnlyCollection<TAsked> Asked => _asked;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    protected Task ListenAsync()
    {
        _app.Run(AnswerAsync);
        return _app.StartAsync();
    }

    /// <returns>How often it was asked.</returns>
    protected int Keep(TAsked asked)
    {
        _asked.Enqueue(asked);
        return _asked.Count;
    }

    protected abstract Task AnswerAsync(HttpContext context);

    protected static async Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }
}
