using System.Globalization;
using System.Text;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.ConsentService;

/// <summary>
/// <c>GET /v1/sites/{site}/export?format=ndjson|csv&amp;after=…</c>: every receipt of the site that is kept, oldest first, written as
/// it is read. A broken export goes on behind the last position received. CSV has a line for each purpose of each receipt.
/// </summary>
internal static class ExportReceipts
{
    private const int RecordsAtOnce = 500;
    private const string Header = "position,receipt,subjectId,version,recordedAt,purpose,status,decidedAt,validUntil,declaration,changed\n";

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/v1/sites/{site}/export", HandleAsync).RequireScope("consent");

    private static async Task<IResult> HandleAsync(
        string site, string? format, long? after, HttpContext http, DeclarationLog declarations, [FromKeyedServices(ConsentSetup.Service)] IRecordLog log)
    {
        if (declarations.Open(http.User, site) is null) return Problems.UnknownSite();
        if (format is not (null or "ndjson" or "csv") || after < 0)
            return Problems.Because(400, "export-format", "The export cannot be made.", "Ask for format=ndjson or format=csv, and after=0 or a position received before.");
        var csv = format == "csv";
        http.Response.ContentType = csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
        http.Response.Headers.CacheControl = "no-store";
        if (csv) await http.Response.WriteAsync(Header, http.RequestAborted);
        var position = after ?? 0;
        while (await log.FeedAsync(position, RecordsAtOnce, http.RequestAborted) is { Count: > 0 } page)
        {
            var text = new StringBuilder();
            foreach (var record in page)
            {
                position = record.Position;
                if (DecisionRecorder.ReceiptOf(record) is not { } receipt || receipt.Site != site) continue;
                if (csv) AppendCsv(text, position, receipt);
                else text.Append(CultureInfo.InvariantCulture, $"{{\"position\":{position},\"receipt\":{Encoding.UTF8.GetString(ContractJson.Write(receipt))}}}\n");
            }

            await http.Response.WriteAsync(text.ToString(), http.RequestAborted);
        }

        return Results.Empty;
    }

    // No field can hold a comma or a quote: ids, hashes, times and words of ours.
    private static void AppendCsv(StringBuilder text, long position, Receipt receipt)
    {
        foreach (var (id, decision) in receipt.Purposes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{position},{receipt.Id},{receipt.SubjectId},{receipt.Version},{At(receipt.RecordedAt)},{id},")
                .Append(CultureInfo.InvariantCulture, $"{decision.Status.ToString().ToLowerInvariant()},{At(decision.DecidedAt)},{At(decision.ValidUntil)},")
                .Append(CultureInfo.InvariantCulture, $"{decision.Declaration},{(receipt.Changed.Contains(id, StringComparer.Ordinal) ? "yes" : "no")}\n");
        }
    }

    private static string At(DateTimeOffset? moment) => moment?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";
}
