using System.Security.Claims;
using Consent.Audit.Holds;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Evidence;

/// <summary>
/// <c>GET /v1/audit/trace/{id}/banner</c>: sends on to where the banner's service shows, as a page without script, the layer that the receipt names, of the declaration and in the language
/// that it names. Which build made it is told there: audit has no banners.
/// </summary>
internal static class ShownBanner
{
    public static async Task<IResult> AnswerAsync(string id, ClaimsPrincipal user, HttpContext http, AuditLog log, RestrictedPersons restricted, AccessNotes looks, CancellationToken cancel)
    {
        var heard = await ReadTrace.GatherAsync(id, log, cancel);
        if (TraceStory.Tell(id, heard) is not { Receipt: { } receipt } || !Tenancy.Allows(user, receipt.Site, receipt.Controller)) return ReadTrace.UnknownReceipt();
        if (await RestrictedPersons.RefusalAsync(
            await restricted.OfAsync(receipt.Site, [receipt.SubjectId], cancel), user, reason: null, what => looks.NoteAsync(user, what, receipt.Site, receipt.Controller, receipt.Id, cancel)) is { } refusal) return refusal;
        if (HrefOf(receipt) is not { } href)
            return Problems.Because(404, "no-banner", "No banner was shown.", "This decision was not taken on a banner; what the person was told is in the trace, under declaration.");
        await looks.NoteAsync(user, "banner", receipt.Site, receipt.Controller, receipt.Id, cancel);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Redirect(href);
    }

    /// <summary>On the gateway's own origin, and fit for a frame there; null for a decision that names no banner. Names nobody.</summary>
    public static string? HrefOf(Receipt receipt)
    {
        if (receipt is not { Declaration: { } hash, Collection: { } made }) return null;
        (string Name, string? Value)[] parts =
            [("lang", receipt.Language), ("layout", made.Layout), ("build", made.Build), ("element", made.Element), ("gpc", receipt.Gpc == true ? "1" : null)];
        var query = string.Join('&', parts.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
        return $"/banner/{Uri.EscapeDataString(receipt.Site)}/shown/{Uri.EscapeDataString(hash)}{(query.Length > 0 ? "?" : "")}{query}";
    }
}
