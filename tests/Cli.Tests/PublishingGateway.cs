using System.Collections.Concurrent;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Consent.Cli.Tests;

/// <summary>A gateway that publishes whatever it gets as version 3, unless told otherwise, and warns as it is told.</summary>
internal sealed class PublishingGateway : IAsyncDisposable
{
    public const string Warned = """
        {"site":"baker","version":3,"hash":"x","warnings":[
          {"id":"full-ip-address","article":"Tw art. 11.7a(3)(b)","at":"/measures/0/text","text":{"nl":"Hele adressen.","en":"Whole addresses."}},
          {"id":"vendor-without-purpose","article":"GDPR art. 13(1)(e)","at":"/vendors/1","text":{"nl":"Geen doel.","en":"No purpose."}}],"notDeclared":[]}
        """;

    private readonly ConcurrentQueue<string> _asked = new();
    private readonly WebApplication _app;
    private int _times;

    private PublishingGateway(Func<int, (int Status, string Body)> warn, int published)
    {
        Address = $"http://127.0.0.1:{FreePorts.Take(1)[0]}";
        var builder = WebApplication.CreateBuilder(ReadOnce.Settings());
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address);
        _app = builder.Build();
        _app.Run(async context =>
        {
            _asked.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.Headers.Authorization}");
            var (status, body) = context.Request.Method == "PUT" ? (published, """{"version":3,"title":"It cannot be.","detail":"Mend it."}""") : warn(++_times);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        });
    }

    public string Address { get; }

    /// <summary>Method, path and token of every request.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    /// <param name="warn">How the question for warnings is answered, by how often it was put.</param>
    public static async Task<PublishingGateway> StartAsync(Func<int, (int Status, string Body)> warn, int published = 201)
    {
        var gateway = new PublishingGateway(warn, published);
        await gateway._app.StartAsync();
        return gateway;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
