using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Configuration;

namespace Consent.Gateway;

/// <summary>
/// The front door: <c>routes.json</c> says which path goes to which service and what token it takes; everything that is not
/// named there is answered here with 404. Every check made here is made again by the service behind.
/// </summary>
public static class Gateway
{
    public const string Name = "gateway";

    public static void AddGateway(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddServiceDefaults(Name);
        builder.AddBodyLimit();
        builder.AddPublicPostLimit();
        builder.AddTrustedProxies();

        var authorization = builder.Services.AddAuthorizationBuilder();
        // With a comma, one of them is enough.
        foreach (var scopes in (string[])["consent", "marketing", "audit", "privacy-officer", "privacy-officer", "operator", "marketing,audit"])
            authorization.AddPolicy($"scope:{scopes}", policy => policy.RequireAuthenticatedUser().RequireAssertion(c => Array.Exists(scopes.Split(','), c.User.HasScope)));

        // What is no time is said before anything starts.
        _ = LookUpDestinations.EveryOf(builder.Configuration);
        var replicas = new InMemoryConfigProvider([], []);
        builder.Services.AddSingleton(replicas);
        builder.Services.AddSingleton<IProxyConfigProvider>(replicas);
        builder.Services.TryAddSingleton<ResolveHost>(_ => System.Net.Dns.GetHostAddressesAsync);
        builder.Services.AddSingleton<LookUpDestinations>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<LookUpDestinations>());
        builder.Services.AddSingleton<SiteDirectory>();
        builder.Services.AddHsts(hsts => hsts.MaxAge = TimeSpan.FromDays(365));
        var routes = new ConfigurationBuilder().AddJsonFile(RoutesFile(builder.Configuration)).Build();
        builder.Services.AddReverseProxy().LoadFromConfig(routes.GetSection("ReverseProxy")).AddConfigFilter<Destinations>()
            .ConfigureHttpClient((_, http) => http.ConnectTimeout = SendElsewhere.ConnectWithin);
    }

    public static void MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseSecurityHeaders();
        app.UseServiceDefaults();
        app.UseHsts();
        app.UseBodyLimit();
        app.UseRateLimiter();
        if (app.Configuration.GetValue<bool>("DevelopmentIssuer:Enabled"))
            DevelopmentIssuer.Open(app.Configuration["Data"] ?? "data").Map(app);
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(CheckTenant.InvokeAsync);
            proxy.Use(AnswerForBackend.InvokeAsync);
            proxy.Use(SendElsewhere.InvokeAsync);
            proxy.UseLoadBalancing();
        });
    }

    private static string RoutesFile(IConfiguration configuration) =>
        Path.GetFullPath(configuration["Gateway:Routes"] ?? Path.Combine(AppContext.BaseDirectory, "routes.json"));
}
