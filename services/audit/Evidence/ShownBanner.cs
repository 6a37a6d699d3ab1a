using System.Security.Claims;
using Consent.Audit.Holds;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Evidence;

/// <summary>
/// <c>GET /v1/audit/trace/{id}/banner</c>: sends on to where the banner's service shows, as a page without script, the layer that the receipt names, of the declaration and in the language
/// that it names, as it stood after the receipt before. Which build made it is told there: audit has no banners. Where no banner was shown, 404 <c>no-banner</c> says why.
/// </summary>
internal static class ShownBanner
{
    /// <summary>In the place of a hash, of a receipt before that names no declaration, or was not heard of here.</summary>
    private const string Unnamed = "unnamed";

    public static async Task<IResult> AnswerAsync(string id, ClaimsPrincipal user, HttpContext http, AuditLog log, RestrictedPersons restricted, AccessNotes looks, CancellationToken cancel)
    {
        var heard = await ReadTrace.GatherAsync(id, log, cancel);
        if (TraceStory.Tell(id, heard) is not { Receipt: { } receipt } || !Tenancy.Allows(user, receipt.Site, receipt.Controller)) return ReadTrace.UnknownReceipt();
        if (await RestrictedPersons.RefusalAsync(
            await restricted.OfAsync(receipt.Site, [receipt.SubjectId], cancel), user, reason: null, what => looks.NoteAsync(user, what, receipt.Site, receipt.Controller, receipt.Id, cancel)) is { } refusal) return refusal;
        if (NoBanner.Why(receipt) is { } why)
            return Problems.Because(404, "no-banner", "No banner was shown.", $"{NoBanner.Sentence(why)} What the person was told is in the trace, under declaration.", [new("why", why)]);
        var before = receipt.Previous is { } previous ? TraceStory.ReceiptOf(previous, await log.ReadAsync(AuditLog.TraceOf(previous), cancel)).Event?.Receipt : null;
        await looks.NoteAsync(user, "banner", receipt.Site, receipt.Controller, receipt.Id, cancel);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Redirect(HrefOf(receipt, before));
    }

    /// <summary>On the gateway's own origin, and fit for a frame there. Names nobody. Pure.</summary>
    /// <param name="receipt">One of a choice on the banner.</param>
    /// <param name="before">The one before it in its stream; null for none, and where it is not known here.</param>
    public static string HrefOf(Receipt receipt, Receipt? before)
    {
        var decided = receipt.Changed.Concat(receipt.Dropped.Select(d => d.Purpose)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var held = before?.Purposes.Where(p => p.Value.ValidUntil is null || p.Value.ValidUntil > receipt.RecordedAt).Select(p => (Id: p.Key, Stood: Stood(p.Value)))
            .Where(p => p.Stood is not null).OrderBy(p => p.Id, StringComparer.Ordinal).Select(p => $"{p.Id}:{p.Stood}");
        (string Name, string? Value)[] parts =
        [
            ("lang", receipt.Language), ("layout", receipt.Collection?.Layout), ("build", receipt.Collection?.Build), ("element", receipt.Collection?.Element), ("gpc", receipt.Gpc == true ? "1" : null),
            ("action", receipt.Action), ("decided", string.Join(',', decided)), ("earlier", receipt.Previous is null ? null : before?.Declaration ?? Unnamed),
            ("held", held is null ? null : string.Join(',', held)),
        ];
        var query = string.Join('&', parts.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
        return $"/banner/{Uri.EscapeDataString(receipt.Site)}/shown/{Uri.EscapeDataString(receipt.Declaration ?? "")}?{query}";
    }

    /// <summary>For what it was given, or that it was refused; null for what was neither.</summary>
    private static string? Stood(PurposeDecision decision) => decision.IsNo ? "no" : decision.Status == Decision.Given ? decision.Meaning : null;
}
