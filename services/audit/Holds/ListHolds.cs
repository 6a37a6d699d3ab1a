using System.Security.Claims;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Holds;

/// <summary><c>GET /v1/audit/holds?site=…</c> and <c>GET /v1/audit/restrictions?site=…</c>: all that were ever placed for the site, those in force first, with the erasures that wait.</summary>
internal static class ListHolds
{
    public static Task<IResult> OfHoldsAsync(ClaimsPrincipal user, HoldJournal journal, LogPlaces places, TimeProvider time, CancellationToken cancel, string? site = null) =>
        AnswerAsync(book => book.Holds, user, journal, places, time, site, cancel);

    public static Task<IResult> OfRestrictionsAsync(ClaimsPrincipal user, HoldJournal journal, LogPlaces places, TimeProvider time, CancellationToken cancel, string? site = null) =>
        AnswerAsync(book => book.Restrictions, user, journal, places, time, site, cancel);

    private static async Task<IResult> AnswerAsync(
        Func<HoldBook, IReadOnlyList<Placed>> wanted, ClaimsPrincipal user, HoldJournal journal, LogPlaces places, TimeProvider time, string? site, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(site)) return Problems.Because(400, "site-needed", "No site was named.", "Add the site's id, as in ?site=my-site.");
        if (await places.OwnerOfAsync(site, cancel) is not { } controller || !Tenancy.Allows(user, site, controller)) return Problems.UnknownSite();
        var (book, now, views) = (await journal.ReadAsync(site, cancel), time.Now(), new List<HoldView>());
        // Of a site that changed hands, what its former controller placed is told to that one alone.
        foreach (var placed in wanted(book).Where(p => Tenancy.Allows(user, site, p.Act.Controller)).OrderByDescending(p => p.IsInForce(now)).ThenByDescending(p => p.Act.At))
            views.Add(HoldView.Of(placed, book.WaitingFor(placed), now, LoggedEvent.Of(placed.Record) is { } e ? await places.FindAsync(e, placed.Act.Controller, cancel) : null));
        return TypedResults.Json(new Answer(site, views), ContractJson.Options);
    }

    private sealed record Answer(string Site, IReadOnlyList<HoldView> Placed);
}
