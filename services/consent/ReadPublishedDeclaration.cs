using Consent.ServiceDefaults;

namespace Consent.ConsentService;

/// <summary>What a site says and said; public. And the list of sites, for those who have a token.</summary>
internal static class ReadPublishedDeclaration
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/v1/sites/{site}/declaration", Read).RequireSiteCors(ConsentSetup.Service);
        endpoints.MapGet("/v1/sites", List).RequireScope("consent");
    }

    private static IResult Read(string site, string? version, DeclarationLog declarations)
    {
        if (declarations.InForce(site) is not { } inForce) return Problems.UnknownSite();
        var asked = version is null ? inForce : int.TryParse(version, out var number) ? declarations.ByVersion(site, number) : declarations.ByHash(site, version);
        return asked is null
            ? Problems.Because(404, "unknown-declaration", "The site has no such version.", $"Ask for a version from 1 to {inForce.Version}, or for a hash.")
            : TypedResults.Ok(asked.ToJson());
    }

    private static IResult List(HttpContext http, DeclarationLog declarations) =>
        TypedResults.Ok(declarations.Sites.Where(site => declarations.Open(http.User, site) is not null));
}
