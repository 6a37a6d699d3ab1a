using Consent.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;

namespace Consent.ServiceDefaults.Tests;

/// <summary>A process with the service defaults and the development issuer, on a real port.</summary>
internal sealed class RunningApp : IAsyncDisposable
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

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}

internal sealed class OneSite(PublishedDeclaration only) : IDeclarations
{
    public IReadOnlyCollection<string> Sites => [only.Declaration.Site];

    public PublishedDeclaration? InForce(string site) => site == only.Declaration.Site ? only : null;

    public PublishedDeclaration? ByHash(string site, string hash) => InForce(site) is { } found && found.Hash == hash ? found : null;
}
