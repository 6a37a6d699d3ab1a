using System.Globalization;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Pages;

/// <summary>
/// <c>GET /audit/sites/{site}/rates?from=…&amp;until=…</c>: how many decisions there were each day (UTC; 92 days at most) on each purpose and topic, as charts with their numbers
/// beside; imported ones are told apart.
/// <c>rates.csv</c> and <c>rates.json</c>: the numbers. They name nobody.
/// </summary>
internal static class RatesPage
{
    private const int MostDays = 92, UsualDays = 30;

    public static async Task<IResult> AnswerAsync(string site, HttpContext http, LogPlaces places, AuditLog log, CountDecisions counting, TimeProvider time)
    {
        var visit = Visit.Of(http);
        var (open, missing) = await OpenSite.FindAsync(visit, site, places, log);
        if (open is null) return missing!;
        return await CountAsync(visit, open, counting, time) is not { } found
            ? RefusedForm.Of(visit, BadDays(), visit.Asked, (of, filled) => open.Navigation(of) + Form(of.Words, open, filled))
            : visit.Page(visit.Words.RatesTitle.Fill(("site", found.Site.Id)), Body(visit, found));
    }

    public static async Task<IResult> CsvAsync(string site, HttpContext http, LogPlaces places, AuditLog log, CountDecisions counting, TimeProvider time)
    {
        var (found, problem) = await FindAsync(Visit.Of(http), site, places, log, counting, time);
        return found is null ? problem! : Download.Csv(
            http, "rates.csv", ["day", "purpose", "status", "count", "imported"],
            found.Counts.Select(c => (IReadOnlyList<string?>)[ReceiptSearch.Written(c.Day), c.Purpose, KebabName(c.Status), $"{c.Count}", c.Imported ? "true" : "false"]));
    }

    public static async Task<IResult> JsonAsync(string site, HttpContext http, LogPlaces places, AuditLog log, CountDecisions counting, TimeProvider time)
    {
        var (found, problem) = await FindAsync(Visit.Of(http), site, places, log, counting, time);
        return found is null ? problem! : Download.Json(http, "rates.json", new Told(found.Site.Id, found.From, found.Until, found.IsWhole, found.Counts));
    }

    private static async Task<(Found? Found, AuditPage? Problem)> FindAsync(Visit visit, string site, LogPlaces places, AuditLog log, CountDecisions counting, TimeProvider time)
    {
        var (open, problem) = await OpenSite.FindAsync(visit, site, places, log);
        if (open is null) return (null, problem);
        var found = await CountAsync(visit, open, counting, time);
        return (found, found is null ? ProblemPage.Of(visit, BadDays()) : null);
    }

    /// <summary>Null where the days are none, or too many.</summary>
    private static async Task<Found?> CountAsync(Visit visit, OpenSite open, CountDecisions counting, TimeProvider time)
    {
        var until = ReceiptSearch.DayOf(visit.Asked("until"), out var isUntil) ?? DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var from = ReceiptSearch.DayOf(visit.Asked("from"), out var isFrom) ?? DateOnly.FromDayNumber(Math.Max(0, until.DayNumber - UsualDays + 1));
        if (!isUntil || !isFrom || from > until || until.DayNumber - from.DayNumber >= MostDays) return null;
        var (counts, isWhole) = await counting.CurrentAsync(visit.Cancel);
        return new Found(open, from, until, isWhole, counts.Of(open.Id, open.Controller, from, until));
    }

    private static ProblemHttpResult BadDays() => Problems.Because(400, "bad-days", "The days cannot be counted.", string.Create(CultureInfo.InvariantCulture, $"Give days as 2026-06-03, {MostDays} at most."));

    private static string Body(Visit visit, Found found)
    {
        var (words, site) = (visit.Words, found.Site);
        var purposes = found.Counts.GroupBy(c => c.Purpose, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        (string, string?)[] span = [("from", ReceiptSearch.Written(found.From)), ("until", ReceiptSearch.Written(found.Until))];
        var filled = new Filled(name => ReceiptSearch.Written(name == "from" ? found.From : found.Until));
        return $"""
            {site.Navigation(visit)}
            {(found.IsWhole ? "" : $"<p class=\"state open\">{Html.Text(words.StillCounting)}</p>")}
            {Form(words, site, filled)}
            {(purposes.Count == 0 ? $"<p>{Html.Text(words.NoDecisions)}</p>" : $"<p>{Html.Text(words.WhichDay)}</p>{RatesChart.Patterns}")}
            {string.Concat(purposes.Select((of, i) => Purpose(words, found, of, $"chart-{i + 1}")))}
            <ul class="actions"><li>{Html.Link(Html.Address($"{site.Address}/rates.csv", span), words.AsCsv)}</li><li>{Html.Link(Html.Address($"{site.Address}/rates.json", span), words.AsJson)}</li></ul>
            """;
    }

    private static string Form(Words words, OpenSite site, Filled filled) => $"""
        <form class="card" method="get" action="{Html.Text(site.Address)}/rates">
        {FormSent.Mark}
        {filled.Field(words.From, "from", "from", "date", words.DaysHint)}
        {filled.Field(words.Until, "until", "until", "date")}
        <button type="submit">{Html.Text(words.Show)}</button>
        </form>
        """;

    private static string Purpose(Words words, Found found, IGrouping<string, DecisionCount> purpose, string id)
    {
        var (days, caption) = (DayOfDecisions.Of(purpose, found.From, found.Until), words.DecisionsOn.Fill(("purpose", purpose.Key)));
        var rows = days.Where(d => d.All + d.Imported > 0).Select(d => (IReadOnlyList<string>)
            [Html.Text(words.Day(d.Day)), Html.Text(words.Number(d.Given)), Html.Text(words.Number(d.Refused)), Html.Text(words.Number(d.Withdrawn)), Html.Text(words.Number(d.Imported))]);
        return $"<h2>{Html.Text(purpose.Key)}</h2>{RatesChart.Of(days, id, caption, words)}{Html.Table(caption, [words.OfDay, words.Given, words.Refused, words.Withdrawn, words.Imported], rows)}";
    }

    private static string KebabName(Decision status) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(status.ToString());

    private sealed record Found(OpenSite Site, DateOnly From, DateOnly Until, bool IsWhole, IReadOnlyList<DecisionCount> Counts);

    /// <param name="IsWhole">Whether all that was heard is counted already.</param>
    private sealed record Told(string Site, DateOnly From, DateOnly Until, bool IsWhole, IReadOnlyList<DecisionCount> Counts);
}
