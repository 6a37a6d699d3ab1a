using System.Globalization;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// What a subscriber applied, one document each, created once and never changed: in the partition of the subscriber's name and of 512 positions, under the position as its id. By the name and
/// not by the number, so that a registry that lost its newest entries cannot give the word of one subscriber to another. Pure.
/// </summary>
internal static class AppliedDocument
{
    private const int BucketBits = 9;

    /// <summary>Of 512 positions: what is asked for at once lies in one partition or two.</summary>
    public static long BucketOf(long position) => position >> BucketBits;

    public static string PartitionOf(string subscriber, long bucket) => $"{subscriber}/{bucket.ToString(CultureInfo.InvariantCulture)}";

    public static string IdOf(long position) => position.ToString(CultureInfo.InvariantCulture);

    public static long PositionIn(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    /// <param name="closedAt">Milliseconds since 1970.</param>
    /// <param name="sooner">See <see cref="ClosedRow"/>.</param>
    public static byte[] Write(string subscriber, long position, long closedAt, int sooner) =>
        JsonSerializer.SerializeToUtf8Bytes(new { id = IdOf(position), pk = PartitionOf(subscriber, BucketOf(position)), at = closedAt, sooner, w = RandomId.New() });

    /// <summary>Null for a document that is no such one.</summary>
    public static OrderEntry? EntryOf(JsonElement document) =>
        document.TryGetProperty("at", out _) ? new OrderEntry(document.GetProperty("pk").GetString()!, PositionIn(document.GetProperty("id").GetString()!), null) : null;

    /// <param name="sequence">0 where it is not asked for.</param>
    public static ClosedRow Row(long sequence, OrderEntry entry, JsonElement document) => new(
        sequence, entry.Number, entry.Partition[..entry.Partition.LastIndexOf('/')], DateTimeOffset.FromUnixTimeMilliseconds(document.GetProperty("at").GetInt64()),
        document.GetProperty("sooner").GetInt32());
}
