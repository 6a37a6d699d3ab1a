using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.ConsentService;

/// <summary>
/// <c>POST /v1/sites/{site}/imports?system=cookiebot</c>: decisions that were taken elsewhere, a row each, as
/// <c>application/x-ndjson</c> or <c>text/csv</c>, read and written as they come: memory does not grow with the file. The answer is
/// NDJSON too: a line for each row that was refused, with its number and reason, and at the end the sums. A row is recorded once,
/// however often it comes (by system and reference), so a broken import is simply sent again. How to bring over the logs of other
/// banners: IMPORT.md.
/// </summary>
internal static class ImportDecisions
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapPost("/v1/sites/{site}/imports", HandleAsync).RequireScope("consent");

    private static async Task<IResult> HandleAsync(string site, string? system, HttpContext http, DeclarationLog declarations, DecisionRecorder recorder)
    {
        if (declarations.Open(http.User, site) is not { } inForce) return Problems.UnknownSite();
        if (StreamImport.WhyNotSystem(system) is { } unnamed) return unnamed;
        var csv = StreamImport.IsSentAs(http.Request, "text/csv");
        if (!csv && !StreamImport.IsSentAs(http.Request, StreamImport.Lines))
            return Problems.Because(415, "import-type", "The rows are in no known form.", "Send application/x-ndjson or text/csv.");

        var lines = StreamImport.LinesOf(http, ImportRow.LongestLine);
        List<string>? header = null;
        if (csv)
        {
            header = await lines.NextAsync(http.RequestAborted) is { Text: { } first } ? ImportRow.CsvFields(first.TrimStart('\uFEFF')) : null;
            if (ImportRow.WhyNotHeader(header) is { } why) return Problems.Because(400, "import-header", "The header cannot be used.", why);
        }

        return await StreamImport.RunAsync(
            http, lines, text => ReadRow(header, text), row => row.SubjectId!, row => RecordAsync(row, system!, site, inForce, declarations, recorder),
            () => ConsentMetrics.ImportRefused.Add(1));
    }

    private static (ImportRow? Row, string? WhyNot) ReadRow(List<string>? header, string text)
    {
        var (row, why) = header is null ? ImportRow.OfJson(text) : ImportRow.OfCsv(header, text);
        return (row, why ?? row!.WhyNot());
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
            Recorded.Stored or Recorded.Stale or Recorded.KeyReused => StreamImport.Known,
            Recorded.Refused { Reason: DropReason.NewerNo } refused => $"Leave '{Problems.Shown(refused.Purpose)}' out: the person has said no, and an import never weakens that.",
            Recorded.Refused { Reason: DropReason.NoConsentNeeded } refused => $"Leave '{Problems.Shown(refused.Purpose)}' out: it does not rest on consent.",
            Recorded.Erased => "Leave the row out: the person was erased after it was decided.",
            Recorded.Refused { Reason: DropReason.RetiredSite } => "Leave grants out: the site is retired.",
            Recorded.Refused refused => $"Use ids of the site's declaration; '{Problems.Shown(refused.Purpose)}' is none.",
            _ => throw new InvalidOperationException("An import has no other outcome."),
        };
    }
}
