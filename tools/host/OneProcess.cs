using Consent.Analytics;
using Consent.Audit;
using Consent.Connectors;
using Consent.ConsentService;
using Consent.CookieBanner;
using Consent.Demo;
using Consent.Gateway;
using Consent.MarketingUnsubscribe;
using Consent.Newsletter;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Webhooks;

namespace Consent.Host;

/// <summary>
/// Web applications in one process: all services in one container (an in-memory bus reaches no further) on a port of the loopback, the
/// gateway before them with the routes and checks that a cluster has, and for a demonstration its pages, on an origin of their own.
/// </summary>
internal sealed class OneProcess : IAsyncDisposable
{
    private const string AnyPort = "http://127.0.0.1:0";

    private static readonly string[] Services =
    [
        ConsentSetup.Service, CookieBannerSetup.Service, MarketingUnsubscribeSetup.Service, AuditSetup.Service, NewsletterSetup.Service, AnalyticsSetup.Service,
        WebhooksSetup.Service, ConnectorsSetup.Service,
    ];

    private readonly Stack<WebApplication> _started = new();

    public static async Task<OneProcess> StartAsync(HostPlan plan, CancellationToken cancel)
    {
        WarmUp.Begin();
        var product = new OneProcess();
        try
        {
            var services = await product.StartAsync(BuildServices(plan), AnyPort, cancel);
            await product.StartAsync(BuildGateway(plan, services), plan.Listen, cancel);
            if (plan.Demo is { } demo) await product.StartAsync(BuildDemo(demo), demo.DemoOrigin, cancel);
            return product;
        }
        catch
        {
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary>The front door closes first, the services last.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var app))
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }
    }

    /// <summary>Every service but the bus between them.</summary>
    public static WebApplicationBuilder ComposeServices(HostPlan plan)
    {
        var builder = Builder(AnyPort, plan.Services);
        builder.AddServiceDefaults("services");
        builder.AddConsentService();
        builder.AddCookieBanner();
        builder.AddMarketingUnsubscribe();
        builder.AddAudit();
        builder.AddNewsletter();
        builder.AddAnalytics();
        builder.AddWebhooks();
        builder.AddConnectors();
        return builder;
    }

    private static WebApplication BuildServices(HostPlan plan)
    {
        var builder = ComposeServices(plan);
        builder.AddMessaging();
        var app = BuildQuietly(builder);
        app.UseServiceDefaults();
        app.MapConsentService();
        app.MapCookieBanner();
        app.MapMarketingUnsubscribe();
        app.MapAudit();
        app.MapNewsletter();
        app.MapAnalytics();
        app.MapWebhooks();
        app.MapConnectors();
        return app;
    }

    private static WebApplication BuildGateway(HostPlan plan, string services)
    {
        var settings = new Dictionary<string, string?>(plan.Gateway, StringComparer.Ordinal);
        foreach (var name in Services) settings[$"Services:{name}"] = services;
        var builder = Builder(plan.Listen, settings);
        builder.AddGateway();
        var app = BuildQuietly(builder);
        app.MapGateway();
        return app;
    }

    private static WebApplication BuildDemo(HostAddresses options)
    {
        var app = BuildQuietly(Builder(options.DemoOrigin, new() { ["Demo:Gateway"] = options.GatewayOrigin }));
        app.MapDemo(DemoSettings.From(app.Configuration));
        return app;
    }

    private static WebApplicationBuilder Builder(string url, Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = ReadOnce.Settings(), ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseUrls(url);
        // The process is stopped as a whole, in order: no application listens for Ctrl-C by itself.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder;
    }

    /// <summary>Where to look is printed once, in the end.</summary>
    private static WebApplication BuildQuietly(WebApplicationBuilder builder)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        // A failed start is told in a sentence, and not as a stack trace before it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        return builder.Build();
    }

    private async Task<string> StartAsync(WebApplication app, string url, CancellationToken cancel)
    {
        _started.Push(app);
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new CannotStartException($"Something listens already on {url}: stop it, or give other addresses with --urls and --demo.");
        }
        return app.Urls.First();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
