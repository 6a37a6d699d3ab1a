using System.Text.Json;

namespace Consent.Cli;

/// <summary>The answer to one piece of an import: a line for each row that was refused, and at the end the sums.</summary>
internal sealed record ImportAnswer(IReadOnlyList<RefusedRow> Refused, IReadOnlyDictionary<string, long> Sums)
{
    private sealed record AnswerLine(long Line, string? Reason, Dictionary<string, long>? Summary);

    /// <summary>Null for what was cut off, is about more or fewer rows, or is no such answer: what became of the rows is not known then.</summary>
    public static ImportAnswer? Read(string text, int rows)
    {
        try
        {
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<AnswerLine>(line, GatewayClient.Json)).OfType<AnswerLine>().ToList();
            return lines is [.., { Summary: { } sums }] && sums.TryGetValue("rows", out var told) && told == rows
                ? new ImportAnswer([.. lines.SkipLast(1).Select(line => new RefusedRow(line.Line, line.Reason))], sums)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="Line">In what was sent; kept with that of the file.</param>
internal sealed record RefusedRow(long Line, string? Reason);
