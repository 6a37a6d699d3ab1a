using Consent.Audit.Access;
using Consent.Audit.Logs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Pages;

/// <summary>
/// <c>GET /audit/access?site=…&amp;from=…&amp;until=…&amp;before=…</c> or <c>after=…</c>: the auditors' own access log, as <c>/v1/audit/access</c> tells it, the newest first. Persons are
/// keyed hashes.
/// <c>access.csv</c> and <c>access.json</c>: what the page shows, to be kept.
/// </summary>
internal static class AccessPage
{
    private const int PageSize = 100;

    public static async Task<IResult> AnswerAsync(HttpContext http, ListLooks looks, LogPlaces places)
    {
        var visit = Visit.Of(http);
        var (search, found, problem) = await FindAsync(visit, looks, places);
        if (found is not null) return visit.Page(visit.Words.Access, Body(visit, search!, found));
        return visit.SeesPersons ? RefusedForm.Of(visit, problem!, visit.Asked, (of, filled) => Form(of.Words, filled)) : ProblemPage.OfRole(visit);
    }

    public static async Task<IResult> CsvAsync(HttpContext http, ListLooks looks, LogPlaces places)
    {
        var visit = Visit.Of(http);
        var (_, found, problem) = await FindAsync(visit, looks, places);
        return found is null ? ProblemPage.Of(visit, problem!) : Download.Csv(
            http, "access.csv", ["at", "by", "what", "site", "controller", "record", "subjects", "reason"],
            found.Looks.Select(l => (IReadOnlyList<string?>)[Download.Moment(l.At), l.By, l.What, l.Site, l.Controller, l.Record, string.Join(' ', l.Subjects ?? []), l.Reason]));
    }

    public static async Task<IResult> JsonAsync(HttpContext http, ListLooks looks, LogPlaces places)
    {
        var visit = Visit.Of(http);
        var (_, found, problem) = await FindAsync(visit, looks, places);
        return found is null ? ProblemPage.Of(visit, problem!) : Download.Json(http, "access.json", found);
    }

    private static async Task<(ReceiptSearch? Search, LookPage? Found, IResult? Problem)> FindAsync(Visit visit, ListLooks looks, LogPlaces places)
    {
        if (!visit.SeesPersons) return (null, null, ProblemPage.RoleNeeded());
        if (ReceiptSearch.Of(visit) is not { } search) return (null, null, RefusedForm.BadRange());
        var answer = await ReadAccess.FindAsync(
            visit.User, visit.Http.Response, looks, places, search.Site, search.FromMoment, search.UntilMoment, search.Place, PageSize, visit.Cancel);
        if (answer is not JsonHttpResult<LookPage> { Value: { } found }) return (search, null, answer);
        return (search, search.Place.IsDown ? found : found with { Looks = [.. Enumerable.Reverse(found.Looks)] }, null);
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
            {Form(words, new Filled(visit.Asked))}
            {(found.Looks.Count == 0 ? $"<p>{Html.Text(words.NoLooks)}</p>" : Html.Table(words.Access, [words.When, words.Who, words.What, words.Site, words.LookedAt, words.Reason], rows))}
            {ListLinks.Of(words, search, address, found.Next, found.More)}
            <ul class="actions"><li>{Html.Link(search.Address($"{address}.csv", search.Place), words.AsCsv)}</li><li>{Html.Link(search.Address($"{address}.json", search.Place), words.AsJson)}</li></ul>
            """;
    }

    private static string Form(Words words, Filled filled) => $"""
        <form class="card" method="get" action="{AuditPages.Root}/access">
        {FormSent.Mark}
        {filled.Field(words.Site, "site", "site")}
        {filled.Field(words.From, "from", "from", "date", words.DaysHint)}
        {filled.Field(words.Until, "until", "until", "date")}
        <button type="submit">{Html.Text(words.Show)}</button>
        </form>
        """;

    private static string At(NotedLook look) => look.Record is { } record
        ? Html.Link($"{AuditPages.Root}/receipts/{Uri.EscapeDataString(record)}", record)
        : string.Join(' ', (look.Subjects ?? []).Select(Html.Code));
}
