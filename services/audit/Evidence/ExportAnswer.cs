using System.Globalization;
using System.Text;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.Audit.Evidence;

/// <summary>
/// Receipts as JSON, one a line, or as CSV (RFC 4180). The file itself tells whether it is whole, whoever kept it by whatever way: the last line is <c>{"end":true,"count":N}</c>, and of
/// a CSV the last record has <c>#end</c> in its first cell and N in its second. An answer that breaks off has no such end; who goes away ends the reading.
/// </summary>
internal sealed class ExportAnswer(IAsyncEnumerable<ExportedReceipt> rows, bool csv) : IResult
{
    /// <summary>Bytes that are gathered before they are sent, more or less.</summary>
    private const int Piece = 32 << 10;

    /// <summary>By their names a program finds them; a new one comes at the end.</summary>
    private static readonly string[] Columns =
    [
        "receipt", "site", "controller", "subject", "epoch", "version", "recordedAt", "heardAt", "claimedAt", "action", "source", "language", "changed", "purposes", "declaration", "declarationVersion",
        "build", "layout", "element", "previous", "causedBy",
    ];

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, gone) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
        if (csv) response.Headers.ContentDisposition = "attachment; filename=receipts.csv";
        var (text, count) = (new StringBuilder(), 0L);
        if (csv) Append(text, Columns);
        await foreach (var row in rows.WithCancellation(gone))
        {
            // To somebody who went away may be written without an error.
            gone.ThrowIfCancellationRequested();
            count++;
            if (csv) Append(text, Cells(row));
            else text.Append(Encoding.UTF8.GetString(ContractJson.Write(row))).Append('\n');
            if (text.Length >= Piece) await SendAsync();
        }

        var total = count.ToString(CultureInfo.InvariantCulture);
        if (csv) Append(text, ["#end", total, .. Enumerable.Repeat("", Columns.Length - 2)]);
        else text.Append("{\"end\":true,\"count\":").Append(total).Append("}\n");
        await SendAsync();

        async Task SendAsync()
        {
            await response.WriteAsync(text.ToString(), gone);
            text.Clear();
        }
    }

    /// <summary>A cell as it stands in the file: one that a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection").</summary>
    internal static string Cell(string text)
    {
        var isFormula = text.AsSpan().TrimStart() is [('=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠'), ..] || text is ['\t' or '\r' or '\n', ..];
        var harmless = isFormula ? $"'{text}" : text;
        return harmless.AsSpan().IndexOfAny(",\"\r\n;") >= 0 || harmless != harmless.Trim() ? $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : harmless;
    }

    private static string[] Cells(ExportedReceipt row)
    {
        var of = row.Receipt;
        return
        [
            of.Id, of.Site, of.Controller, of.SubjectId, of.Epoch.ToString(CultureInfo.InvariantCulture), of.Version.ToString(CultureInfo.InvariantCulture), At(of.RecordedAt), At(row.HeardAt),
            At(of.ClaimedAt), of.Action ?? "", of.Source ?? "", of.Language ?? "", Said(of, of.Changed.Where(of.Purposes.ContainsKey)), Said(of, of.Purposes.Keys), of.Declaration ?? "",
            of.DeclarationVersion?.ToString(CultureInfo.InvariantCulture) ?? "", of.Collection?.Build ?? "", of.Collection?.Layout ?? "", of.Collection?.Element ?? "", of.Previous ?? "",
            of.CausedBy ?? "",
        ];
    }

    /// <summary>As <c>statistics=given offers=refused</c>.</summary>
    private static string Said(Receipt of, IEnumerable<string> purposes) =>
        string.Join(' ', purposes.Order(StringComparer.Ordinal).Select(id => $"{id}={JsonNamingPolicy.KebabCaseLower.ConvertName(of.Purposes[id].Status.ToString())}"));

    private static void Append(StringBuilder text, string[] cells) => text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    private static string At(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";
}
