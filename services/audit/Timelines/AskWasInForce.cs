using Consent.Audit.Holds;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Timelines;

/// <summary>
/// <c>POST /v1/audit/was-in-force</c> with <c>{"site":…,"subject":… or "address":… and "reason":…,"purpose":…,"at":…}</c>: was consent for the purpose (or topic) in force for this person at that
/// moment, by which receipt, on which text, and who had been told by then? Of whom nothing is held the answer is <c>unknown</c>. What marketing recorded counts from the receipt that came of it.
/// </summary>
internal static class AskWasInForce
{
    private const int LargestBody = 4096;

    public static async Task<IResult> AnswerAsync(HttpContext http, AuditLog log, FindPerson find, FindInForce inForce, RestrictedPersons restricted, AccessNotes looks, TimeProvider time, CancellationToken cancel)
    {
        var (question, problem) = await JsonBody.ReadAsync<Question>(http.Request, LargestBody);
        return question is null ? problem! : await TellAsync(question, http, log, find, inForce, restricted, looks, time, cancel);
    }

    internal static async Task<IResult> TellAsync(
        Question question, HttpContext http, AuditLog log, FindPerson find, FindInForce inForce, RestrictedPersons restricted, AccessNotes looks, TimeProvider time, CancellationToken cancel)
    {
        if (question.At is not { } at || at > time.Now()) return Problems.Because(400, "moment-needed", "No moment that has passed was named.", "Send at as 2026-06-03T12:00:00Z; what will be in force nobody knows.");
        if (string.IsNullOrEmpty(question.Purpose)) return Problems.Because(400, "purpose-needed", "No purpose was named.", "Send the id of a purpose or topic of the site.");
        var (person, problem) = await find.RunAsync(http, question.Site, question.Subject, question.Address, cancel, question.Reason);
        if (person is null) return problem!;
        var declarations = await SiteDeclarations.ReadAsync(log, person.Site, cancel);
        if (!declarations.EverDeclared(question.Purpose)) return Problems.UnknownPurpose(question.Purpose);
        var kept = await restricted.OfAsync(person.Site, person.Subjects, cancel);
        if (await RestrictedPersons.RefusalAsync(
            kept, http.User, question.Reason, what => looks.NoteAsync(http.User, what, person.Site, person.Controller, person.Subjects, question.Reason, cancel)) is { } refusal) return refusal;
        await looks.NoteAsync(http.User, "was-in-force", person.Site, person.Controller, person.Subjects, question.Reason, cancel);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(await inForce.RunAsync(http.User, person, question.Purpose, at, declarations, cancel, isOpened: true) with { Kept = kept }, ContractJson.Options);
    }

    internal sealed record Question(string? Site, string? Subject = null, string? Address = null, string? Purpose = null, DateTimeOffset? At = null, string? Reason = null);
}
