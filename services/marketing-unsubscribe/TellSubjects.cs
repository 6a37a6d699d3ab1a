using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// <c>POST /v1/sites/{site}/marketing/subjects</c>: the ids of an address or telephone number, the newest key first, whether or not anything is known of it. For marketing and for
/// auditors, who look a person up in what the other services tell, and hold no key of addresses: these say why, by <c>reason</c>, and are answered when audit has noted it (<see cref="NoteLook"/>).
/// By POST, because no address belongs in a URL.
/// </summary>
internal static class TellSubjects
{
    private const int LargestBody = 4096;

    private sealed record Body(string Address, string? Reason = null);

    private sealed record Answer(IReadOnlyList<string> Subjects);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/subjects", HandleAsync).RequireScope("marketing", "audit");

    private static async Task<IResult> HandleAsync(
        string site, HttpContext http, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, AddressStreams addresses, NoteLook looks, CancellationToken cancel)
    {
        var user = http.User;
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var (body, problem) = await JsonBody.ReadAsync<Body>(http.Request, LargestBody);
        if (body is null) return problem!;
        if (!user.HasScope("marketing") && Reasons.Read(body.Reason) is null) return Reasons.Required();
        if (!ContactAddress.TryNormalise(body.Address, inForce.Declaration.Controller.Country, out var address)) return MarketingProblems.InvalidAddress();
        http.Response.Headers.CacheControl = "no-store";
        // The site may have been another controller's before, who knew the address under a key of his own.
        var controllers = declarations.Of(site).Versions.Select(d => d.Declaration.Controller.Id).Prepend(inForce.Declaration.Controller.Id).Distinct(StringComparer.Ordinal);
        IReadOnlyList<string> subjects = [.. controllers.Where(controller => Tenancy.Allows(user, site, controller)).SelectMany(controller => addresses.RingOf(controller).AddressIds(address))];
        return await looks.RunAsync(http, new NoteLook.Look(site, "address", subjects, Reason: body.Reason), cancel) ?? TypedResults.Json(new Answer(subjects), ContractJson.Options);
    }
}
