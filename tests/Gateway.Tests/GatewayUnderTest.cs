using System.Net.Http.Headers;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consent.Gateway.Tests;

/// <summary>
/// The real gateway on a port of its own, before a stand-in for all services: it tells which service was called, and knows one
/// site, <c>wool</c>, of the controller <c>weavers</c>.
/// </summary>
public sealed class GatewayUnderTest : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("consent-gateway-").FullName;
    private WebApplication? _gateway;
    private WebApplication? _services;

    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>What of the gateway is another's in a test.</summary>
    public Action<IServiceCollection>? Replace { get; init; }

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var services = WebApplication.CreateBuilder().Quiet();
        services.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        _services = services.Build();
        _services.Urls.Add("http://127.0.0.1:0");
        _services.Run(AnswerAsync);
        await _services.StartAsync();

        var address = $"http://127.0.0.1:{FreePorts.Take(1)[0]}";
        var builder = WebApplication.CreateBuilder();
        foreach (var service in (string[])["consent", "cookie-banner", "marketing-unsubscribe", "audit", "newsletter", "analytics", "webhooks", "connectors"])
            builder.Configuration[$"Services:{service}"] = $"{_services.Urls.First()}/{service}";
        builder.Configuration["Data"] = _data;
        builder.Configuration["DevelopmentIssuer:Enabled"] = "true";
        builder.Configuration["Auth:MetadataAddress"] = $"{address}/development-issuer/.well-known/openid-configuration";
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.WebHost.UseUrls(address);
        builder.AddGateway();
        Replace?.Invoke(builder.Services);
        _gateway = builder.Quiet().Build();
        _gateway.MapGateway();
        await _gateway.StartAsync();
        // A refusal before the body comes in time, however late it is.
        Http = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = new Uri(address) };
    }

    public string Token(string scopes, string[]? controllers = null, string[]? sites = null) => Tokens.For(_data, scopes, controllers, sites);

    public async Task<HttpResponseMessage> SendAsync(string method, string path, string? token = null, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _gateway!.DisposeAsync();
        await _services!.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var (service, path) = (context.Request.Path.Value!.Split('/')[1], context.Request.Path.Value[context.Request.Path.Value.IndexOf('/', 1)..]);
        context.Response.Headers["Answered-By"] = service;
        context.Response.Headers["Had-Token"] = context.Request.Headers.ContainsKey("Authorization") ? "yes" : "no";
        if (context.Request.Method == "OPTIONS") context.Response.Headers.AccessControlAllowOrigin = "https://wool.example";
        if (path == "/audit/session")
        {
            context.Response.Headers["Had-Cookie"] = context.Request.Headers.Cookie;
            context.Response.Headers.SetCookie = "consent-audit=def; path=/; httponly";
            context.Response.Headers.Location = "/audit/receipts";
        }
        if (path.StartsWith("/u/", StringComparison.Ordinal)) context.Response.ContentType = "text/html; charset=utf-8";
        if (path.EndsWith("/declaration", StringComparison.Ordinal) && HttpMethods.IsGet(context.Request.Method))
        {
            if (!path.Contains("/wool/", StringComparison.Ordinal)) context.Response.StatusCode = 404;
            else await context.Response.WriteAsync("""{"site":"wool","controller":{"id":"weavers"}}""");
            return;
        }
        await context.Request.Body.CopyToAsync(Stream.Null);
        await context.Response.WriteAsync("done");
    }
}

internal static class Quietly
{
    public static WebApplicationBuilder Quiet(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        return builder;
    }
}
