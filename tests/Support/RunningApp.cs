using System.Net.Http.Headers;
using System.Net.Http.Json;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Consent.Tests.Support;

/// <summary>A process with the service defaults and the development issuer, on a real port.</summary>
public sealed class RunningApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _data = Directory.CreateTempSubdirectory("consent-defaults-").FullName;

    public RunningApp(Action<WebApplicationBuilder>? add = null, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Data"] = _data;
        builder.AddServiceDefaults("test");
        add?.Invoke(builder);
        _app = builder.Build();
        _app.UseServiceDefaults();
        Issuer = DevelopmentIssuer.Open(_data);
        Issuer.Map(_app);
        map?.Invoke(_app);
    }

    public DevelopmentIssuer Issuer { get; }
    public HttpClient Http { get; } = new();
    public IServiceProvider Services => _app.Services;
    public string Data => _data;

    public async Task<RunningApp> StartAsync()
    {
        await _app.StartAsync();
        Http.BaseAddress = new Uri(_app.Urls.Single());
        _app.Configuration["Auth:MetadataAddress"] = $"{_app.Urls.Single()}{DevelopmentIssuer.Path}/.well-known/openid-configuration";
        return this;
    }

    public string Token(string scopes, string[]? controllers = null, string[]? sites = null, TimeSpan? lifetime = null) =>
        Issuer.Issue(scopes.Split(' '), controllers ?? [], sites ?? [], TimeProvider.System.Now(), lifetime ?? TimeSpan.FromMinutes(5));

    /// <summary>Sends JSON (or ready content), with whatever of token, subject and further headers is given.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, object? body = null, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body, body.GetType(), options: ContractJson.Options));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await Http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
