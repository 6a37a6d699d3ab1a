using System.Security.Claims;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// <c>POST /v1/sites/{site}/marketing/campaigns/{campaign}/links</c>: how many links a mailer made for a campaign with a link key, of which nobody knows here. They
/// count with those that were made here, as many as are told, and are for nobody by name. Repeated under its <c>Idempotency-Key</c>, a call counts once.
/// </summary>
internal static class TellLinks
{
    private const int MostLinks = 100_000_000;
    private const int LargestBody = 16 << 10;

    /// <param name="Channel">As in <see cref="CreateLinks"/>.</param>
    private sealed record Body(string? Topic, int? Links, string? Channel = null);

    private sealed record Answer(string Campaign, string Topic, int Links);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/campaigns/{campaign}/links", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string site, string campaign, HttpRequest request, ClaimsPrincipal user,
        [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, CampaignLinks counts)
    {
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var (body, bytes, problem) = await JsonBody.ReadWithBytesAsync<Body>(request, LargestBody);
        if (body is null) return problem!;
        if (!CreateLinks.TryReadKey(request, out var key)) return MarketingProblems.IdempotencyKey();
        if (!UnsubscribeLink.IsCampaign(campaign)) return MarketingProblems.InvalidCampaign();
        if (TopicOnChannel.Find(inForce.Declaration, body.Topic, body.Channel) is not { } topic) return MarketingProblems.NoSuchTopic(inForce.Declaration, body.Topic);
        if (body.Links is not { } links || links is < 1 or > MostLinks) return MarketingProblems.InvalidLinks(MostLinks);
        return await counts.AddAsync(site, topic.Id, campaign, links, CreateLinks.Repeatable(key, bytes))
            ? TypedResults.Ok(new Answer(campaign, topic.Id, links))
            : MarketingProblems.IdempotencyKeyReused();
    }
}
