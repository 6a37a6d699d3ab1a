using System.Globalization;
using System.Text.Json;

namespace Consent.Storage;

/// <summary>One thing that has, or is to have, a position.</summary>
/// <param name="Partition">The partition key of its document in the source.</param>
/// <param name="Number">Its document's id there, as a number: unique in its partition.</param>
/// <param name="Name">Of a stream that names nobody; null for the others.</param>
internal sealed record OrderEntry(string Partition, long Number, string? Name)
{
    private const int MarkLength = 8;

    /// <summary>
    /// Tells the document that was placed from another that came in its stead after a loss: the beginning of its write id. Empty where it has none, and before it is placed.
    /// </summary>
    public string Mark { get; init; } = "";

    /// <summary>The document's id.</summary>
    public string Id => Number.ToString(CultureInfo.InvariantCulture);

    public (string Partition, long Number, string Mark) Key => (Partition, Number, Mark);

    public OrderEntry Of(JsonElement document) => this with { Mark = MarkOf(document) };

    /// <summary>Whether this is the document that was placed, and not another under its id.</summary>
    public bool Is(JsonElement document) => Mark == MarkOf(document);

    /// <summary>Whether both are of the same document; one without a mark is of whichever there is.</summary>
    public bool IsSame(OrderEntry other) => Partition == other.Partition && Number == other.Number && (Mark == other.Mark || Mark.Length == 0 || other.Mark.Length == 0);

    private static string MarkOf(JsonElement document) =>
        document.TryGetProperty("w", out var writeId) && writeId.GetString() is { Length: >= MarkLength } text ? text[..MarkLength] : "";
}

/// <summary>
/// A piece of the order: so many entries under consecutive positions, written down once and never changed. Its id is its first position, so that of two who would write the next page one
/// loses: the page is the fence, and with its continuation the cursor too.
/// </summary>
/// <param name="First">Position of its first entry.</param>
/// <param name="From">The continuation of the change feed at which its entries were found; null for the beginning.</param>
/// <param name="After">That behind them.</param>
/// <param name="MayRepeat">Whether what lies behind <paramref name="After"/> may have a position already: after a loss the change feed is read from its beginning.</param>
/// <param name="Jump">Where it goes on behind an end that was closed, in a page that lists nothing; null for any other.</param>
/// <param name="WriteId">Told apart by it: another page under the same id means that pages were lost.</param>
internal sealed record OrderPage(long First, IReadOnlyList<OrderEntry> Entries, string? From, string? After, bool MayRepeat, long? Jump, string WriteId)
{
    /// <summary>
    /// Positions of one partition of pages: 2^18. A partition may have 20 GB; a page of a single entry, with the continuations of a change feed of fifty ranges, has 20 KB.
    /// </summary>
    private const int BucketBits = 18;

    /// <summary>When it was written down, by the clock of the store where it was read from there.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Whether all that was committed when it was found has a position on it or on those before it: there was nothing more behind <see cref="After"/>.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Whether it was found where the page before it ends (<see cref="After"/>): then <see cref="From"/> is stored there alone, and is null here where it was read from the store.</summary>
    public bool GoesOn { get; init; }

    /// <summary>First position of the page that follows.</summary>
    public long Next => Jump ?? First + Entries.Count;

    /// <summary>Its last position; that before the next page when it is closed.</summary>
    public long Last => Next - 1;

    public bool IsClosed => Jump is not null;

    /// <summary>What stands before the first page of a run, and is stored nowhere.</summary>
    /// <param name="floor">The position behind which the run begins.</param>
    public static OrderPage Before(long floor) => new(floor + 1, [], null, null, floor > 0, null, "");

    /// <summary>Whoever still wants to write here finds this, and follows.</summary>
    public static OrderPage Closed(long first, long next, string writeId) => new(first, [], null, null, true, next, writeId);

    /// <summary>20 digits: as texts they are in the order of the positions.</summary>
    public static string IdOf(long position) => position.ToString("D20", CultureInfo.InvariantCulture);

    public static long BucketOf(long position) => position >> BucketBits;

    public static string PartitionOf(string prefix, long bucket) => $"{prefix}page/{bucket.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Whether it lists the entry under the position.</summary>
    public bool Lists(OrderEntry entry, long position) => position >= First && position - First < Entries.Count && Entries[(int)(position - First)].IsSame(entry);

    public IEnumerable<(long Position, OrderEntry Entry)> Placed() => Entries.Select((entry, i) => (First + i, entry));

    public static OrderPage Read(JsonElement stored) => new(
        long.Parse(stored.GetProperty("id").GetString()!, CultureInfo.InvariantCulture),
        [.. stored.GetProperty("entries").EnumerateArray().Select(ReadEntry)],
        TextIn(stored, "from"),
        TextIn(stored, "after"),
        stored.TryGetProperty("again", out _),
        stored.TryGetProperty("next", out var next) ? next.GetInt64() : null,
        stored.GetProperty("w").GetString()!)
    {
        At = stored.TryGetProperty("_ts", out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds.GetInt64()) : DateTimeOffset.FromUnixTimeMilliseconds(stored.GetProperty("at").GetInt64()),
        IsWhole = stored.TryGetProperty("whole", out _),
        GoesOn = stored.TryGetProperty("on", out _),
    };

    public byte[] ToJson(string prefix)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", IdOf(First));
            json.WriteString("pk", PartitionOf(prefix, BucketOf(First)));
            json.WriteString("o", IdOf(First));
            json.WriteString("w", WriteId);
            json.WriteNumber("at", At.ToUnixTimeMilliseconds());
            if (GoesOn) json.WriteBoolean("on", true);
            else if (From is not null) json.WriteString("from", From);
            if (After is not null) json.WriteString("after", After);
            if (MayRepeat) json.WriteBoolean("again", true);
            if (IsWhole) json.WriteBoolean("whole", true);
            if (Jump is { } jump) json.WriteNumber("next", jump);
            json.WriteStartArray("entries");
            foreach (var entry in Entries)
            {
                json.WriteStartArray();
                json.WriteStringValue(entry.Partition);
                json.WriteNumberValue(entry.Number);
                json.WriteStringValue(entry.Mark);
                if (entry.Name is not null) json.WriteStringValue(entry.Name);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static OrderEntry ReadEntry(JsonElement stored) =>
        new(stored[0].GetString()!, stored[1].GetInt64(), stored.GetArrayLength() > 3 ? stored[3].GetString() : null) { Mark = stored[2].GetString()! };

    private static string? TextIn(JsonElement stored, string name) => stored.TryGetProperty(name, out var text) ? text.GetString() : null;
}
