using Consent.Audit.Holds;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Timelines;

/// <summary>
/// <c>GET /v1/audit/subjects/{id}/timeline?site=…&amp;after=…&amp;limit=…</c>, and <c>POST /v1/audit/timeline</c> with <c>{"site":…,"subject":…}</c> or <c>{"site":…,"address":…,"reason":…}</c>, because
/// an address never stands in a URL: all receipts, opt-ins, opt-outs and erasures of one person on one site, in the order of their recording, each with who had applied it when and
/// where it stands in the log. Of whom nothing is known, and of whom all was erased, nothing is told but when an address was erased. Who is restricted is shown to a privacy officer
/// alone, who says why by <c>reason</c>, in the POST.
/// </summary>
internal static class ReadTimeline
{
    private const int MostEvents = 200, LargestBody = 4096;

    public static Task<IResult> OfSubjectAsync(
        string id, HttpContext http, FindPerson find, GatherTimeline gather, RestrictedPersons restricted, AccessNotes looks, CancellationToken cancel, string? site = null, string? after = null,
        int limit = 50) => AnswerAsync(new Question(site, id, null, after, limit), http, find, gather, restricted, looks, cancel);

    public static async Task<IResult> AskedAsync(HttpContext http, FindPerson find, GatherTimeline gather, RestrictedPersons restricted, AccessNotes looks, CancellationToken cancel)
    {
        var (question, problem) = await JsonBody.ReadAsync<Question>(http.Request, LargestBody);
        return question is null ? problem! : await AnswerAsync(question, http, find, gather, restricted, looks, cancel);
    }

    internal static async Task<IResult> AnswerAsync(
        Question question, HttpContext http, FindPerson find, GatherTimeline gather, RestrictedPersons restricted, AccessNotes looks, CancellationToken cancel)
    {
        if (question.Limit is < 1 or > MostEvents || TimelinePlace.Read(question.After) is not { } after)
            return Problems.Because(400, "bad-range", "The range cannot be answered.", $"Ask for limit 1 to {MostEvents}, and after as the next of the answer before.");
        var (person, problem) = await find.RunAsync(http, question.Site, question.Subject, question.Address, cancel, question.Reason);
        if (person is null) return problem!;
        var kept = await restricted.OfAsync(person.Site, person.Subjects, cancel);
        if (await RestrictedPersons.RefusalAsync(
            kept, http.User, question.Reason, what => looks.NoteAsync(http.User, what, person.Site, person.Controller, person.Subjects, question.Reason, cancel)) is { } refusal) return refusal;
        await looks.NoteAsync(http.User, "timeline", person.Site, person.Controller, person.Subjects, question.Reason, cancel);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(await gather.RunAsync(http.User, person, after, question.Limit, cancel, isOpened: true) with { Kept = kept }, ContractJson.Options);
    }

    internal sealed record Question(string? Site, string? Subject = null, string? Address = null, string? After = null, int Limit = 50, string? Reason = null);
}
