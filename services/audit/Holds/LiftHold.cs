using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Holds;

/// <summary>
/// <c>DELETE /v1/audit/holds/{id}</c> and <c>DELETE /v1/audit/restrictions/{id}</c>: lifted, durably, when it is answered; lifted again it is the same. With a hold go the erasures that waited
/// for its end, unless another hold has the person. Who is restricted is to be told before that is lifted (GDPR art. 18(3)); that is the officer's to do.
/// </summary>
internal static class LiftHold
{
    public static Task<IResult> OfHoldAsync(string id, ClaimsPrincipal user, HoldJournal journal, CarryOutErasures carry, TimeProvider time, CancellationToken cancel) =>
        LiftAsync(id, HoldAct.HoldLifted, book => book.Holds, user, journal, carry, time, cancel);

    public static Task<IResult> OfRestrictionAsync(string id, ClaimsPrincipal user, HoldJournal journal, CarryOutErasures carry, TimeProvider time, CancellationToken cancel) =>
        LiftAsync(id, HoldAct.RestrictionLifted, book => book.Restrictions, user, journal, carry, time, cancel);

    /// <summary>Who does it, by his token.</summary>
    public static string NameOf(ClaimsPrincipal user) => user.FindFirst("sub")?.Value ?? user.FindFirst("client_id")?.Value ?? "unnamed";

    private static async Task<IResult> LiftAsync(
        string id, string kind, Func<HoldBook, IReadOnlyList<Placed>> among, ClaimsPrincipal user, HoldJournal journal, CarryOutErasures carry, TimeProvider time, CancellationToken cancel)
    {
        foreach (var site in await journal.SitesAsync(cancel))
        {
            if (among(await journal.ReadAsync(site, cancel)).FirstOrDefault(p => p.Act.Id == id) is not { } placed || !Tenancy.Allows(user, site, placed.Act.Controller)) continue;
            await journal.ActAsync(site, kind, book => CarryOutErasures.OverOf(among(book), id, NameOf(user), time.Now()), cancel);
            await CarryOutAsync(carry, site, cancel);
            var after = await journal.ReadAsync(site, cancel);
            var lifted = among(after).First(p => p.Act.Id == id);
            return TypedResults.Json(HoldView.Of(lifted, after.WaitingFor(lifted), time.Now(), null), ContractJson.Options);
        }

        return Problems.Because(404, "unknown-hold", "There is no such hold or restriction.", "Check the id; GET /v1/audit/holds and GET /v1/audit/restrictions list those of a site.");
    }

    /// <summary>It is lifted all the same where that fails: what waits is carried out at the next round.</summary>
    private static async Task CarryOutAsync(CarryOutErasures carry, string site, CancellationToken cancel)
    {
        try
        {
            await carry.RunAsync(site, cancel);
        }
        catch (Exception e) when (e is IUnavailable)
        {
            // The answer says how many wait.
        }
    }
}
