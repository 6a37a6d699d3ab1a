using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit;

/// <summary>
/// <c>GET /v1/audit/trace/{id}</c>: the story of one receipt, to those whom its site or controller is open to. By its own id, or by that of the record of
/// marketing that led to it, which is what a check of an address tells.
/// </summary>
internal static class ReadTrace
{
    public static async Task<IResult> AnswerAsync(string id, ClaimsPrincipal user, AuditLog log, AccessNotes looks, CancellationToken cancel)
    {
        var heard = await GatherAsync(id, log, cancel);
        if (TraceStory.Tell(id, heard) is not { } trace || !Tenancy.Allows(user, trace.Receipt.Site, trace.Receipt.Controller)) return UnknownReceipt();
        await looks.NoteAsync(user, "trace", trace.Receipt.Site, trace.Receipt.Controller, trace.Receipt.Id, cancel);
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
}
