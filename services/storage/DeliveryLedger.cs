using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// Who applied what: a row per (record, subscriber), opened before the record is published and closed by the subscriber's own
/// word. Primary data, fsynced like the log beside which it lies. A keyed singleton per publishing service.
/// </summary>
public sealed class DeliveryLedger
{
    /// <summary>A subscriber lives. A new one, or one that wants more kinds than before, is owed all earlier records of those kinds.</summary>
    public Task RegisterAsync(SubscriberAnnounced announced) => throw new NotSupportedException("On its way.");

    /// <summary>
    /// Closes what was applied and, unless the subscriber wants every version, all older deliveries of the same stream to it.
    /// A repeat changes nothing. False when the log has no such record: then nothing is kept.
    /// </summary>
    public Task<bool> CloseAsync(ConsentApplied applied) => throw new NotSupportedException("On its way.");

    /// <summary>Every delivery of the record, open and closed; empty for an unknown record.</summary>
    public ValueTask<IReadOnlyList<Delivery>> DeliveriesOfAsync(string recordId, CancellationToken cancel = default) => throw new NotSupportedException("On its way.");

    /// <summary>Closed deliveries behind the sequence number, in the order of their closing; 0 is the beginning.</summary>
    public ValueTask<IReadOnlyList<ClosedDelivery>> ClosedAfterAsync(long sequence, int max, CancellationToken cancel = default) => throw new NotSupportedException("On its way.");

    /// <summary>All that ever announced themselves, with what is open for each.</summary>
    public ValueTask<IReadOnlyList<SubscriberStatus>> SubscribersAsync(CancellationToken cancel = default) => throw new NotSupportedException("On its way.");
}

/// <param name="AppliedAt">By the subscriber's word; null while open.</param>
/// <param name="ClosedAt">When the ledger heard of it; null while open.</param>
/// <param name="SupersededBy">Id of the newer record whose application closed this one; null when it was applied itself.</param>
public sealed record Delivery(
    string RecordId, string Subscriber, DateTimeOffset OpenedAt, DateTimeOffset? AppliedAt, DateTimeOffset? ClosedAt, string? SupersededBy);

/// <param name="Sequence">Ascending in the order of closing; goes into the next question.</param>
public sealed record ClosedDelivery(long Sequence, Delivery Delivery);

/// <param name="LastSeen">When it announced itself last, to within a minute.</param>
/// <param name="OldestOpen">When its oldest open delivery was opened; null when nothing is open.</param>
public sealed record SubscriberStatus(
    string Name, IReadOnlyList<string> Kinds, bool EveryVersion, DateTimeOffset LastSeen, long Open, DateTimeOffset? OldestOpen);
