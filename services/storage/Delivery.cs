using Consent.Contracts;

namespace Consent.Storage;

/// <summary>What became of one record at one subscriber.</summary>
/// <param name="AppliedAt">By the subscriber's word; null while open, and when it was superseded or loaded.</param>
/// <param name="ClosedAt">When the ledger heard of it, or of what superseded it; null while open, and when it was loaded.</param>
/// <param name="SupersededBy">Id of the newer record whose application closed this one; null when it was applied itself.</param>
/// <param name="State"><c>open</c>, <c>applied</c>, <c>superseded</c>, <c>earlier</c> (from before the subscriber came, which it loads by itself), or <c>retired</c>.</param>
public sealed record Delivery(
    string RecordId, string Subscriber, string State, DateTimeOffset? AppliedAt = null, DateTimeOffset? ClosedAt = null, string? SupersededBy = null);

/// <param name="Sequence">Ascending in the order of closing; goes into the next question.</param>
/// <param name="Applied">Null where the record was erased meanwhile: it has no id any more, and no trace.</param>
public sealed record ClosedDelivery(long Sequence, ConsentApplied? Applied);

/// <summary>How one subscriber stands.</summary>
/// <param name="Purposes">Absent for one that every site concerns.</param>
/// <param name="LastSeen">When it announced itself last, to within 10 seconds.</param>
/// <param name="Open">Records that it has not applied, nor a newer one of the same stream; counted to <see cref="OpenDeliveries.MostCounted"/>.</param>
/// <param name="OldestOpen">When the oldest of them was recorded; absent when nothing is open.</param>
/// <param name="Loaded">Whether it holds what was recorded before it came; absent for one that does not say.</param>
public sealed record SubscriberStatus(
    string Name, IReadOnlyList<string> Kinds, IReadOnlyList<string>? Purposes, bool EveryVersion, DateTimeOffset? LastSeen, int Open,
    DateTimeOffset? OldestOpen, bool? Loaded, DateTimeOffset? RetiredAt, string? RetiredBecause);

/// <summary>A subscriber in the registry.</summary>
/// <param name="Joined">What was published up to here came before it: it loads that by itself.</param>
/// <param name="Frontier">Up to here nothing is open to it any more.</param>
internal sealed record Subscriber(
    int Number, string Name, IReadOnlyList<string> Kinds, IReadOnlyList<string>? Purposes, bool EveryVersion, long Joined, long Frontier,
    DateTimeOffset? LastSeen, bool? Loaded, DateTimeOffset? RetiredAt, string? RetiredBecause)
{
    /// <summary>Kinds and purposes are kebab-case words, kept in one text.</summary>
    public static IReadOnlyList<string> Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <param name="Sooner">Milliseconds by which the subscriber's word precedes the ledger's hearing of it, by their two clocks; 24 days at most.</param>
internal sealed record ClosedRow(long Sequence, long Position, string Subscriber, DateTimeOffset ClosedAt, int Sooner)
{
    public DateTimeOffset AppliedAt => ClosedAt.AddMilliseconds(-Sooner);

    public static int SoonerOf(DateTimeOffset appliedAt, DateTimeOffset closedAt) =>
        (int)Math.Clamp((closedAt - appliedAt).TotalMilliseconds, int.MinValue, int.MaxValue);
}
