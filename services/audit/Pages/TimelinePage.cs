using Consent.Audit.Holds;
using Consent.Audit.Logs;
using Consent.Audit.Timelines;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Pages;

/// <summary>
/// <c>POST /audit/timeline</c>: what happened to one person's choices on a site, as <c>/v1/audit/timeline</c> tells it, page by page. He is named by a pseudonym, or by his address with a
/// reason; both are posted, and stand in no address and no title. <c>timeline.csv</c> and <c>timeline.json</c>: the same, to be kept.
/// </summary>
internal static class TimelinePage
{
    private const int PageSize = 50;

    public static async Task<IResult> AnswerAsync(HttpContext http, FindPerson find, GatherTimeline gather, RestrictedPersons restricted, AccessNotes looks, LogSites sites)
    {
        var visit = Visit.Of(http);
        var (form, told, problem) = await AskAsync(visit, find, gather, restricted, looks);
        if (form is null) return problem!;
        return told is null ? await RefusedForm.OfAsync(visit, problem!, name => form[name], sites, HomeForms.Timeline) : visit.Page(visit.Words.Timeline, Body(visit, form, told));
    }

    public static async Task<IResult> JsonAsync(HttpContext http, FindPerson find, GatherTimeline gather, RestrictedPersons restricted, AccessNotes looks)
    {
        var visit = Visit.Of(http);
        var (form, told, problem) = await AskAsync(visit, find, gather, restricted, looks);
        return told is null ? Refused(visit, form, problem!) : Download.Json(http, "timeline.json", told);
    }

    public static async Task<IResult> CsvAsync(HttpContext http, FindPerson find, GatherTimeline gather, RestrictedPersons restricted, AccessNotes looks)
    {
        var visit = Visit.Of(http);
        var (form, told, problem) = await AskAsync(visit, find, gather, restricted, looks);
        return told is null ? Refused(visit, form, problem!) : Download.Csv(
            http, "timeline.csv", ["at", "what", "id", "decided", "topics", "action", "source", "campaign", "declaration", "applied", "log", "entry"],
            told.Events.Select(e => (IReadOnlyList<string?>)
            [
                Download.Moment(e.At), visit.Words.Of(e.What), e.Id, string.Join(' ', (e.Decided ?? new Dictionary<string, Contracts.Decision>()).Select(d => $"{d.Key}={d.Value}")),
                string.Join(' ', e.Topics ?? []), e.Action, e.Source, e.Campaign, e.Declaration, string.Join(' ', (e.Applied ?? []).Select(a => $"{a.Subscriber}={Download.Moment(a.AppliedAt)}")),
                e.Log?.Log, e.Log is null ? null : $"{e.Log.Index}",
            ]));
    }

    /// <summary>In the place of a file, whose form holds nothing that somebody typed there.</summary>
    private static IResult Refused(Visit visit, PostedForm? form, IResult problem) => form is null ? problem : ProblemPage.Of(visit, problem);

    /// <returns>With a form, the problem is that of the API; without one, a page.</returns>
    private static async Task<(PostedForm? Form, Timeline? Told, IResult? Problem)> AskAsync(
        Visit visit, FindPerson find, GatherTimeline gather, RestrictedPersons restricted, AccessNotes looks)
    {
        if (!visit.SeesPersons) return (null, null, ProblemPage.OfRole(visit));
        var (form, problem) = await PostedForm.ReadAsync(visit);
        if (form is null) return (null, null, problem);
        var question = new ReadTimeline.Question(form["site"], form["subject"], form["address"], form["after"], PageSize, form["reason"]);
        var answer = await ReadTimeline.AnswerAsync(question, visit.Http, find, gather, restricted, looks, visit.Cancel);
        return answer is JsonHttpResult<Timeline> { Value: { } told } ? (form, told, null) : (form, null, answer);
    }

    private static string Body(Visit visit, PostedForm form, Timeline told)
    {
        var words = visit.Words;
        var facts = Html.Facts((words.Site, Html.Code(told.Site)), (words.Subject, Html.List(told.Subjects.Select(Html.Code))));
        if (told.Events.Count == 0) return $"{KeptNotice.Of(words, told.Kept)}{facts}<p>{Html.Text(words.NothingHeld)}</p><p>{Html.Link(AuditPages.Root, words.BackHome)}</p>";
        var rows = told.Events.Select(e => (IReadOnlyList<string>)
        [
            Html.Time(e.At, words), What(words, e), Told(words, e), Html.List((e.Applied ?? []).Select(a => $"{Html.Code(a.Subscriber)} {Html.Time(a.AppliedAt, words)}")),
            e.Log is { } place ? Html.Text(words.EntryOf.Fill(("n", words.Number(place.Index)), ("log", place.Log))) : Html.Text(words.NotYetShort),
        ]);
        var more = told.Next is null ? "" : Again(visit, form, "timeline", told.Next, words.More);
        return $"""
            {KeptNotice.Of(words, told.Kept)}
            {facts}
            {Html.Table(words.TimelineCaption, [words.When, words.What, words.Details, words.AppliedBy, words.InTheLog], rows)}
            <div class="actions">{more}{Again(visit, form, "timeline.csv", form["after"], words.AsCsv)}{Again(visit, form, "timeline.json", form["after"], words.AsJson)}</div>
            """;
    }

    private static string What(Words words, TimelineEvent e) => e is { What: TimelineWhat.Receipt, Id: { } id }
        ? Html.Link($"{AuditPages.Root}/receipts/{Uri.EscapeDataString(id)}", words.Of(e.What))
        : Html.Text(words.Of(e.What) + (e.TakenBackBy is null ? "" : $" ({words.TakenBackLater})"));

    private static string Told(Words words, TimelineEvent e)
    {
        var parts = (e.Decided ?? new Dictionary<string, Contracts.Decision>()).Select(d => $"{Html.Code(d.Key)}: {Html.Text(words.Of(d.Value))}")
            .Concat((e.Topics ?? []).Select(Html.Code)).ToList();
        if (e.Action is { } action) parts.Add($"{Html.Text(words.Action)}: {Html.Named(words.Actions, action)}");
        if (e.Campaign is { } campaign) parts.Add($"{Html.Text(words.Campaign)}: {Html.Code(campaign)}");
        return parts.Count == 0 ? "" : Html.List(parts);
    }

    /// <summary>The same person asked for once more, as he was named.</summary>
    private static string Again(Visit visit, PostedForm form, string path, string? after, string words)
    {
        var fields = string.Concat(new[] { "site", "subject", "address", "reason" }.Select(name => Html.Hidden(name, form[name])));
        return $"<form method=\"post\" action=\"{AuditPages.Root}/{path}\">{visit.Token()}{fields}{Html.Hidden("after", after)}<button type=\"submit\" class=\"quiet\">{Html.Text(words)}</button></form>";
    }
}
