using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit;

/// <summary><c>GET /v1/audit/trace/{receiptId}</c>: the story of one receipt, to those whom its site or controller is open to.</summary>
internal static class ReadTrace
{
    public static async Task<IResult> AnswerAsync(string receiptId, ClaimsPrincipal user, AuditLog log, CancellationToken cancel)
    {
        var heard = await GatherAsync(receiptId, log, cancel);
        return TraceStory.Tell(receiptId, heard) is { } trace && Tenancy.Allows(user, trace.Receipt.Site, trace.Receipt.Controller)
            ? TypedResults.Json(trace, ContractJson.Options)
            : UnknownReceipt();
    }

    /// <summary>What was heard of the receipt, of its cause and of its declaration.</summary>
    internal static async Task<List<Heard>> GatherAsync(string receiptId, AuditLog log, CancellationToken cancel)
    {
        var heard = await log.ReadAsync(AuditLog.TraceOf(receiptId), cancel);
        var receipt = heard.Select(h => h.As<ConsentChanged>()).OfType<ConsentChanged>().FirstOrDefault()?.Receipt;
        if (receipt?.CausedBy is { } cause) heard.AddRange(await log.ReadAsync(AuditLog.TraceOf(cause), cancel));
        if (receipt?.Declaration is { } hash) heard.AddRange(await log.ReadAsync(AuditLog.DeclarationOf(receipt.Site, hash), cancel));
        return heard;
    }

    private static ProblemHttpResult UnknownReceipt() => Problems.Because(404, "unknown-receipt", "There is no such receipt.",
        "Check the receipt's id; a receipt recorded just now is here within seconds.");
}
