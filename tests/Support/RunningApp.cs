using System.Net.Http.Headers;
using System.Net.Http.Json;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Tests.Support;

/// <summary>
/// A process with the service defaults and the development issuer, on a real port. Its client shows what the service itself
/// answers: it follows no redirect and keeps no cookie.
/// </summary>
public sealed class RunningApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TemporaryFolder? _own;

    /// <param name="data">A folder that outlives the process; its own, gone with it, when absent.</param>
    public RunningApp(Action<WebApplicationBuilder>? add = null, Action<WebApplication>? map = null, string? data = null)
    {
        Data = data ?? (_own = new TemporaryFolder()).Path;
        var builder = WebApplication.CreateBuilder(ReadOnce.Settings());
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Data"] = Data;
        builder.AddServiceDefaults("test");
        add?.Invoke(builder);
        _app = builder.Build();
        _app.UseServiceDefaults();
        Issuer = DevelopmentIssuer.Open(Data);
        Issuer.Map(_app);
        map?.Invoke(_app);
    }

    public DevelopmentIssuer Issuer { get; }
    public HttpClient Http { get; } = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
    public IServiceProvider Services => _app.Services;
    public string Data { get; }

    public async Task<RunningApp> StartAsync()
    {
        await _app.StartAsync();
        Http.BaseAddress = new Uri(_app.Urls.Single());
        _app.Configuration["Auth:MetadataAddress"] = $"{_app.Urls.Single()}{DevelopmentIssuer.Path}/.well-known/openid-configuration";
        return this;
    }

    public string Token(string scopes, string[]? controllers = null, string[]? sites = null, TimeSpan? lifetime = null) =>
        Issuer.Issue(scopes.Split(' '), controllers ?? [], sites ?? [], TimeProvider.System.Now(), lifetime ?? TimeSpan.FromMinutes(5));

    /// <summary>Hands the event to the handler behind the service's queue for its kind.</summary>
    public Task HearAsync<T>(string service, T e, CancellationToken cancel = default) where T : class, IEvent =>
        Services.GetRequiredKeyedService<IEventHandler<T>>($"{service}-{T.Kind}").HandleAsync(e, cancel);

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
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _own?.Dispose();
    }
}
