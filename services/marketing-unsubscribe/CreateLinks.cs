using System.Security.Claims;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Opt-out links for a mailing, one for each address in the order given, with the two headers that each mail needs (RFC 2369,
/// RFC 8058). An address that is none gets a reason in place of a link, and spoils it for no other.
/// </summary>
internal static class CreateLinks
{
    private const int MostAddresses = 10_000;
    private const int LargestBody = 4 << 20;

    private sealed record Body(IReadOnlyList<string?>? Addresses, string? Topic, string? Campaign, string? Language);

    private sealed record Answer(IReadOnlyList<Link> Links);

    private sealed record Link(string? Address, string? Url = null, IReadOnlyDictionary<string, string>? Headers = null, string? Reason = null);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/links", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string site, HttpRequest request, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        UnsubscribeTokens tokens, PublicUrl publicUrl)
    {
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var (body, problem) = await JsonBody.ReadAsync<Body>(request, LargestBody);
        if (body is null) return problem!;
        if (body.Addresses is not { } addresses) return Problems.MalformedBody("The member addresses is missing.");
        if (addresses.Count > MostAddresses) return MarketingProblems.TooManyAddresses(MostAddresses);
        if (inForce.Declaration.FindTopic(body.Topic ?? "") is not { } topic) return MarketingProblems.UnknownTopic(body.Topic);
        if (body.Language is { } language && !inForce.Declaration.Languages.Contains(language)) return MarketingProblems.UnknownLanguage();
        if (body.Campaign is { } campaign && !UnsubscribeLink.IsCampaign(campaign)) return MarketingProblems.InvalidCampaign();

        var minter = new LinkMinter(tokens.KeyOf(inForce.Declaration.Controller.Id, site), publicUrl.Value);
        return TypedResults.Ok(new Answer([.. addresses.Select(asked =>
        {
            if (!EmailAddress.TryNormalise(asked, out var address)) return new Link(asked, Reason: "invalid-address");
            var (url, headers) = minter.Mint(address, topic.Id, body.Campaign, body.Language);
            return new Link(asked, url, headers);
        })]));
    }
}
