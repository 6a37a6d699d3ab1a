using System.Security.Claims;
using Consent.Audit.Logs;
using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Evidence;

/// <summary>
/// <c>GET /v1/audit/export?site=…&amp;from=…&amp;until=…&amp;format=jsonl|csv</c>: every receipt of the site that was recorded from one moment and before another (before now unless given),
/// in the order in which audit heard them, written as it is read (<see cref="ExportAnswer"/>). Persons stand in it under their pseudonyms, those who are restricted not at all; that it was made is noted as a look.
/// </summary>
internal static class ExportReceipts
{
    public static async Task<IResult> AnswerAsync(
        HttpContext http, ClaimsPrincipal user, ReceiptRows rows, LogPlaces places, AccessNotes looks, TimeProvider time, CancellationToken cancel, string? site = null,
        DateTimeOffset? from = null, DateTimeOffset? until = null, string? format = null)
    {
        if (string.IsNullOrEmpty(site)) return Problems.Because(400, "site-needed", "No site was named.", "Add the site's id, as in ?site=my-site.");
        if (format is not (null or "jsonl" or "csv")) return Problems.Because(400, "export-format", "The export cannot be made.", "Ask for format=jsonl or format=csv.");
        // What is recorded while it is written is for the next one: otherwise it might never end.
        var (now, end) = (time.Now(), until ?? DateTimeOffset.MaxValue);
        if (from >= end || from > now) return Problems.Because(400, "bad-range", "The range cannot be answered.", "Ask for from= before until=, and not in the future, as in from=2026-06-01T00:00:00Z.");

        var controller = await places.OwnerOfAsync(site, cancel);
        if (controller is null || !Tenancy.Allows(user, site, controller)) return Problems.UnknownSite();
        await looks.NoteAsync(user, "export", site, controller, (IReadOnlyList<string>)[], cancel);
        var wanted = new ReceiptFilter(site, null, null, from, end < now ? end : now);
        http.Response.Headers.CacheControl = "no-store";
        return new ExportAnswer(rows.ReadAsync(user, site, wanted, cancel), format == "csv");
    }
}
