using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Consent.Gateway.Tests;

/// <summary>One replica of the consent service on an address of the loopback; it knows the site <c>wool</c> of the controller <c>weavers</c>, and keeps what was posted to it.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly WebApplication _app = WebApplication.CreateBuilder().Quiet().Build();

    /// <summary>What was posted: which number it bears, and how many bytes came.</summary>
    public ConcurrentQueue<(string Number, int Bytes)> Posted { get; } = new();

    /// <summary>Whether it says so of itself; it answers all the same.</summary>
    public bool IsReady { get; set; } = true;

    public static async Task<Replica> StartAsync(string address, int port)
    {
        var replica = new Replica();
        replica._app.Urls.Add($"http://{address}:{port}");
        replica._app.Run(replica.AnswerAsync);
        await replica._app.StartAsync();
        return replica;
    }

    /// <summary>In good order: when it is over, no connection is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (!IsReady && context.Request.Path == "/health/ready")
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        if (HttpMethods.IsPost(context.Request.Method))
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            Posted.Enqueue((context.Request.Headers["Number"].ToString(), (int)body.Length));
        }
        context.Response.Headers["Answered-At"] = context.Connection.LocalIpAddress!.MapToIPv4().ToString();
        context.Response.Headers["Called"] = context.Request.Host.Value;
        await context.Response.WriteAsync("""{"site":"wool","controller":{"id":"weavers"}}""");
    }
}
