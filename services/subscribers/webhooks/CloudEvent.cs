using System.Buffers;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.Webhooks;

/// <summary>
/// An event by CloudEvents 1.0.2 (github.com/cloudevents/spec). It has no attribute <c>subject</c>: attributes become headers in binary
/// mode, headers end up in logs, and a person's pseudonym stands in the data alone.
/// </summary>
/// <param name="Data">JSON, the same bytes at each attempt.</param>
internal sealed record CloudEvent(string Id, string Type, string Site, DateTimeOffset Time, byte[] Data)
{
    public const string Structured = "structured";
    public const string Binary = "binary";
    private const string SpecVersion = "1.0";

    private string Source => $"urn:consent:site:{Site}";

    /// <summary>The body and its content type, with further headers in binary mode (HTTP protocol binding, sections 3.1 and 3.2).</summary>
    public (byte[] Body, string ContentType, IReadOnlyList<(string Name, string Value)> Headers) In(string mode) => mode == Binary
        ? (Data, "application/json",
            [("ce-specversion", SpecVersion), ("ce-id", Id), ("ce-source", Source), ("ce-type", Type), ("ce-time", Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"))])
        : (Envelope(), "application/cloudevents+json; charset=utf-8", []);

    private byte[] Envelope()
    {
        var buffer = new ArrayBufferWriter<byte>(Data.Length + 256);
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = ContractJson.Options.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString("specversion", SpecVersion);
            json.WriteString("id", Id);
            json.WriteString("source", Source);
            json.WriteString("type", Type);
            json.WritePropertyName("time");
            ContractJson.WriteMoment(json, Time);
            json.WriteString("datacontenttype", "application/json");
            json.WritePropertyName("data");
            json.WriteRawValue(Data);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
