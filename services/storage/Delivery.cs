using System.Runtime.InteropServices;
using Consent.Contracts;

namespace Consent.Storage;

/// <param name="AppliedAt">By the subscriber's word; null while open.</param>
/// <param name="ClosedAt">When the ledger heard of it; null while open.</param>
/// <param name="SupersededBy">Id of the newer record whose application closed this one; null when it was applied itself.</param>
public sealed record Delivery(
    string RecordId, string Subscriber, DateTimeOffset OpenedAt, DateTimeOffset? AppliedAt, DateTimeOffset? ClosedAt, string? SupersededBy);

/// <param name="Sequence">Ascending in the order of closing; goes into the next question.</param>
public sealed record ClosedDelivery(long Sequence, ConsentApplied Applied);

/// <param name="LastSeen">When it announced itself last; from before a restart, to within a minute.</param>
/// <param name="OldestOpen">When its oldest open delivery was opened; null when nothing is open.</param>
public sealed record SubscriberStatus(
    string Name, IReadOnlyList<string> Kinds, bool EveryVersion, DateTimeOffset LastSeen, long Open, DateTimeOffset? OldestOpen);

/// <summary>Where a record stands, in the ledger's words. Within a stream, the higher position is the newer record.</summary>
/// <param name="Stream">
/// 64 bits of the stream's name in the store. Two streams of one value would supersede each other: among ten million streams the
/// chance that any two meet is 3 in a million.
/// </param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Place(long Position, long Stream)
{
    public static Place Of(LogRecord record) => new(record.Position, unchecked((long)record.StreamKey.High));
}

/// <param name="Earlier">Records up to here, of those before it joined, have been opened to it.</param>
/// <param name="Joined">What lies behind this is opened to it when it is published.</param>
internal sealed record Subscriber(long Number, string Name, IReadOnlyList<string> Kinds, bool EveryVersion, long Earlier, long Joined);

internal sealed record DueDelivery(Place Place, DateTimeOffset DueAt, int Attempts);

internal sealed record DeliveryRow(string Subscriber, DateTimeOffset OpenedAt, DateTimeOffset? AppliedAt, DateTimeOffset? ClosedAt, long? SupersededBy);

internal sealed record ClosedRow(long Sequence, long Position, string Subscriber, DateTimeOffset AppliedAt);
