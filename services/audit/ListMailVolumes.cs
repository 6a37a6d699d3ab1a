using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit;

/// <summary>
/// <c>GET /v1/audit/mail?site=…&amp;from=…&amp;until=…</c>: how much mail each sending stream of the site handed to the mail gate, by hour and outcome, on
/// the days from one to the other (UTC, both included). Of a site that is not open to the caller, and of one that sent nothing: none.
/// </summary>
internal static class ListMailVolumes
{
    private const int MostDays = 31;

    public static async Task<IResult> AnswerAsync(
        ClaimsPrincipal user, AuditLog log, CancellationToken cancel, string? site = null, DateOnly? from = null, DateOnly? until = null)
    {
        if (site is null || from is not { } first || until is not { } last || first > last || last.DayNumber - first.DayNumber >= MostDays)
            return Problems.Because(400, "bad-range", "The range cannot be answered.", $"Ask for site=, and from= and until= as 2026-11-26, at most {MostDays} days, both included.");

        var heard = new List<MailCounted>();
        // Not up to the last by comparing: behind the last day that there is comes none.
        foreach (var days in Enumerable.Range(0, last.DayNumber - first.DayNumber + 1))
            heard.AddRange((await log.ReadAsync(AuditLog.MailOf(site, first.AddDays(days)), cancel)).Select(h => h.As<MailCounted>()).OfType<MailCounted>());
        return TypedResults.Json(new Answer(Newest(heard.Where(e => Tenancy.Allows(user, e.Site, e.Controller)))), ContractJson.Options);
    }

    /// <summary>Each stream and hour once: of each gate's process the greatest number of each outcome, since counts only grow; those of several added. Pure.</summary>
    internal static IReadOnlyList<MailVolume> Newest(IEnumerable<MailCounted> heard) =>
    [
        .. from e in heard
           group e by (e.Hour, e.Site, e.Stream, e.Class, e.About) into told
           orderby told.Key.Hour, told.Key.Stream, told.Key.Class, told.Key.About
           select new MailVolume(told.Key.Hour, told.Key.Site, told.Key.Stream, told.Key.Class, told.Key.About, Sum(told)),
    ];

    private static SortedDictionary<string, long> Sum(IEnumerable<MailCounted> told) => new(
        told.SelectMany(e => e.Copies.Select(copies => (Outcome: copies.Key, e.Counter, copies.Value)))
            .GroupBy(one => (one.Outcome, one.Counter), (key, counts) => (key.Outcome, Greatest: counts.Max(one => one.Value)))
            .GroupBy(one => one.Outcome, StringComparer.Ordinal).ToDictionary(outcome => outcome.Key, outcome => outcome.Sum(one => one.Greatest), StringComparer.Ordinal),
        StringComparer.Ordinal);

    private sealed record Answer(IReadOnlyList<MailVolume> Volumes);
}

/// <param name="Hour">Its beginning, UTC.</param>
/// <param name="About">The topic or purpose that the stream was declared for; null when it was not declared, and so held to what marketing is held to.</param>
/// <param name="Copies">Outcome → copies, one for each recipient.</param>
internal sealed record MailVolume(DateTimeOffset Hour, string Site, string Stream, MailClass Class, string? About, IReadOnlyDictionary<string, long> Copies);
