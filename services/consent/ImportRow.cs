using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>One row of an import, before anything is known of the site: NDJSON, or CSV (RFC 4180) with a header.</summary>
internal sealed partial record ImportRow(
    string? SubjectId, DateTimeOffset? DecidedAt, string? Reference, Dictionary<string, bool>? Purposes, string? Declaration, string? Language, string? Action,
    string? Evidence)
{
    public const int LongestLine = 16 * 1024;
    private const string PurposePrefix = "purpose:";
    private static readonly string[] Columns = ["subjectId", "decidedAt", "reference", "declaration", "language", "action", "evidence"];

    /// <summary>Null when the row can be used; else what to do about it, naming no value of the row.</summary>
    public string? WhyNot() => this switch
    {
        _ when !Contracts.SubjectId.IsValid(SubjectId) => "Give subjectId: a visitor id or an address id.",
        { DecidedAt: null } => "Give decidedAt: when the person decided, such as 2025-03-01T12:00:00Z.",
        { Purposes: not { Count: > 0 and <= 200 } } => "Give purposes: 1 to 200 ids of the declaration, each true or false.",
        _ when Reference is null || !OwnId().IsMatch(Reference) => "Give reference: the row's own id in the other system, up to 128 letters, digits and . _ : - characters.",
        _ when new[] { Language, Action }.Any(l => l is not null && !Label().IsMatch(l)) => "Write language and action in up to 64 letters, digits, dots and hyphens.",
        { Evidence.Length: > 512 } => "Point to the evidence in up to 512 characters: an address, a hash or a reference.",
        _ => null,
    };

    public static (ImportRow? Row, string? WhyNot) OfJson(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ImportRow>(line, ContractJson.Options) is { } row ? (row, null) : (null, "Send a JSON object on each line.");
        }
        catch (JsonException e)
        {
            return (null, $"Send a JSON object on each line, with the documented members{(string.IsNullOrEmpty(e.Path) ? "" : "; see " + ServiceDefaults.Problems.Shown(e.Path))}.");
        }
    }

    /// <param name="header">The fields of the first line.</param>
    public static (ImportRow? Row, string? WhyNot) OfCsv(IReadOnlyList<string> header, string line)
    {
        if (CsvFields(line) is not { } fields) return (null, "Close each quoted field with a quote on the same line.");
        if (fields.Count != header.Count) return (null, $"Give {header.Count} fields, as the header has; there are {fields.Count}.");
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        var purposes = new Dictionary<string, bool>(StringComparer.Ordinal);
        for (var i = 0; i < header.Count; i++)
        {
            if (!header[i].StartsWith(PurposePrefix, StringComparison.Ordinal)) texts[header[i]] = fields[i].Length == 0 ? null : fields[i];
            else if (fields[i].Length > 0 && YesOrNo(fields[i]) is { } yes) purposes[header[i][PurposePrefix.Length..]] = yes;
            else if (fields[i].Length > 0) return (null, "Write yes, no or nothing under each purpose.");
        }

        var moment = texts.GetValueOrDefault("decidedAt");
        DateTimeOffset? at = moment is not null && Moments.TryRead(moment, out var read) ? read : null;
        return (new ImportRow(
            texts.GetValueOrDefault("subjectId"), at, texts.GetValueOrDefault("reference"), purposes, texts.GetValueOrDefault("declaration"),
            texts.GetValueOrDefault("language"), texts.GetValueOrDefault("action"), texts.GetValueOrDefault("evidence")), null);
    }

    /// <summary>Null when the header can be used.</summary>
    public static string? WhyNotHeader(IReadOnlyList<string>? header) =>
        header is null || header.Any(c => !Columns.Contains(c) && !c.StartsWith(PurposePrefix, StringComparison.Ordinal)) || !header.Any(c => c.StartsWith(PurposePrefix, StringComparison.Ordinal))
            ? $"Begin with a header of these columns: {string.Join(", ", Columns)}, and one for each purpose, such as purpose:statistics."
            : null;

    /// <summary>Fields of one line; null when a quote is left open. A quoted field may hold commas and doubled quotes, and no line break.</summary>
    public static List<string>? CsvFields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var (quoted, at) = (false, 0);
        for (; at < line.Length; at++)
        {
            var c = line[at];
            if (quoted && c == '"' && at + 1 < line.Length && line[at + 1] == '"') field.Append(line[++at]);
            else if (c == '"') quoted = !quoted;
            else if (c == ',' && !quoted) End();
            else field.Append(c);
        }

        End();
        return quoted ? null : fields;

        void End()
        {
            fields.Add(field.ToString());
            field.Clear();
        }
    }

    private static bool? YesOrNo(string text) => text.ToLowerInvariant() switch
    {
        "yes" or "true" or "1" => true,
        "no" or "false" or "0" => false,
        _ => null,
    };

    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,128}\z")]
    private static partial Regex OwnId();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9.-]{0,63}\z")]
    private static partial Regex Label();
}
