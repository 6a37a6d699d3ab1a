using System.Security.Claims;
using Consent.Audit.Holds;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit;

/// <summary>
/// <c>GET /v1/audit/trace/{id}</c>: the story of one receipt, to those whom its site or controller is open to. By its own id, or by that of the record of
/// marketing that led to it, which is what a check of an address tells. <c>POST /v1/audit/trace</c> with <c>{"id":…,"reason":…}</c>: the same for a privacy officer, of whom is restricted too.
/// </summary>
internal static class ReadTrace
{
    private const int LargestBody = 4096;

    public static Task<IResult> AnswerAsync(string id, ClaimsPrincipal user, AuditLog log, RestrictedPersons restricted, AccessNotes looks, CancellationToken cancel) =>
        TellAsync(id, null, user, log, restricted, looks, cancel);

    public static async Task<IResult> AskedAsync(HttpContext http, AuditLog log, RestrictedPersons restricted, AccessNotes looks, CancellationToken cancel)
    {
        var (question, problem) = await JsonBody.ReadAsync<Question>(http.Request, LargestBody);
        if (question is null) return problem!;
        http.Response.Headers.CacheControl = "no-store";
        return string.IsNullOrEmpty(question.Id) ? UnknownReceipt() : await TellAsync(question.Id, question.Reason, http.User, log, restricted, looks, cancel);
    }

    /// <param name="reason">Why the caller asks; null where he says none.</param>
    internal static async Task<IResult> TellAsync(
        string id, string? reason, ClaimsPrincipal user, AuditLog log, RestrictedPersons restricted, AccessNotes looks, CancellationToken cancel)
    {
        var heard = await GatherAsync(id, log, cancel);
        if (TraceStory.Tell(id, heard) is not { } trace || !Tenancy.Allows(user, trace.Receipt.Site, trace.Receipt.Controller)) return UnknownReceipt();
        var kept = await restricted.OfAsync(trace.Receipt.Site, [trace.Receipt.SubjectId], cancel);
        if (await RestrictedPersons.RefusalAsync(
            kept, user, reason, what => looks.NoteAsync(user, what, trace.Receipt.Site, trace.Receipt.Controller, trace.Receipt.Id, reason, cancel)) is { } refusal) return refusal;
        await looks.NoteAsync(user, "trace", trace.Receipt.Site, trace.Receipt.Controller, trace.Receipt.Id, reason, cancel);
        return TypedResults.Json(trace, ContractJson.Options);
    }

    /// <summary>What was heard of the receipt, of its cause and of its declaration.</summary>
    internal static async Task<List<Heard>> GatherAsync(string id, AuditLog log, CancellationToken cancel)
    {
        var heard = await log.ReadAsync(AuditLog.TraceOf(id), cancel);
        foreach (var caused in heard.Where(h => h.Kind == PersonTraces.Caused).ToList()) heard.AddRange(await log.ReadAsync(AuditLog.TraceOf(caused.EventId), cancel));
        var receipt = TraceStory.ReceiptOf(id, heard).Event?.Receipt;
        if (receipt?.CausedBy is { } cause && cause != id) heard.AddRange(await log.ReadAsync(AuditLog.TraceOf(cause), cancel));
        if (receipt?.Declaration is { } hash) heard.AddRange(await log.ReadAsync(AuditLog.DeclarationOf(receipt.Site, hash), cancel));
        return heard;
    }

    internal static ProblemHttpResult UnknownReceipt() => Problems.Because(404, "unknown-receipt", "There is no such receipt.",
        "Check the receipt's id; a receipt recorded just now is here within seconds.");

    private sealed record Question(string? Id = null, string? Reason = null);
}
