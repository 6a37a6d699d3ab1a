using Consent.Audit.Access;
using Consent.Audit.Logs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Pages;

/// <summary>
/// <c>GET /audit/access?site=…&amp;from=…&amp;until=…&amp;after=…</c>: the auditors' own access log, as <c>/v1/audit/access</c> tells it. Persons are keyed hashes.
/// <c>access.csv</c> and <c>access.json</c>: what the page shows, to be kept.
/// </summary>
internal static class AccessPage
{
    private const int PageSize = 100;

    public static async Task<IResult> AnswerAsync(HttpContext http, ListLooks looks, LogPlaces places)
    {
        var visit = Visit.Of(http);
        var (search, found, problem) = await FindAsync(visit, looks, places);
        return found is null ? problem! : visit.Page(visit.Words.Access, Body(visit, search!, found));
    }

    public static async Task<IResult> CsvAsync(HttpContext http, ListLooks looks, LogPlaces places)
    {
        var (_, found, problem) = await FindAsync(Visit.Of(http), looks, places);
        return found is null ? problem! : Download.Csv(
            http, "access.csv", ["at", "by", "what", "site", "controller", "record", "subjects", "reason"],
            found.Looks.Select(l => (IReadOnlyList<string?>)[Download.Moment(l.At), l.By, l.What, l.Site, l.Controller, l.Record, string.Join(' ', l.Subjects ?? []), l.Reason]));
    }

    public static async Task<IResult> JsonAsync(HttpContext http, ListLooks looks, LogPlaces places)
    {
        var (_, found, problem) = await FindAsync(Visit.Of(http), looks, places);
        return found is null ? problem! : Download.Json(http, "access.json", found);
    }

    private static async Task<(ReceiptSearch? Search, LookPage? Found, IResult? Problem)> FindAsync(Visit visit, ListLooks looks, LogPlaces places)
    {
        if (!visit.SeesPersons) return (null, null, ProblemPage.OfRole(visit));
        if (ReceiptSearch.Of(visit) is not { } search) return (null, null, ProblemPage.Of(visit, StatusCodes.Status400BadRequest, "bad-range"));
        var answer = await ReadAccess.AnswerAsync(
            visit.User, visit.Http.Response, looks, places, visit.Cancel, search.Site, search.FromMoment, search.UntilMoment, search.After, PageSize);
        return answer is JsonHttpResult<LookPage> { Value: { } found } ? (search, found, null) : (search, null, ProblemPage.Of(visit, answer));
    }

    private static string Body(Visit visit, ReceiptSearch search, LookPage found)
    {
        var (words, address) = (visit.Words, $"{AuditPages.Root}/access");
        var rows = found.Looks.Select(l => (IReadOnlyList<string>)
        [
            Html.Time(l.At, words), Html.Code(l.By), Html.Text(words.Looks.GetValueOrDefault(l.What, l.What)), Html.Code(l.Site ?? l.Controller), At(l), Html.Text(l.Reason),
        ]);
        return $"""
            <p>{Html.Text(words.AccessLead)}</p>
            <form class="card" method="get" action="{address}">
            {Html.Field(words.Site, "site", "site", attributes: $"value=\"{Html.Text(search.Site)}\"")}
            {Html.Field(words.From, "from", "from", "date", words.DaysHint, attributes: $"value=\"{ReceiptSearch.Written(search.From)}\"")}
            {Html.Field(words.Until, "until", "until", "date", attributes: $"value=\"{ReceiptSearch.Written(search.Until)}\"")}
            <button type="submit">{Html.Text(words.Show)}</button>
            </form>
            {(found.Looks.Count == 0 ? $"<p>{Html.Text(words.NoLooks)}</p>" : Html.Table(words.Access, [words.When, words.Who, words.What, words.Site, words.LookedAt, words.Reason], rows))}
            {(found.More ? $"<p>{Html.Link(search.Address(address, found.Next), words.More)}</p>" : "")}
            <ul class="actions"><li>{Html.Link(search.Address($"{address}.csv", search.After), words.AsCsv)}</li><li>{Html.Link(search.Address($"{address}.json", search.After), words.AsJson)}</li></ul>
            """;
    }

    private static string At(NotedLook look) => look.Record is { } record
        ? Html.Link($"{AuditPages.Root}/receipts/{Uri.EscapeDataString(record)}", record)
        : string.Join(' ', (look.Subjects ?? []).Select(Html.Code));
}
