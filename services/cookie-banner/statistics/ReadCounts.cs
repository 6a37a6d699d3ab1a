using System.Globalization;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Mvc;

namespace Consent.CookieBanner.Statistics;

/// <summary>
/// <c>GET /banner/{site}/counts</c>, with a token of scope <c>consent</c> that opens the site: what was counted per day (UTC) and version,
/// by default of the last 30 days; <c>?from=</c> and <c>?until=</c>, both included, at most 400 days. Days without a count are left out.
/// </summary>
internal static class ReadCounts
{
    private const int Usual = 30;
    private const int Longest = 400;

    internal static void MapReadCounts(this IEndpointRouteBuilder endpoints)
    {
        var declarations = endpoints.ServiceProvider.GetRequiredKeyedService<IDeclarations>(CookieBannerSetup.Service);
        endpoints.MapGet("/banner/{site}/counts", async (
            string site, [FromQuery] string? from, [FromQuery] string? until, HttpContext context, GatherCounts counts, CountStore store, TimeProvider time) =>
        {
            if (declarations.Open(context.User, site) is null) return Problems.UnknownSite();
            if (PeriodOf(from, until, DateOnly.FromDateTime(time.Now().UtcDateTime)) is not var (first, last))
                return Problems.Because(400, "bad-period", "This is no period.", $"Give from and until as days such as 2026-11-26, from not after until, at most {Longest} days.");
            await counts.FlushAsync(context.RequestAborted);
            context.Response.Headers.CacheControl = "no-store";
            return (IResult)JsonAnswer.Of(new Answer(site, Day(first), Day(last), await store.ReadAsync(site, Day(first), Day(last), context.RequestAborted)));
        }).RequireScope("consent");
    }

    internal static (DateOnly From, DateOnly Until)? PeriodOf(string? from, string? until, DateOnly today)
    {
        var last = today;
        if (until is not null && !TryDay(until, out last)) return null;
        var first = last.AddDays(-Math.Min(Usual - 1, last.DayNumber));
        if (from is not null && !TryDay(from, out first)) return null;
        return first <= last && last.DayNumber - first.DayNumber < Longest ? (first, last) : null;
    }

    private static bool TryDay(string text, out DateOnly day) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed record Answer(string Site, string From, string Until, IReadOnlyList<DayCount> Days);
}
