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
    public static Task<IResult> AnswerAsync(
        ClaimsPrincipal user, HttpResponse response, ListLooks looks, LogPlaces places, CancellationToken cancel, string? site = null, DateTimeOffset? from = null, DateTimeOffset? until = null,
        long after = 0, int limit = 100) => FindAsync(user, response, looks, places, site, from, until, ListPlace.After(after), limit, cancel);

    /// <summary>The same in either direction: the pages begin with the newest.</summary>
    internal static async Task<IResult> FindAsync(
        ClaimsPrincipal user, HttpResponse response, ListLooks looks, LogPlaces places, string? site, DateTimeOffset? from, DateTimeOffset? until, ListPlace place, int limit, CancellationToken cancel)
    {
        if (limit is < 1 or > ListLooks.Most || place.From < 0 || from >= until)
            return Problems.Because(400, "bad-range", "The range cannot be answered.", $"Ask for limit=1 to {ListLooks.Most}, after=0 or the next of the answer before, and from= before until=.");
        if (site is not null && (await places.OwnerOfAsync(site, cancel) is not { } owner || !Tenancy.Allows(user, site, owner))) return Problems.UnknownSite();
        response.Headers.CacheControl = "no-store";
        return TypedResults.Json(await looks.RunAsync(user, site, from, until, place, limit, cancel), ContractJson.Options);
    }
}
