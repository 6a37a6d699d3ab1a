using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// <c>POST /v1/sites/{site}/marketing/erasures</c> (GDPR art. 17): forgets the person behind an e-mail address, or a telephone number, under each of its ids,
/// here and then in every other service; nobody else knows those ids, and some people are known here alone. The keyed hash of the address remains,
/// suppressed for everything (art. 17(3), 21(3)); the answer says so, for the person to be told, and is the same whether he was known or not.
/// </summary>
internal static class EraseAddress
{
    private const int LargestBody = 1024;

    private sealed record Body(string Address);

    /// <param name="Remains">What is left, in one sentence for the person.</param>
    private sealed record Answer(DateTimeOffset ErasedAt, string Remains);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/erasures", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string site, HttpRequest request, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        AddressStreams addresses, MarketingLog log, HearErasure erasure, TimeProvider time)
    {
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var (body, problem) = await JsonBody.ReadAsync<Body>(request, LargestBody);
        if (body is null) return problem!;
        if (!ContactAddress.TryNormalise(body.Address, inForce.Declaration.Controller.Country, out var address)) return MarketingProblems.InvalidAddress();
        var now = time.Now();
        // The site may have been another controller's before, who knew the address under a key of his own.
        var controllers = declarations.Of(site).Versions.Select(d => d.Declaration.Controller.Id).Append(inForce.Declaration.Controller.Id).Distinct(StringComparer.Ordinal);
        foreach (var subject in controllers.SelectMany(controller => addresses.RingOf(controller).AddressIds(address)))
        {
            // First what has the others hear of it; then to its end, whether or not the caller still listens.
            await log.NoteErasureAsync(site, subject, now, CancellationToken.None);
            await erasure.EraseAsync(site, subject, now, CancellationToken.None);
        }
        return TypedResults.Ok(new Answer(now, ErasedAddress.HashRemains));
    }
}
