using System.Net;
using System.Text;
using System.Text.Json;

namespace Consent.Tests.Support.Cosmos;

/// <summary>One request as it came.</summary>
internal sealed class CosmosCall(HttpRequestMessage request, byte[] body)
{
    public HttpMethod Method => request.Method;

    public Uri Address => request.RequestUri!;

    public string[] Path { get; } =
        [.. request.RequestUri!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];

    public int Length => body.Length;

    public JsonElement Body => JsonElement.Parse(body);

    /// <summary>As <see cref="Partition"/>, and null for one that is not a text.</summary>
    public string? PartitionText =>
        Header("x-ms-documentdb-partitionkey") is { } key && JsonElement.Parse(key) is { ValueKind: JsonValueKind.Array } parts && parts.GetArrayLength() == 1 && parts[0].ValueKind == JsonValueKind.String
            ? parts[0].GetString()
            : null;

    /// <summary>A text of the body; null when there is none, or the body is not JSON, as that of a batch.</summary>
    public string? Sent(string name) =>
        body is [(byte)'{', ..] && Body.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    public IEnumerable<string> Names => request.Headers.Select(h => h.Key);

    public string? Header(string name) =>
        request.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;

    public bool Is(string name) => string.Equals(Header(name), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The partition key; null when there is none.</summary>
    /// <exception cref="RefusedException">It is not one text.</exception>
    public string? Partition => Header("x-ms-documentdb-partitionkey") is { } key ? PartitionText ?? throw new RefusedException($"a partition key that is not one text: {key}") : null;

    public override string ToString() => $"{Method} {Address.PathAndQuery}";
}

/// <summary>An answer before it is sent.</summary>
internal sealed record CosmosAnswer(int Status, string Body = "", int Sub = 0, double Charge = CosmosCharges.Nothing)
{
    public Dictionary<string, string> Headers { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public static CosmosAnswer Failed(int status, string message, int sub = 0) =>
        new(status, JsonSerializer.Serialize(new { code = ((HttpStatusCode)status).ToString(), message }), sub);

    public HttpResponseMessage ToMessage(HttpRequestMessage request, DateTimeOffset at, string activity)
    {
        var message = new HttpResponseMessage((HttpStatusCode)Status)
        {
            RequestMessage = request,
            Version = HttpVersion.Version11,
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Status is 304 or 204 ? "" : Body)),
        };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        message.Headers.Date = at;
        message.Headers.TryAddWithoutValidation("x-ms-activity-id", activity);
        message.Headers.TryAddWithoutValidation("x-ms-request-charge", Charge.ToString("0.##", null));
        message.Headers.TryAddWithoutValidation("x-ms-gatewayversion", "2.0.0");
        if (Sub != 0) message.Headers.TryAddWithoutValidation("x-ms-substatus", Sub.ToString(null, null));
        foreach (var (name, value) in Headers) message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }
}

/// <summary>The stand-in does not know this, and says so aloud instead of guessing what the store would do.</summary>
internal sealed class RefusedException(string what) : Exception(what);
