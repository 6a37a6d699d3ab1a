using System.Security.Claims;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Access;

/// <summary>
/// <c>GET /v1/audit/access?site=…&amp;from=…&amp;until=…&amp;after=…&amp;limit=…</c>: who looked at what and when, with which reason, and who signed in and out; of one site, or of all that is open to
/// the caller. Persons are keyed hashes, so that this is no look at anybody, and is not noted.
/// </summary>
internal static class ReadAccess
{
    public static async Task<IResult> AnswerAsync(
        ClaimsPrincipal user, HttpResponse response, ListLooks looks, LogPlaces places, CancellationToken cancel, string? site = null, DateTimeOffset? from = null, DateTimeOffset? until = null,
        long after = 0, int limit = 100)
    {
        if (limit is < 1 or > ListLooks.Most || after < 0 || from >= until)
            return Problems.Because(400, "bad-range", "The range cannot be answered.", $"Ask for limit=1 to {ListLooks.Most}, after=0 or the next of the answer before, and from= before until=.");
        if (site is not null && (await places.OwnerOfAsync(site, cancel) is not { } owner || !Tenancy.Allows(user, site, owner))) return Problems.UnknownSite();
        response.Headers.CacheControl = "no-store";
        return TypedResults.Json(await looks.RunAsync(user, site, from, until, after, limit, cancel), ContractJson.Options);
    }
}
