using Consent.ServiceDefaults;

namespace Consent.ConsentService;

/// <summary>
/// <c>GET /v1/sites/{site}/gpc.json</c>: the GPC support resource (W3C, "Global Privacy Control", section 3), for the site to host at
/// <c>/.well-known/gpc.json</c>.
/// </summary>
internal static class ServeGpc
{
    public const string Header = "Sec-GPC";

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/v1/sites/{site}/gpc.json", Answer).RequireSiteCors(ConsentSetup.Service);

    /// <summary>Whether the browser sends the signal; no other value than 1 says anything.</summary>
    public static bool IsOn(HttpRequest request) => request.Headers[Header] is ["1"];

    private static IResult Answer(string site, HttpContext http, DeclarationLog declarations)
    {
        if (declarations.InForce(site) is not { } inForce) return Problems.UnknownSite();
        http.Response.Headers.CacheControl = "public, max-age=3600";
        return TypedResults.Ok(new Support(true, DateOnly.FromDateTime(inForce.PublishedAt.UtcDateTime)));
    }

    /// <param name="LastUpdate">The day on which what the site says was last changed.</param>
    private sealed record Support(bool Gpc, DateOnly LastUpdate);
}
