using System.Security.Claims;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The key with which a mailer makes links of one site itself; see <see cref="UnsubscribeLinks.LinkKey"/>. For operators, and by POST:
/// a secret is handed out, and no cache or history keeps it.
/// </summary>
internal static class HandOutLinkKey
{
    private sealed record Answer(string Key, int Version, Uri PublicUrl);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/link-key", Handle).RequireScope("operator");

    private static IResult Handle(
        string site, HttpResponse response, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        UnsubscribeTokens tokens, PublicUrl publicUrl)
    {
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var key = tokens.KeyOf(inForce.Declaration.Controller.Id, site);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Answer(key.Export(), key.Version, publicUrl.Value));
    }
}
