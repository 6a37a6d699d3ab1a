using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Consent.Cli.Tests;

/// <summary>A gateway that answers <c>marketing/check</c> as <see cref="Answer"/> does, unless told otherwise.</summary>
internal sealed class FilterAddressesGateway : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Request, int Addresses)> _asked = new();
    private readonly WebApplication _app;

    private FilterAddressesGateway(Func<int, HttpContext, Task<bool>> instead)
    {
        Address = $"http://127.0.0.1:{FreePorts.Take(1)[0]}";
        var builder = WebApplication.CreateBuilder(ReadOnce.Settings());
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address);
        _app = builder.Build();
        _app.Run(async context =>
        {
            var body = (await JsonNode.ParseAsync(context.Request.Body))!;
            var addresses = body["addresses"]!.AsArray().Select(address => (string)address!).ToList();
            _asked.Enqueue(($"{context.Request.Method} {context.Request.Path} {context.Request.Headers.Authorization} {body["topic"]}", addresses.Count));
            if (await instead(_asked.Count, context)) return;
            var results = addresses.Select(address => new { address, answer = Answer(address) })
                .Select(asked => new { asked.address, permitted = asked.answer.Permitted, reason = asked.answer.Reason, receipt = asked.answer.Receipt });
            await context.Response.WriteAsJsonAsync(new { results });
        });
    }

    public string Address { get; }

    /// <summary>Method, path, token and topic of every request, and how many addresses it asked about.</summary>
    public IReadOnlyCollection<(string Request, int Addresses)> Asked => _asked;

    /// <param name="instead">By how often it was asked: whether it has answered in its own way.</param>
    public static async Task<FilterAddressesGateway> StartAsync(Func<int, HttpContext, Task<bool>>? instead = null)
    {
        var gateway = new FilterAddressesGateway(instead ?? ((_, _) => Task.FromResult(false)));
        await gateway._app.StartAsync();
        return gateway;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>By how the address begins: whoever is called yes may be mailed, whoever is called no opted out, nobody else was ever asked.</summary>
    public static MaySendAnswer Answer(string address) =>
        !address.Contains('@', StringComparison.Ordinal) ? new MaySendAnswer(false, "invalid-address", null)
        : address.StartsWith("yes", StringComparison.Ordinal) ? new MaySendAnswer(true, "opted-in", "receipt-yes")
        : address.StartsWith("no@", StringComparison.Ordinal) ? new MaySendAnswer(false, "suppressed", "receipt-no")
        : new MaySendAnswer(false, "no-basis", null);
}
