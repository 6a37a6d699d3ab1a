using Consent.Audit.Evidence;
using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <summary>
/// <c>GET /audit/receipts/{id}</c>: the story of one receipt, as <c>/v1/audit/trace/{id}</c> tells it, with its place in the log, checked at this look. <c>…/trace.json</c> and
/// <c>…/story.csv</c>: the same, to be kept.
/// </summary>
internal static class ReceiptPage
{
    public static async Task<IResult> AnswerAsync(string id, HttpContext http, ReadPageTrace read, CheckReceipt check)
    {
        var visit = Visit.Of(http);
        var (trace, problem) = await read.RunAsync(visit, id);
        return trace is null ? problem! : visit.Page(visit.Words.Receipt, Body(visit, trace, await check.RunAsync(trace.Receipt, visit.Cancel), null));
    }

    /// <summary>Posted with a reason, by a privacy officer: of whom is restricted too.</summary>
    public static async Task<IResult> AskedAsync(string id, HttpContext http, ReadPageTrace read, CheckReceipt check)
    {
        var visit = Visit.Of(http);
        var (form, refused) = await PostedForm.ReadAsync(visit);
        if (form is null) return refused!;
        var (trace, problem) = await read.RunAsync(visit, id, form["reason"]);
        return trace is null ? problem! : visit.Page(visit.Words.Receipt, Body(visit, trace, await check.RunAsync(trace.Receipt, visit.Cancel), form["reason"]));
    }

    public static async Task<IResult> JsonAsync(string id, HttpContext http, ReadPageTrace read)
    {
        var (trace, problem) = await read.RunAsync(Visit.Of(http), id);
        return trace is null ? problem! : Download.Json(http, "trace.json", trace);
    }

    public static async Task<IResult> CsvAsync(string id, HttpContext http, ReadPageTrace read)
    {
        var (trace, problem) = await read.RunAsync(Visit.Of(http), id);
        return trace is null ? problem! : Download.Csv(
            http, "story.csv", ["at", "what", "by", "text"], trace.Story.Select(step => (IReadOnlyList<string?>)[Download.Moment(step.At), step.What, step.By, step.Text]));
    }

    /// <param name="reason">With which it was asked: what is fetched from here is asked with it too.</param>
    private static string Body(Visit visit, Trace trace, CheckedReceipt check, string? reason)
    {
        var (words, receipt) = (visit.Words, trace.Receipt);
        var address = $"{AuditPages.Root}/receipts/{Uri.EscapeDataString(receipt.Id)}";
        var why = NoBanner.Why(receipt);
        var banner = why is not null ? "" : $"<li>{Html.Link($"{address}/banner", words.Banner)}</li>";
        var links = $"""
            <ul class="actions">
            <li>{Html.Link($"{address}/evidence.zip", words.Evidence)}</li>{banner}
            <li>{Html.Link($"{address}/trace.json", words.AsJson)}</li><li>{Html.Link($"{address}/story.csv", words.AsCsv)}</li>
            </ul>
            """;
        var asked = reason is null ? "" : $"""
            <form class="actions" method="post" action="{Html.Text(address)}/evidence.zip">{visit.Token()}{Html.Hidden("reason", reason)}<button type="submit">{Html.Text(words.Evidence)}</button></form>
            """;
        return $"""
            {ReceiptChecks.State(visit, check)}
            {(reason is null ? links : asked)}
            <h2>{Html.Text(words.Decided)}</h2>
            {Decisions(words, receipt)}
            <h2>{Html.Text(words.Shown)}</h2>
            {Shown(words, trace)}{(why is null ? "" : $"<p>{Html.Text($"{words.NoBanner} {words.NoBanners[why]}")}</p>")}
            <h2>{Html.Text(words.Story)}</h2>
            {ReceiptStory.Of(visit, trace, check)}
            <h2>{Html.Text(words.Details)}</h2>
            {Details(words, receipt)}
            <h2>{Html.Text(words.InTheLog)}</h2>
            {ReceiptChecks.Details(visit, check)}
            """;
    }

