using System.Buffers;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Writes results as they are decided: <c>{"results":[…]}</c>, or for who accepts <c>application/x-ndjson</c> a line each and at the end
/// <c>{"summary":{"results":100000}}</c>, with how many there were. What fails at the first piece is answered as every failure is. What fails
/// later, when 200 is said already, breaks the connection, so that nobody takes a cut answer for a whole one: the transfer ends before its
/// time, the JSON does not close, and of the lines the last one is missing.
/// </summary>
public static class StreamResults
{
    private const string Lines = "application/x-ndjson";
    private static readonly JsonWriterOptions Options = new() { Encoder = ContractJson.Options.Encoder };

    public static bool IsAskedForLines(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers.Accept.Any(accepted => accepted?.Contains(Lines, StringComparison.OrdinalIgnoreCase) == true);
    }

    /// <param name="pieces">Each is written and let go before the next one is asked for.</param>
    public static async Task WriteAsync(HttpContext http, IAsyncEnumerable<IReadOnlyList<CheckedAddress>> pieces, bool asLines)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(pieces);
        var (response, cancel) = (http.Response, http.RequestAborted);
        response.ContentType = asLines ? Lines : "application/json; charset=utf-8";
        try
        {
            var written = 0;
            await foreach (var piece in pieces.WithCancellation(cancel))
            {
                Write(response.BodyWriter, piece, asLines, isFirst: written == 0);
                written += piece.Count;
                await response.BodyWriter.FlushAsync(cancel);
            }
            End(response.BodyWriter, asLines, written);
            await response.BodyWriter.FlushAsync(cancel);
        }
        catch when (response.HasStarted)
        {
            http.Abort();
            throw;
        }
    }

    private static void Write(IBufferWriter<byte> to, IReadOnlyList<CheckedAddress> piece, bool asLines, bool isFirst)
    {
        using var json = new Utf8JsonWriter(to, Options);
        foreach (var result in piece)
        {
            if (!asLines) to.Write(isFirst ? "{\"results\":["u8 : ","u8);
            isFirst = false;
            JsonSerializer.Serialize(json, result, ContractJson.Options);
            json.Flush();
            json.Reset();
            if (asLines) to.Write("\n"u8);
        }
    }

    private static void End(IBufferWriter<byte> to, bool asLines, int written)
    {
        if (!asLines)
        {
            to.Write(written == 0 ? "{\"results\":[]}"u8 : "]}"u8);
            return;
        }
        to.Write<byte>(ContractJson.Write(new { Summary = new { Results = written } }));
        to.Write("\n"u8);
    }
}

/// <param name="Address">As it was asked.</param>
/// <param name="Reason">See <see cref="SendDecision"/>, as for the receipt.</param>
/// <param name="Subjects">The ids of the address, one for each version of the controller's key, newest first; null where they were not asked for, and of what is no address.</param>
/// <param name="Frequency">Of those that the topic offers, how often the person wants it; null where he did not say.</param>
/// <param name="Register">See <see cref="SendDecision"/>.</param>
public sealed record CheckedAddress(
    string? Address, bool Permitted, string Reason, string? Receipt, IReadOnlyList<string>? Subjects = null, string? Frequency = null, string? Register = null);
