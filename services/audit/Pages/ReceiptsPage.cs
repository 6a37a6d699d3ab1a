using Consent.Audit.Logs;
using Consent.Audit.Timelines;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Pages;

/// <summary>
/// <c>GET /audit/receipts?site=…&amp;purpose=…&amp;declaration=…&amp;from=…&amp;until=…&amp;campaign=…&amp;subscriber=…&amp;before=…</c> or <c>after=…</c>: the
/// receipts that <c>/v1/audit/receipts</c> finds, as a table, the newest first; with <c>id=…</c>, that receipt. <c>receipts.csv</c> and <c>receipts.json</c>: what the page shows, to be kept.
/// </summary>
internal static class ReceiptsPage
{
    public static async Task<IResult> AnswerAsync(HttpContext http, FollowReceipts receipts, OpenTraces traces, CampaignNotes notes, LogSites sites)
    {
        var visit = Visit.Of(http);
        if (!visit.SeesPersons) return ProblemPage.OfRole(visit);
        if (visit.Asked("id") is { } id) return TypedResults.Redirect($"{AuditPages.Root}/receipts/{Uri.EscapeDataString(id)}");
        var (search, found, problem) = await FindAsync(visit, receipts, traces, notes);
        return found is null
            ? await RefusedForm.OfAsync(visit, problem!, visit.Asked, sites, HomeForms.Receipts)
            : visit.Page(visit.Words.Receipts, Body(visit, search!, found));
    }

    public static async Task<IResult> CsvAsync(HttpContext http, FollowReceipts receipts, OpenTraces traces, CampaignNotes notes)
    {
        var visit = Visit.Of(http);
        if (!visit.SeesPersons) return ProblemPage.OfRole(visit);
        var (_, found, problem) = await FindAsync(visit, receipts, traces, notes);
        return found is null ? ProblemPage.Of(visit, problem!) : Download.Csv(
            http, "receipts.csv", ["id", "site", "version", "action", "source", "recordedAt", "heardAt", "changed", "declaration", "appliedAt"],
            found.Receipts.Select(r => (IReadOnlyList<string?>)
            [
                r.Id, r.Site, $"{r.Version}", r.Action, r.Source, Download.Moment(r.RecordedAt), Download.Moment(r.HeardAt), string.Join(' ', r.Changed), r.Declaration, Download.Moment(r.AppliedAt),
            ]));
    }

    public static async Task<IResult> JsonAsync(HttpContext http, FollowReceipts receipts, OpenTraces traces, CampaignNotes notes)
    {
        var visit = Visit.Of(http);
        if (!visit.SeesPersons) return ProblemPage.OfRole(visit);
        var (_, found, problem) = await FindAsync(visit, receipts, traces, notes);
        return found is null ? ProblemPage.Of(visit, problem!) : Download.Json(http, "receipts.json", found);
    }

    private static async Task<(ReceiptSearch? Search, ListReceipts.Page? Found, IResult? Problem)> FindAsync(
        Visit visit, FollowReceipts receipts, OpenTraces traces, CampaignNotes notes)
    {
        if (ReceiptSearch.Of(visit) is not { } search) return (null, null, RefusedForm.BadRange());
        var wanted = new ReceiptFilter(search.Site, search.Purpose, search.Declaration, search.FromMoment, search.UntilMoment);
        var answer = await ListReceipts.FindAsync(
            visit.User, receipts, traces, notes, wanted, search.Campaign, search.Subscriber, search.Place, ReceiptSearch.PageSize, visit.Cancel);
        if (answer is not JsonHttpResult<ListReceipts.Page> { Value: { } found }) return (search, null, answer);
        return (search, search.Place.IsDown ? found : found with { Receipts = [.. Enumerable.Reverse(found.Receipts)] }, null);
    }

    private static string Body(Visit visit, ReceiptSearch search, ListReceipts.Page found)
    {
        var words = visit.Words;
        var asked = Html.Facts(
            (words.Site, Html.Code(search.Site)), (words.Purpose, Html.Code(search.Purpose)), (words.Declaration, Html.Code(search.Declaration)),
            (words.From, Html.Text(ReceiptSearch.Written(search.From))), (words.Until, Html.Text(ReceiptSearch.Written(search.Until))),
            (words.Campaign, Html.Code(search.Campaign)), (words.Subscriber, Html.Code(search.Subscriber)));
        var next = ListLinks.Of(words, search, $"{AuditPages.Root}/receipts", found.Next, found.More);
        if (found.Receipts.Count == 0) return $"{asked}<p>{Html.Text(found.More ? words.NoneInPart : words.NoReceipts)}</p>{next}<p>{Html.Link(AuditPages.Root, words.BackHome)}</p>";

        var headings = new List<string> { words.RecordedAt, words.Receipt, words.Site, words.Decided, words.Action };
        if (search.Subscriber is not null) headings.Add(words.AppliedAt);
        var rows = found.Receipts.Select(r => (IReadOnlyList<string>)
        [
            Html.Time(r.RecordedAt, words), Html.Link($"{AuditPages.Root}/receipts/{Uri.EscapeDataString(r.Id)}", r.Id), Html.Code(r.Site), Html.Text(string.Join(", ", r.Changed)),
            Html.Named(words.Actions, r.Action), .. search.Subscriber is null ? (IEnumerable<string>)[] : [r.AppliedAt is { } at ? Html.Time(at, words) : ""],
        ]);
        return $"""
            {asked}
            {Html.Table(words.ReceiptsFound.Fill(("n", words.Number(found.Receipts.Count))), headings, rows)}
            {next}
            <ul class="actions">
            <li>{Html.Link(search.Address($"{AuditPages.Root}/receipts.csv", search.Place), words.AsCsv)}</li>
            <li>{Html.Link(search.Address($"{AuditPages.Root}/receipts.json", search.Place), words.AsJson)}</li>
            </ul>
            """;
    }
}
