using System.Globalization;
using Consent.Audit.Holds;
using Consent.Audit.Logs;
using Consent.Audit.Timelines;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Pages;

/// <summary>
/// <c>POST /audit/in-force</c>: was consent in force for a person and a purpose at a moment, and who had been told by then? Answered as <c>/v1/audit/was-in-force</c> does, in plain words.
/// </summary>
internal static class InForcePage
{
    /// <summary>As a browser sends a moment, without a zone: UTC is meant, and said at the field.</summary>
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.fff"];

    public static async Task<IResult> AnswerAsync(
        HttpContext http, AuditLog log, FindPerson find, FindInForce inForce, RestrictedPersons restricted, AccessNotes looks, TimeProvider time, LogSites sites)
    {
        var visit = Visit.Of(http);
        var (form, told, problem) = await AskAsync(visit, log, find, inForce, restricted, looks, time);
        if (form is null) return problem!;
        return told is null
            ? await RefusedForm.OfAsync(visit, problem!, name => form[name], sites, HomeForms.InForce)
            : visit.Page(visit.Words.InForceTitle, Body(visit.Words, told) + Again(visit, form));
    }

    /// <summary>The same answer, to be kept.</summary>
    public static async Task<IResult> JsonAsync(
        HttpContext http, AuditLog log, FindPerson find, FindInForce inForce, RestrictedPersons restricted, AccessNotes looks, TimeProvider time)
    {
        var visit = Visit.Of(http);
        var (form, told, problem) = await AskAsync(visit, log, find, inForce, restricted, looks, time);
        if (form is null) return problem!;
        return told is null ? ProblemPage.Of(visit, problem!) : Download.Json(http, "in-force.json", told);
    }

    /// <returns>With a form, the problem is that of the API; without one, a page.</returns>
    private static async Task<(PostedForm? Form, InForceAnswer? Told, IResult? Problem)> AskAsync(
        Visit visit, AuditLog log, FindPerson find, FindInForce inForce, RestrictedPersons restricted, AccessNotes looks, TimeProvider time)
    {
        if (!visit.SeesPersons) return (null, null, ProblemPage.OfRole(visit));
        var (form, problem) = await PostedForm.ReadAsync(visit);
        if (form is null) return (null, null, problem);
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        var at = DateTimeOffset.TryParseExact(form["at"], Forms, CultureInfo.InvariantCulture, Utc, out var read) ? read : (DateTimeOffset?)null;
        var question = new AskWasInForce.Question(form["site"], form["subject"], form["address"], form["purpose"], at, form["reason"]);
        var answer = await AskWasInForce.TellAsync(question, visit.Http, log, find, inForce, restricted, looks, time, visit.Cancel);
        return answer is JsonHttpResult<InForceAnswer> { Value: { } told } ? (form, told, null) : (form, null, answer);
    }

    private static string Body(Words words, InForceAnswer told)
    {
        var sentence = (told.Answer switch
        {
            InForceVerdict.Yes => words.InForceYes,
            InForceVerdict.No => words.InForceNo,
            InForceVerdict.NotNeeded => words.InForceNotNeeded,
            _ => told.ErasedAt is null ? words.InForceUnknown : words.InForceErased,
        }).Fill(("purpose", told.Purpose), ("at", words.Moment(told.At)));
        var look = told.Answer switch { InForceVerdict.Yes => "good", InForceVerdict.No => "bad", _ => "open" };
        return $"""
            <div class="state {look}"><strong>{Html.Text(words.Of(told.Answer))}</strong><p>{Html.Text(sentence)}</p></div>
            {KeptNotice.Of(words, told.Kept)}
            {Html.Facts(
                (words.Site, Html.Code(told.Site)),
                (words.Purpose, Html.Code(told.Purpose)),
                (words.Status, told.Status is { } status ? Html.Text(words.Of(status)) : null),
                (words.DecidedAt, told.DecidedAt is { } decided ? Html.Time(decided, words) : null),
                (words.ValidUntil, told.ValidUntil is { } until ? Html.Time(until, words) : null),
                (words.ErasedAt, told.ErasedAt is { } erased ? Html.Time(erased, words) : null),
                (words.NewestReceipt, told.Receipt is { } receipt ? Receipt(words, receipt) : null),
                (words.DecidedIn, told.DecidedIn is { } id ? ReceiptLink(id) : null))}
            {Shown(words, told)}
            <h2>{Html.Text(words.WhoHadBeenTold)}</h2>
            {Who(words, words.ToldByThen, told.Told)}
            {Who(words, words.ToldLater, told.ToldLater)}
            <p>{Html.Link(AuditPages.Root, words.BackHome)}</p>
            """;
    }

    private static string Again(Visit visit, PostedForm form)
    {
        var fields = string.Concat(new[] { "site", "subject", "address", "reason", "purpose", "at" }.Select(name => Html.Hidden(name, form[name])));
        return $"<form class=\"actions\" method=\"post\" action=\"{AuditPages.Root}/in-force.json\">{visit.Token()}{fields}<button type=\"submit\" class=\"quiet\">{Html.Text(visit.Words.AsJson)}</button></form>";
    }

    private static string Receipt(Words words, InForceReceipt receipt) =>
        ReceiptLink(receipt.Id) + (receipt.Log is { } place ? $", {Html.Text(words.EntryOf.Fill(("n", words.Number(place.Index)), ("log", place.Log)))}" : "");

    private static string ReceiptLink(string id) => Html.Link($"{AuditPages.Root}/receipts/{Uri.EscapeDataString(id)}", id);

    private static string Shown(Words words, InForceAnswer told)
    {
        if ((told.Shown ?? told.Declaration) is not { } declaration) return "";
        var link = Html.Link($"{AuditPages.Root}/sites/{Uri.EscapeDataString(told.Site)}/declarations/{declaration.Hash}", words.VersionOf.Fill(("version", $"{declaration.Version}")));
        var entry = declaration.Text?.Purposes.Concat(declaration.Text.Topics).FirstOrDefault(e => e.Id == told.Purpose);
        var text = entry is null ? "" : $"{OneOf(words, declaration.Text!)}<p lang=\"{Html.Text(declaration.Text!.Language)}\">{Html.Text(entry.Name)}: {Html.Text(entry.Description)}</p>";
        return $"<h2>{Html.Text(told.Shown is null ? words.InForceThen : words.Shown)}</h2><p>{link}</p>{text}";
    }

    /// <summary>Where it is not known in which language the text was shown.</summary>
    private static string OneOf(Words words, ShownText text) => text.OneOf is not { } languages ? ""
        : $"<p>{Html.Text(words.OneOfTexts.Fill(("languages", string.Join(", ", languages)), ("language", text.Language), ("controller", text.Controller)))}</p>";

    private static string Who(Words words, string title, IReadOnlyList<Application>? applied) => applied is not { Count: > 0 }
        ? $"<h3>{Html.Text(title)}</h3><p>{Html.Text(words.Nobody)}</p>"
        : $"<h3>{Html.Text(title)}</h3>{Html.List(applied.Select(a => $"{Html.Code(a.Subscriber)} {Html.Time(a.AppliedAt, words)}"))}";
}
