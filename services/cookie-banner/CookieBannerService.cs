namespace Consent.CookieBanner;

public static class CookieBannerService
{
    public const string Name = "cookie-banner";

    public static void AddCookieBanner(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // builder.AddDeclarationBook(Name);
    }

    public static void MapCookieBanner(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapServeBanner();
    }
}
