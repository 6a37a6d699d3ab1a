using System.Security.Claims;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The key with which a mailer makes links of one site itself; see <see cref="UnsubscribeLinks.LinkKey"/>. For operators, and by POST:
/// a secret is handed out, and no cache or history keeps it. With <c>rotate=true</c> a new one, which revokes those that were handed out before: links
/// that were made with them go on opting people out, and do nothing else any more.
/// </summary>
internal static class HandOutLinkKey
{
    private sealed record Answer(string Key, int Version, int Generation, Uri PublicUrl);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/link-key", Handle).RequireScope("operator");

    private static IResult Handle(
        string site, HttpResponse response, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        UnsubscribeTokens tokens, PublicUrl publicUrl, ILogger<UnsubscribeTokens> logger, bool rotate = false)
    {
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var controller = inForce.Declaration.Controller.Id;
        if (rotate && !tokens.TryRevoke(controller, site)) return MarketingProblems.NoMoreLinkKeys();
        var key = tokens.KeyOf(controller, site);
        if (rotate) logger.LogWarning("The link key of site {Site} was revoked; generation {Generation} makes its links now.", site, key.Generation);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Answer(key.Export(), key.Version, key.Generation, publicUrl.Value));
    }
}
