using Consent.CookieBanner.Pages;
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
    }

    public static void MapCookieBanner(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapServeBanner();
        endpoints.MapKeepChoice();
        endpoints.MapPages();
    }
}
