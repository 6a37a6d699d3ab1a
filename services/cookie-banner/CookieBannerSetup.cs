using Consent.CookieBanner.Pages;
using Consent.CookieBanner.Statistics;
using Consent.Subscriber;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Consent.CookieBanner;

public static class CookieBannerSetup
{
    public const string Service = "cookie-banner";

    public static void AddCookieBanner(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddDeclarationBook(Service);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddCounts();
    }

    internal static void AddCounts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(_ => CountStore.Of(builder.Configuration, Service));
        builder.Services.AddSingleton<GatherCounts>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<GatherCounts>());
    }

    public static void MapCookieBanner(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapServeBanner();
        endpoints.MapShowBanner();
        endpoints.MapKeepChoice();
        endpoints.MapPages();
        endpoints.MapCountBanner();
        endpoints.MapReadCounts();
    }
}
