using System.Text.Json;

namespace Consent.Contracts;

/// <summary>
/// A subscriber asks the publisher for the newest record of each stream in a range, a page at a time: sent to the publisher's queue
/// alone, and answered by <see cref="SnapshotPage"/>, to the subscriber's queue alone. Asked again when no answer comes.
/// </summary>
/// <param name="Kinds">Kinds of events wanted.</param>
/// <param name="Purposes">As in <see cref="SubscriberAnnounced"/>.</param>
/// <param name="After">Keyed hash of the stream behind which the page begins, 20 hexadecimal digits; empty for the beginning.</param>
/// <param name="Until">The last hash of the range, such as <c>ffffffffffffffffffff</c> for all.</param>
public sealed record SnapshotRequested(
    string Id, string Source, string Subscriber, IReadOnlyList<string> Kinds, IReadOnlyList<string>? Purposes, string After, string Until) : IEvent
{
    public static string Kind => "snapshot-requested";
}

/// <summary>The newest record of every stream behind <paramref name="After"/> up to <paramref name="Through"/>, as it stood when the page was made.</summary>
/// <param name="Through">Ask again behind it.</param>
/// <param name="Complete">The range ends here.</param>
public sealed record SnapshotPage(string Id, string Source, string After, string Through, bool Complete, IReadOnlyList<PublishedEvent> Events) : IEvent
{
    public static string Kind => "snapshot-page";
}

/// <param name="Kind">Kind of the event, such as <c>consent-changed</c>.</param>
/// <param name="Body">The event, as it would have come by itself.</param>
public sealed record PublishedEvent(string Kind, JsonElement Body);

/// <summary>
/// A subscriber that needs every version asks for the records behind its cursor, a page at a time: sent to the publisher's queue alone,
/// and answered by <see cref="FeedPage"/>.
/// </summary>
/// <param name="After">Its cursor; 0 for the beginning.</param>
public sealed record FeedRequested(string Id, string Source, string Subscriber, IReadOnlyList<string> Kinds, long After) : IEvent
{
    public static string Kind => "feed-requested";
}

/// <summary>The published records behind <paramref name="After"/>, in the order of the log.</summary>
/// <param name="Through">The cursor from now on; the same as <paramref name="After"/> when nothing is behind it.</param>
public sealed record FeedPage(string Id, string Source, long After, long Through, IReadOnlyList<PublishedEvent> Events) : IEvent
{
    public static string Kind => "feed-page";
}

/// <summary>
/// A subscriber tells what it holds, as a digest for each of some buckets of streams (<see cref="StateDigest"/>), so that it learns where
/// it differs. Sent to the publisher's queue alone; answered by <see cref="ComparisonAnswered"/>.
/// </summary>
/// <param name="Bits">A bucket is named by the first so many bits of a stream's keyed hash: 0 to 16.</param>
/// <param name="First">The first bucket told of; the digests are of it and those that follow.</param>
/// <param name="Digests">32 hexadecimal digits each.</param>
/// <param name="Declarations">Digest of all declarations held.</param>
public sealed record StateCompared(
    string Id, string Source, string Subscriber, IReadOnlyList<string>? Purposes, int Bits, int First, IReadOnlyList<string> Digests, string Declarations) : IEvent
{
    public static string Kind => "state-compared";
}

/// <summary>Which buckets differ; the subscriber asks for these again (<see cref="SnapshotRequested"/>).</summary>
/// <param name="Question">Id of the <see cref="StateCompared"/>.</param>
/// <param name="Declarations">Whether the declarations differ.</param>
/// <param name="Bits">Where some bucket was too large to be compared: ask again with so many.</param>
public sealed record ComparisonAnswered(string Id, string Source, string Question, IReadOnlyList<int> Differing, bool Declarations, int? Bits = null) : IEvent
{
    public static string Kind => "comparison-answered";
}
