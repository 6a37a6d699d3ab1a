using System.Buffers;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consent.ServiceDefaults;

/// <summary>
/// An import: rows are read and recorded as they come, so that memory does not grow with the file. The answer is NDJSON: a line for each row that
/// was refused, with its number and what to do about it, and at the end the sums. An answer without them was cut off. It is kept until all was
/// read: over HTTP/1.1 a proxy sends the whole body before it reads of the answer, and who writes meanwhile waits for who waits for him.
/// </summary>
public static partial class StreamImport
{
    public const string Lines = "application/x-ndjson";

    /// <summary>Told of a row that was recorded before, or of which what is held says as much or more.</summary>
    public const string Known = "known";

    /// <summary>Told of a row that was recorded, as something that is not proven and permits nothing.</summary>
    public const string Unproven = "unproven";
    private const int AtOnce = 256;

    /// <summary>Then no more rows are recorded, and the sums say how far they were read: what is kept of an answer has an end.</summary>
    private const int MostRefused = 10_000;

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
        http.Response.Headers.CacheControl = "no-store";
        var sums = new Sums();
        var answer = new ArrayBufferWriter<byte>();
        var batch = new List<(long Number, string? Text)>(AtOnce);
        try
        {
            while (await lines.NextAsync(http.RequestAborted) is { } line)
            {
                if (line.Text is { Length: 0 }) continue;
                if (sums.Refused >= MostRefused)
                {
                    sums.ReadUpTo = line.Number - 1;
                    // What is left is thrown away: a proxy reads no answer before it has sent everything.
                    await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
                    break;
                }

                batch.Add(line);
                if (batch.Count == AtOnce) await CarryOutAsync();
            }

            await CarryOutAsync();
        }
        catch (Exception e) when (e is IUnavailable)
        {
            // The usual answer says that nothing was stored, and of the rows before some were.
            http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(StreamImport)).LogWarning("An import was broken off: {Reason}", e.Message);
            http.Response.Headers.RetryAfter = "2";
            return Problems.Because(503, "import-broken-off", "The service cannot record more just now.",
                "Send the same rows again in a few seconds: those that were recorded are known then, and not recorded twice.");
        }

        Write(answer, new { summary = sums });
        return TypedResults.Bytes(answer.WrittenMemory, Lines);

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
                Write(answer, new { line = batch[i].Number, reason = done[i] });
            }

            batch.Clear();
        }
    }

    private static void Write<T>(ArrayBufferWriter<byte> answer, T line)
    {
        answer.Write(ContractJson.Write(line));
        answer.Write("\n"u8);
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

        /// <summary>The last line that was read, where too many were refused; absent when all were.</summary>
        public long? ReadUpTo { get; set; }

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
