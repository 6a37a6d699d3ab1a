using System.Security.Claims;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>An opt-out link for one address and topic, with the two headers that the mail needs (RFC 2369, RFC 8058).</summary>
internal static class CreateLink
{
    private const int LargestBody = 4096;

    private sealed record Body(string Address, string Topic, string? Language);

    private sealed record Answer(string Url, IReadOnlyDictionary<string, string> Headers);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/links", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string site, HttpRequest request, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        AddressStreams addresses, UnsubscribeTokens tokens, IConfiguration settings, CancellationToken cancel)
    {
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var (body, problem) = await JsonBody.ReadAsync<Body>(request, LargestBody);
        if (body is null) return problem!;
        if (inForce.Declaration.FindTopic(body.Topic ?? "") is not { } topic) return MarketingProblems.UnknownTopic(body.Topic);
        if (!EmailAddress.TryNormalise(body.Address, out var address)) return MarketingProblems.InvalidAddress();
        if (body.Language is { } language && !inForce.Declaration.Languages.Contains(language)) return MarketingProblems.UnknownLanguage();

        var streams = await addresses.FindAsync(addresses.RingOf(inForce.Declaration.Controller.Id), site, address, cancel);
        var link = new UnsubscribeLink(site, topic.Id, AddressStream.Home(streams).SubjectId, EmailAddress.Mask(address), body.Language);
        var url = $"{PublicUrl(settings)}/u/{tokens.Make(link)}";
        return TypedResults.Ok(new Answer(url, new Dictionary<string, string>
        {
            ["List-Unsubscribe"] = $"<{url}>",
            ["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click",
        }));
    }

    private static string PublicUrl(IConfiguration settings) => (settings["PublicUrl"] ?? "http://localhost:8080").TrimEnd('/');
}
