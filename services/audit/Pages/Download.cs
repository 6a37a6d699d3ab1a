using System.Globalization;
using System.Text;
using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <summary>What a page shows, as a file: JSON as the API writes it, or CSV (RFC 4180) in UTF-8 with its mark, for programs that calculate.</summary>
internal static class Download
{
    public static IResult Json<T>(HttpContext http, string name, T value)
    {
        Named(http, name);
        return TypedResults.Json(value, ContractJson.Options);
    }

    public static IResult Csv(HttpContext http, string name, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string?>> rows)
    {
        Named(http, name);
        var text = new StringBuilder("\ufeff").AppendJoin(',', headings.Select(Cell)).Append("\r\n");
        foreach (var row in rows) text.AppendJoin(',', row.Select(Cell)).Append("\r\n");
        return TypedResults.Text(text.ToString(), "text/csv", Encoding.UTF8);
    }

    public static string? Moment(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A text that a calculating program would take for a formula is told to be a text, by an apostrophe before it.</summary>
    private static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? $"'{text}" : text;
        return safe.AsSpan().ContainsAny(",\"\r\n") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    private static void Named(HttpContext http, string name)
    {
        AuditPage.Keep(http.Response);
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
    }
}
