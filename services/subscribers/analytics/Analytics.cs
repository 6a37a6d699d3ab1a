using Consent.Subscriber;

namespace Consent.Analytics;

/// <summary>
/// The gate before an analytics tool: hits of subjects who consented are passed on, stripped of what identifies; the rest is dropped.
/// Settings: <c>Analytics:Purpose</c> (default <c>statistics</c>) and <c>Analytics:ForwardUrl</c> (without it all hits are dropped).
/// </summary>
public static class AnalyticsSetup
{
    public const string Service = "analytics";

    public static IHostApplicationBuilder AddAnalytics(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddConsentSubscriber(Service);
        var settings = AnalyticsSettings.From(builder.Configuration);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<AnalyticsMetrics>();
        builder.Services.AddHttpClient(ForwardHits.ClientName, client => client.Timeout = TimeSpan.FromSeconds(5))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        builder.Services.AddSingleton<ForwardHits>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ForwardHits>());
        return builder;
    }

    public static IEndpointRouteBuilder MapAnalytics(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSubscriberPermits(Service);
        endpoints.MapCollectHit();
        return endpoints;
    }
}

internal sealed record AnalyticsSettings(string Purpose, Uri? ForwardUrl)
{
    public static AnalyticsSettings From(IConfiguration configuration)
    {
        var url = configuration["Analytics:ForwardUrl"];
        if (string.IsNullOrEmpty(url)) return new(PurposeIn(configuration), null);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var target) || target.Scheme is not ("http" or "https"))
            throw new InvalidOperationException("Set Analytics:ForwardUrl to an absolute http or https address, or leave it out.");
        return new(PurposeIn(configuration), target);
    }

    private static string PurposeIn(IConfiguration configuration) => configuration["Analytics:Purpose"] ?? "statistics";
}
