using Consent.Audit.Logs;
using Consent.Contracts;

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
        var (found, problem) = await FindAsync(visit, site, places, log, counting, time);
        return found is null ? problem! : visit.Page(visit.Words.RatesTitle.Fill(("site", found.Site.Id)), Body(visit, found));
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
        var until = ReceiptSearch.DayOf(visit.Asked("until"), out var isUntil) ?? DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var from = ReceiptSearch.DayOf(visit.Asked("from"), out var isFrom) ?? DateOnly.FromDayNumber(Math.Max(0, until.DayNumber - UsualDays + 1));
        if (!isUntil || !isFrom || from > until || until.DayNumber - from.DayNumber >= MostDays) return (null, ProblemPage.Of(visit, StatusCodes.Status400BadRequest, "bad-days"));
        var (counts, isWhole) = await counting.CurrentAsync(visit.Cancel);
        return (new Found(open, from, until, isWhole, counts.Of(open.Id, open.Controller, from, until)), null);
    }

    private static string Body(Visit visit, Found found)
    {
        var (words, site) = (visit.Words, found.Site);
        var purposes = found.Counts.GroupBy(c => c.Purpose, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        (string, string?)[] span = [("from", ReceiptSearch.Written(found.From)), ("until", ReceiptSearch.Written(found.Until))];
        return $"""
            {site.Navigation(visit)}
            {(found.IsWhole ? "" : $"<p class=\"state open\">{Html.Text(words.StillCounting)}</p>")}
            <form class="card" method="get" action="{Html.Text(site.Address)}/rates">
            {FormSent.Mark}
            {Html.Field(words.From, "from", "from", "date", words.DaysHint, required: false, $"value=\"{ReceiptSearch.Written(found.From)}\"")}
            {Html.Field(words.Until, "until", "until", "date", null, required: false, $"value=\"{ReceiptSearch.Written(found.Until)}\"")}
            <button type="submit">{Html.Text(words.Show)}</button>
            </form>
            {(purposes.Count == 0 ? $"<p>{Html.Text(words.NoDecisions)}</p>" : $"<p>{Html.Text(words.WhichDay)}</p>{RatesChart.Patterns}")}
            {string.Concat(purposes.Select((of, i) => Purpose(words, found, of, $"chart-{i + 1}")))}
            <ul class="actions"><li>{Html.Link(Html.Address($"{site.Address}/rates.csv", span), words.AsCsv)}</li><li>{Html.Link(Html.Address($"{site.Address}/rates.json", span), words.AsJson)}</li></ul>
            """;
    }

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
