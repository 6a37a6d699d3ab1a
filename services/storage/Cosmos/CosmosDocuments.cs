using System.Globalization;
using System.Text.Json;

namespace Consent.Storage;

/// <summary>
/// What lies in the container of records: one document for each version of a stream, in the partition named like the stream, under the version as its id. A document is a record (<c>t</c> is
/// <c>r</c>), a tombstone (<c>t</c>), or a husk (<c>h</c>): what is left of a record that was erased. Husks stay for ever, so that an id is never free again: a create that was on its way while
/// the stream was erased finds it taken. A tombstone has its version a second time, in <c>tomb</c>, by which it is found: nothing else has that. Nothing but hashes, numbers, times, kinds and
/// sealed bytes. Pure.
/// </summary>
internal static class CosmosDocuments
{
    /// <summary>Write id of all husks: they are all alike, so whoever wrote one wrote the right one.</summary>
    public const string HuskWriteId = "husk";
    private const int KeyBytes = 8;

    public static string IdOf(long version) => version.ToString(CultureInfo.InvariantCulture);

    public static string PartitionOf(JsonElement stored) => stored.GetProperty("pk").GetString()!;

    public static long VersionOf(JsonElement stored) => stored.GetProperty("v").GetInt64();

    public static int EpochOf(JsonElement stored) => stored.GetProperty("e").GetInt32();

    public static bool IsHusk(JsonElement stored) => stored.GetProperty("t").ValueEquals("h");

    public static bool IsTombstone(JsonElement stored) => stored.GetProperty("t").ValueEquals("t");

    /// <summary>Of the key under which the record is sealed; null when it lies in clear, or is none.</summary>
    public static long? SlotOf(JsonElement stored) => stored.TryGetProperty("s", out var slot) ? slot.GetInt64() : null;

    /// <summary>The keys that a tombstone says are to be destroyed: numbers, which name nobody. Empty for what is none.</summary>
    public static IReadOnlyList<long> SlotsOf(JsonElement stored) => stored.TryGetProperty("slots", out var slots) ? [.. slots.EnumerateArray().Select(slot => slot.GetInt64())] : [];

    /// <summary>What has, or is to have, a place in the feed; null for a husk.</summary>
    public static OrderEntry? EntryOf(JsonElement stored) =>
        IsHusk(stored) ? null : new OrderEntry(PartitionOf(stored), VersionOf(stored), stored.TryGetProperty("n", out var name) ? name.GetString() : null);

    /// <summary>64 bits of an idempotency key, as they are looked for.</summary>
    public static string KeyText(ReadOnlySpan<byte> fingerprint) => Convert.ToHexStringLower(fingerprint);

    /// <param name="slots">Of a tombstone: the keys that are to be destroyed. Null for a record.</param>
    public static byte[] ToJson(StoredRecord row, string writeId, IReadOnlyCollection<long>? slots = null)
    {
        using var buffer = new MemoryStream((row.Body.Length * 4 / 3) + 512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", IdOf(row.Version));
            json.WriteString("pk", row.Stream.ToString());
            json.WriteNumber("v", row.Version);
            json.WriteNumber("e", row.Epoch);
            json.WriteString("t", slots is null ? "r" : "t");
            json.WriteString("w", writeId);
            json.WriteString("kind", row.Kind);
            json.WriteNumber("at", row.RecordedAt);
            if (row.Slot is { } slot) json.WriteNumber("s", slot);
            if (row.Name is { } name) json.WriteString("n", name);
            if (row.Request is { } request)
            {
                json.WriteString("k", KeyText(request.AsSpan(0, KeyBytes)));
                json.WriteString("q", KeyText(request.AsSpan(KeyBytes)));
            }

            if (slots is not null)
            {
                json.WriteNumber("tomb", row.Version);
                json.WriteStartArray("slots");
                foreach (var one in slots) json.WriteNumberValue(one);
                json.WriteEndArray();
            }

            json.WriteBase64String("b", row.Body);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>About 100 bytes.</summary>
    public static byte[] Husk(string partition, long version) => JsonSerializer.SerializeToUtf8Bytes(new { id = IdOf(version), pk = partition, v = version, t = "h", w = HuskWriteId });

    /// <summary>Of a record or a tombstone.</summary>
    /// <param name="position">Its place in the feed; <see cref="LogRecord.Unplaced"/> where it is not known.</param>
    public static StoredRecord Read(JsonElement stored, long position = LogRecord.Unplaced) => new(
        position, StreamKey.Parse(PartitionOf(stored)), EpochOf(stored), VersionOf(stored), stored.GetProperty("kind").GetString()!, stored.GetProperty("at").GetInt64(), SlotOf(stored),
        stored.TryGetProperty("n", out var name) ? name.GetString() : null,
        RequestIn(stored), stored.GetProperty("b").GetBytesFromBase64());

    private static byte[]? RequestIn(JsonElement stored) =>
        stored.TryGetProperty("k", out var key) ? [.. Convert.FromHexString(key.GetString()!), .. Convert.FromHexString(stored.GetProperty("q").GetString()!)] : null;
}
