using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>A document as it is there.</summary>
/// <param name="ETag">Changes with every write to it.</param>
internal sealed record Found(JsonElement Body, string ETag)
{
    /// <summary>Whether the write of this id wrote what is there.</summary>
    public bool IsBy(string writeId) => Body.TryGetProperty("w", out var there) && there.ValueEquals(writeId);
}

/// <summary>What became of a create.</summary>
internal abstract record Created
{
    private Created()
    {
    }

    /// <summary>It is there, durably, and written by this call.</summary>
    internal sealed record Ours : Created
    {
        public static Ours It { get; } = new();
    }

    /// <summary>Another is there under the id.</summary>
    internal sealed record Others(Found There) : Created;
}

/// <summary>A continuation of the change feed that the store does not know: of a container that was made anew, or of another account. What lies behind it must be read from the beginning.</summary>
internal sealed class StaleContinuationException() : Exception("The change feed knows its continuation no more.");

/// <summary>One answer, or the failure in its place.</summary>
/// <param name="Status">Null when none came.</param>
/// <param name="Body">Undefined when there was none.</param>
/// <param name="RetryAfter">What the store named; zero when it named none.</param>
internal sealed record CosmosAnswer(CallVerdict Verdict, HttpStatusCode? Status, int Sub, JsonElement Body, string ETag, string? Continuation, double Charge, TimeSpan RetryAfter)
{
    public bool IsThrottled => Status == HttpStatusCode.TooManyRequests;

    public static async Task<CosmosAnswer> OfAsync(ResponseMessage response, bool isWrite, CancellationToken cancel)
    {
        var headers = response.Headers;
        var sub = NumberIn(headers, "x-ms-substatus");
        var isRead = !isWrite && response.StatusCode == HttpStatusCode.OK && response.Content is not null;
        return new CosmosAnswer(
            CosmosVerdict.Of(response.StatusCode, sub, null, isWrite), response.StatusCode, sub, isRead ? await ReadAsync(response.Content!, cancel) : default, headers.ETag ?? "",
            headers.ContinuationToken, headers.RequestCharge, TimeSpan.FromMilliseconds(NumberIn(headers, "x-ms-retry-after-ms")));
    }

    public static CosmosAnswer Of(Exception e, bool isWrite) => e is CosmosException { StatusCode: var status, SubStatusCode: var sub } answered
        ? new CosmosAnswer(CosmosVerdict.Of(status, sub, e, isWrite), status, sub, default, "", null, answered.RequestCharge, answered.RetryAfter ?? TimeSpan.Zero)
        : new CosmosAnswer(CosmosVerdict.Of(null, 0, e, isWrite), null, 0, default, "", null, 0, TimeSpan.Zero);

    /// <summary>For a sentence: names no document, and nothing that the store says of it.</summary>
    public override string ToString() => Status is { } status ? $"Azure Cosmos DB answered {(int)status} (sub-status {Sub})" : "Azure Cosmos DB did not answer";

    private static int NumberIn(Headers headers, string name) =>
        headers.TryGetValue(name, out var text) && double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? (int)number : 0;

    private static async Task<JsonElement> ReadAsync(Stream content, CancellationToken cancel)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancel);
        return JsonElement.Parse(copy.GetBuffer().AsSpan(0, (int)copy.Length));
    }
}
