using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consent.CookieBanner.Tests;

/// <summary>The endpoint on a real server, over declarations that the test holds.</summary>
internal sealed class RunningBanner : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TemporaryFolder _data;

    private RunningBanner(WebApplication app, TemporaryFolder data)
    {
        (_app, _data) = (app, data);
        Http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = System.Net.DecompressionMethods.None }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Http { get; }

    public static async Task<RunningBanner> StartAsync(Held declarations)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddKeyedSingleton<IDeclarations>(CookieBannerSetup.Service, declarations);
        builder.Services.AddSingleton(TimeProvider.System);
        var data = new TemporaryFolder();
        builder.Configuration["Data"] = data.Path;
        builder.AddCounts();
        var app = builder.Build();
        app.MapCookieBanner();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningBanner(app, data);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _data.Dispose();
    }

    internal sealed class Held : IDeclarations
    {
        public PublishedDeclaration? Current { get; set; }

        public IReadOnlyCollection<string> Sites => Current is null ? [] : [Current.Declaration.Site];

        public PublishedDeclaration? InForce(string site) => Current?.Declaration.Site == site ? Current : null;

        public PublishedDeclaration? ByHash(string site, string hash) => InForce(site)?.Hash == hash ? Current : null;
    }
}