    private static string Decisions(Words words, Receipt receipt) => Html.Table(
        words.DecisionsCaption, [words.Purpose, words.Status, words.DecidedAt, words.ValidUntil, words.InThisReceipt],
        receipt.Purposes.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (IReadOnlyList<string>)
        [
            Html.Code(p.Key), Html.Text(words.Of(p.Value.Status)), Html.Time(p.Value.DecidedAt, words), p.Value.ValidUntil is { } until ? Html.Time(until, words) : Html.Text(words.NoEnd),
            Html.Text(receipt.Changed.Contains(p.Key, StringComparer.Ordinal) ? words.Yes : words.No),
        ]));

    /// <summary>The text in the language in which it was shown, marked as such; where that is not known, one of the texts, and that it is not.</summary>
    private static string Shown(Words words, Trace trace)
    {
        if (trace.Declaration is not { } shown) return $"<p>{Html.Text(words.NothingShown)}</p>";
        var version = Html.Link($"{AuditPages.Root}/sites/{Uri.EscapeDataString(trace.Receipt.Site)}/declarations/{shown.Hash}", words.VersionOf.Fill(("version", $"{shown.Version}")));
        var facts = Html.Facts((words.Declaration, version), (words.Hash, Html.Code(shown.Hash)), (words.PublishedAt, shown.PublishedAt is { } at ? Html.Time(at, words) : null));
        if (shown.Text is not { } text) return $"{facts}<p>{Html.Text(words.TextUnknown)}</p>";
        var language = Html.Text(text.Language);
        var entries = text.Purposes.Concat(text.Topics).Select(e => $"<div><dt lang=\"{language}\">{Html.Text(e.Name)}</dt><dd lang=\"{language}\">{Html.Text(e.Description)}</dd></div>");
        return $"""
            {facts}
            <p>{Html.Text(InWhich(words, text, trace.Receipt.Language))}</p>
            <dl>{string.Concat(entries)}</dl>
            """;
    }

    private static string InWhich(Words words, ShownText text, string? named)
    {
        if (text.OneOf is not { } languages) return words.ShownIn.Fill(("language", text.Language), ("controller", text.Controller));
        var unknown = named is null ? words.NamesNoLanguage : words.NamesOtherLanguage.Fill(("named", named));
        return $"{unknown} {words.OneOfTexts.Fill(("languages", string.Join(", ", languages)), ("language", text.Language), ("controller", text.Controller))}";
    }

    private static string Details(Words words, Receipt receipt) => Html.Facts(
        (words.ReceiptId, Html.Code(receipt.Id)),
        (words.Site, Html.Link($"{AuditPages.Root}/sites/{Uri.EscapeDataString(receipt.Site)}", receipt.Site)),
        (words.Subject, Html.Code(receipt.SubjectId)),
        (words.Version, Html.Text(words.VersionInEpoch.Fill(("version", words.Number(receipt.Version)), ("epoch", words.Number(receipt.Epoch))))),
        (words.Action, Html.Named(words.Actions, receipt.Action)),
        (words.Source, Html.Named(words.Sources, receipt.Source)),
        (words.Interface, Html.Text(string.Join(", ", new[] { receipt.Collection?.Build, receipt.Collection?.Layout, receipt.Collection?.Element }.Where(part => part is not null)))),
        (words.LanguageOfText, Html.Code(receipt.Language)),
        (words.Gpc, receipt.Gpc is true ? Html.Text(words.Yes) : null),
        (words.ActedBy, receipt.ActedBy is { } actor ? Html.Text(string.Join(", ", new[] { actor.Client, actor.Person, actor.Capacity }.Where(part => part is not null))) : null),
        (words.ImportedFrom, receipt.Imported is { } imported ? Html.Text($"{imported.System}, {imported.Reference}") : null),
        (words.Dropped, receipt.Dropped.Count == 0 ? null : Html.List(receipt.Dropped.Select(d => $"{Html.Code(d.Purpose)}: {Html.Named(words.Drops, d.Reason)}"))),
        (words.Previous, receipt.Previous is { } before ? Html.Link($"{AuditPages.Root}/receipts/{Uri.EscapeDataString(before)}", before) : null),
        (words.CausedBy, Html.Code(receipt.CausedBy)));
}
