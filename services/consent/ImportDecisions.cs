using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.Features;

namespace Consent.ConsentService;

/// <summary>
/// <c>POST /v1/sites/{site}/imports?system=cookiebot</c>: decisions that were taken elsewhere, a row each, as
/// <c>application/x-ndjson</c> or <c>text/csv</c>, read and written as they come: memory does not grow with the file. The answer is
/// NDJSON too: a line for each row that was refused, with its number and reason, and at the end the sums. A row is recorded once,
/// however often it comes (by system and reference), so a broken import is simply sent again. How to bring over the logs of other
/// banners: IMPORT.md.
/// </summary>
internal static partial class ImportDecisions
{
    private const int AtOnce = 256;

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapPost("/v1/sites/{site}/imports", HandleAsync).RequireScope("consent");

    private static async Task<IResult> HandleAsync(string site, string? system, HttpContext http, DeclarationLog declarations, DecisionRecorder recorder)
    {
        if (declarations.Open(http.User, site) is not { } inForce) return Problems.UnknownSite();
        if (system is null || !Name().IsMatch(system))
            return Problems.Because(400, "import-system", "The system of origin is not named.", "Add system= to the address: up to 40 lower-case letters, digits and hyphens.");
        var csv = http.Request.ContentType?.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) == true;
        if (!csv && http.Request.ContentType?.StartsWith("application/x-ndjson", StringComparison.OrdinalIgnoreCase) != true)
            return Problems.Because(415, "import-type", "The rows are in no known form.", "Send application/x-ndjson or text/csv.");
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;

        var lines = new LineReader(http.Request.Body, ImportRow.LongestLine);
        List<string>? header = null;
        if (csv)
        {
            header = await lines.NextAsync(http.RequestAborted) is { Text: { } first } ? ImportRow.CsvFields(first.TrimStart('\uFEFF')) : null;
            if (ImportRow.WhyNotHeader(header) is { } why) return Problems.Because(400, "import-header", "The header cannot be used.", why);
        }

        http.Response.ContentType = "application/x-ndjson";
        http.Response.Headers.CacheControl = "no-store";
        var sums = new Sums();
        var batch = new List<(long Line, string? Text)>(AtOnce);
        while (await lines.NextAsync(http.RequestAborted) is { } line)
        {
            if (line.Text is { Length: 0 }) continue;
            batch.Add((line.Number, line.Text));
            if (batch.Count == AtOnce) await CarryOutAsync(batch, http, sums, text => ReadRow(header, text), row => RecordAsync(row, system, site, inForce, declarations, recorder));
        }

        await CarryOutAsync(batch, http, sums, text => ReadRow(header, text), row => RecordAsync(row, system, site, inForce, declarations, recorder));
        await WriteAsync(http, new { summary = sums });
        return Results.Empty;
    }

    private static (ImportRow? Row, string? WhyNot) ReadRow(List<string>? header, string text)
    {
        var (row, why) = header is null ? ImportRow.OfJson(text) : ImportRow.OfCsv(header, text);
        return (row, why ?? row!.WhyNot());
    }

    /// <summary>Rows of one batch share commits; those of one person wait for each other in the log, which decides them one by one.</summary>
    private static async Task CarryOutAsync(
        List<(long Line, string? Text)> batch, HttpContext http, Sums sums, Func<string, (ImportRow? Row, string? WhyNot)> read, Func<ImportRow, Task<string?>> record)
    {
        var rows = batch.Select(line => line.Text is null ? (null, $"Keep a row under {ImportRow.LongestLine} bytes.") : read(line.Text)).ToList();
        // In the order of the file for each person, side by side for different ones.
        var done = new string?[rows.Count];
        await Task.WhenAll(Enumerable.Range(0, rows.Count).GroupBy(i => rows[i].Row?.SubjectId ?? "").Select(async person =>
        {
            foreach (var i in person) done[i] = rows[i].WhyNot ?? await record(rows[i].Row!);
        }));
        for (var i = 0; i < done.Length; i++)
        {
            sums.Rows++;
            switch (done[i])
            {
                case null:
                    sums.Recorded++;
                    break;
                case DecideImport.Known:
                    sums.Known++;
                    break;
                case var reason:
                    sums.Refused++;
                    ConsentMetrics.ImportRefused.Add(1);
                    await WriteAsync(http, new { line = batch[i].Line, reason });
                    break;
            }
        }

        batch.Clear();
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    /// <returns>Null when it was recorded, "known" when it was before, else a sentence that says what to do.</returns>
    private static async Task<string?> RecordAsync(
        ImportRow row, string system, string site, PublishedDeclaration inForce, DeclarationLog declarations, DecisionRecorder recorder)
    {
        await declarations.CatchUpForAsync(site, row.Declaration, row.Purposes!.Keys, CancellationToken.None);
        var decision = new ImportedDecision(
            site, row.SubjectId!, row.Purposes!, row.DecidedAt!.Value.ToUniversalTime(), row.Declaration is { } hash ? declarations.ByHash(site, hash) : null,
            row.Language, row.Action, new Imported(system, row.Reference!, row.Evidence));
        return await recorder.ImportAsync(decision, inForce) switch
        {
            Recorded.Stored { IsRepeat: false } => null,
            Recorded.Stored or Recorded.Stale or Recorded.KeyReused => DecideImport.Known,
            Recorded.Refused { Reason: DropReason.NewerNo } refused => $"Leave '{Problems.Shown(refused.Purpose)}' out: the person has said no, and an import never weakens that.",
            Recorded.Refused { Reason: DropReason.NoConsentNeeded } refused => $"Leave '{Problems.Shown(refused.Purpose)}' out: it does not rest on consent.",
            Recorded.Erased => "Leave the row out: the person was erased after it was decided.",
            Recorded.Refused { Reason: DropReason.RetiredSite } => "Leave grants out: the site is retired.",
            Recorded.Refused refused => $"Use ids of the site's declaration; '{Problems.Shown(refused.Purpose)}' is none.",
            _ => throw new InvalidOperationException("An import has no other outcome."),
        };
    }

    private static async Task WriteAsync<T>(HttpContext http, T line)
    {
        await JsonSerializer.SerializeAsync(http.Response.Body, line, ContractJson.Options, http.RequestAborted);
        await http.Response.Body.WriteAsync("\n"u8.ToArray(), http.RequestAborted);
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex Name();

    /// <summary>What became of the rows. Known: recorded before, or what is held says the same or more.</summary>
    internal sealed class Sums
    {
        public long Rows { get; set; }
        public long Recorded { get; set; }
        public long Known { get; set; }
        public long Refused { get; set; }
    }
}
