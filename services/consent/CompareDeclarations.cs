using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.ConsentService;

/// <summary>
/// <c>…/declaration/difference</c>: what changed between two published versions (GET, public), or what publishing a draft would
/// change (POST, stores nothing), and who would be asked again.
/// </summary>
internal static class CompareDeclarations
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/v1/sites/{site}/declaration/difference", Published).RequireSiteCors(ConsentSetup.Service);
        endpoints.MapPost("/v1/sites/{site}/declaration/difference", DraftAsync).RequireScope("consent");
    }

    /// <param name="from">Version or hash; the one before <paramref name="to"/> when absent.</param>
    /// <param name="to">Version or hash; the one in force when absent.</param>
    private static IResult Published(string site, string? from, string? to, DeclarationLog declarations)
    {
        if (declarations.InForce(site) is not { } inForce) return Problems.UnknownSite();
        var history = declarations.Of(site);
        var later = to is null ? inForce : ReadPublishedDeclaration.Find(history, to);
        var earlier = later is null ? null : from is null ? history.ByVersion(later.Version - 1) ?? later : ReadPublishedDeclaration.Find(history, from);
        return earlier is null || later is null
            ? ReadPublishedDeclaration.UnknownVersion(history)
            : TypedResults.Ok(DeclarationDifference.Between(earlier, later));
    }

    private static async Task<IResult> DraftAsync(string site, HttpContext http, DeclarationLog declarations, TimeProvider time)
    {
        if (declarations.Open(http.User, site) is not { } inForce) return Problems.UnknownSite();
        var (declaration, problem) = await PublishDeclaration.ReadAsync(site, http.Request);
        if (declaration is null) return problem!;
        var newest = declarations.Of(site).Newest ?? inForce;
        return TypedResults.Ok(DeclarationDifference.Between(newest, PublishedDeclaration.After(newest, declaration, time.Now())));
    }
}
