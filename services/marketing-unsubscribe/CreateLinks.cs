using System.Security.Claims;
using System.Security.Cryptography;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Opt-out links for a mailing, one for each address in the order given, with the two headers that each mail needs (RFC 2369,
/// RFC 8058); links of another channel have no headers. An address that is none gets a reason in place of a link, and spoils it for no other.
/// Repeated under its <c>Idempotency-Key</c>, a call makes links anew, as good as the first, and counts once for its campaign.
/// </summary>
internal static class CreateLinks
{
    private const int MostAddresses = 10_000;
    private const int LargestBody = 4 << 20;

    /// <param name="Channel">On which the message is sent that gets the link, and which the link ends; e-mail unless said.</param>
    private sealed record Body(IReadOnlyList<string?>? Addresses, string? Topic, string? Campaign, string? Language, string? Channel = null);

    private sealed record Answer(IReadOnlyList<Link> Links);

    private sealed record Link(string? Address, string? Url = null, IReadOnlyDictionary<string, string>? Headers = null, string? Reason = null);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/links", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string site, HttpRequest request, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        UnsubscribeTokens tokens, PublicUrl publicUrl, CampaignLinks counts)
    {
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var (body, bytes, problem) = await JsonBody.ReadWithBytesAsync<Body>(request, LargestBody);
        if (body is null) return problem!;
        if (!TryReadKey(request, out var key)) return MarketingProblems.IdempotencyKey();
        if (body.Addresses is not { } addresses) return Problems.MalformedBody("The member addresses is missing.");
        if (addresses.Count > MostAddresses) return MarketingProblems.TooManyAddresses(MostAddresses);
        if (TopicOnChannel.Find(inForce.Declaration, body.Topic, body.Channel) is not { } topic) return MarketingProblems.NoSuchTopic(inForce.Declaration, body.Topic);
        if (body.Language is { } language && !inForce.Declaration.Languages.Contains(language)) return MarketingProblems.UnknownLanguage();
        if (body.Campaign is { } campaign && !UnsubscribeLink.IsCampaign(campaign)) return MarketingProblems.InvalidCampaign();

        var (minter, country) = (new LinkMinter(tokens.KeyOf(inForce.Declaration.Controller.Id, site), publicUrl.Value), inForce.Declaration.Controller.Country);
        List<Link> links = [.. addresses.Select(asked =>
        {
            if (!ContactAddress.TryNormalise(asked, topic.Channel, country, out var address)) return new Link(asked, Reason: "invalid-address");
            var (url, headers) = minter.Mint(address, topic.Declared.Id, body.Campaign, body.Language, ChannelTopic.NameOf(topic.Channel));
            return new Link(asked, url, headers.Count > 0 ? headers : null);
        })];
        var count = links.Count(link => link.Url is not null);
        if (body.Campaign is not null && !await counts.CountAsync(site, topic.Id, body.Campaign, count, Repeatable(key, bytes))) return MarketingProblems.IdempotencyKeyReused();
        return TypedResults.Ok(new Answer(links));
    }

    /// <param name="key">Null where the caller sent none.</param>
    public static bool TryReadKey(HttpRequest request, out string? key)
    {
        key = request.Headers.TryGetValue("Idempotency-Key", out var sent) ? sent.ToString() : null;
        return key is null || (key.Length is > 0 and <= 128 && key.All(c => c is > ' ' and <= '~'));
    }

    /// <summary>The key with the hash of the body that came with it.</summary>
    public static (string Key, string Hash)? Repeatable(string? key, ReadOnlyMemory<byte> body) =>
        key is null ? null : (key, Convert.ToBase64String(SHA256.HashData(body.Span)));
}
