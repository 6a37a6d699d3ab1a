using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.ServiceDefaults;

/// <summary>
/// An import: rows are read and recorded as they come, so that memory does not grow with the file. The answer is NDJSON: a line for each row that
/// was refused, with its number and what to do about it, and at the end the sums. An answer without them was cut off.
/// </summary>
public static partial class StreamImport
{
    public const string Lines = "application/x-ndjson";

    /// <summary>Told of a row that was recorded before, or of which what is held says as much or more.</summary>
    public const string Known = "known";

    /// <summary>Told of a row that was recorded, as something that is not proven and permits nothing.</summary>
    public const string Unproven = "unproven";
    private const int AtOnce = 256;

    /// <summary>Null when the system of origin is named.</summary>
    public static ProblemHttpResult? WhyNotSystem(string? system) => system is not null && Name().IsMatch(system)
        ? null
        : Problems.Because(400, "import-system", "The system of origin is not named.", "Add system= to the address: up to 40 lower-case letters, digits and hyphens.");

    public static bool IsSentAs(HttpRequest request, string type)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.ContentType?.StartsWith(type, StringComparison.OrdinalIgnoreCase) == true;
    }

    /// <summary>The lines of the body, of any length.</summary>
    /// <param name="longest">Bytes of a line.</param>
    public static LineReader LinesOf(HttpContext http, int longest)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        return new LineReader(http.Request.Body, longest);
    }

    /// <param name="read">The row in a line, or what to do about it.</param>
    /// <param name="personOf">Rows of one person are recorded in the order of the file, those of different ones side by side: they share commits.</param>
    /// <param name="record">Null when it was recorded; <see cref="Known"/>; <see cref="Unproven"/>; else a sentence that says what to do, naming no value of the row.</param>
    /// <param name="refused">Called for each row that is refused.</param>
    public static async Task<IResult> RunAsync<TRow>(
        HttpContext http, LineReader lines, Func<string, (TRow? Row, string? WhyNot)> read, Func<TRow, string> personOf, Func<TRow, Task<string?>> record,
        Action? refused = null)
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(lines);
        http.Response.ContentType = Lines;
        http.Response.Headers.CacheControl = "no-store";
        var sums = new Sums();
        var batch = new List<(long Number, string? Text)>(AtOnce);
        while (await lines.NextAsync(http.RequestAborted) is { } line)
        {
            if (line.Text is { Length: 0 }) continue;
            batch.Add(line);
            if (batch.Count == AtOnce) await CarryOutAsync();
        }

        await CarryOutAsync();
        await WriteAsync(http, new { summary = sums });
        return Results.Empty;

        async Task CarryOutAsync()
        {
            var rows = batch.Select(line => line.Text is null ? (null, $"Keep a row under {lines.Longest} bytes.") : read(line.Text)).ToList();
            var done = new string?[rows.Count];
            await Task.WhenAll(Enumerable.Range(0, rows.Count).GroupBy(i => rows[i] is ({ } row, null) ? personOf(row) : "").Select(async person =>
            {
                foreach (var i in person) done[i] = rows[i].WhyNot ?? await record(rows[i].Row!);
            }));
            for (var i = 0; i < done.Length; i++)
            {
                sums.Count(done[i]);
                if (done[i] is null or Known or Unproven) continue;
                refused?.Invoke();
                await WriteAsync(http, new { line = batch[i].Number, reason = done[i] });
            }

            batch.Clear();
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }

    private static async Task WriteAsync<T>(HttpContext http, T line)
    {
        await JsonSerializer.SerializeAsync(http.Response.Body, line, ContractJson.Options, http.RequestAborted);
        await http.Response.Body.WriteAsync("\n"u8.ToArray(), http.RequestAborted);
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex Name();

    /// <summary>What became of the rows.</summary>
    private sealed class Sums
    {
        public long Rows { get; private set; }
        public long Recorded { get; private set; }
        public long Known { get; private set; }
        public long Refused { get; private set; }

        /// <summary>How many of those that were recorded; absent for none.</summary>
        public long? Unproven { get; private set; }

        public void Count(string? done)
        {
            Rows++;
            if (done is null or StreamImport.Unproven) Recorded++;
            else if (done is StreamImport.Known) Known++;
            else Refused++;
            if (done is StreamImport.Unproven) Unproven = (Unproven ?? 0) + 1;
        }
    }
}
