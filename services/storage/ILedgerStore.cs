using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// Where a delivery ledger lies: beside the log, on the engine of the log. It keeps who subscribes, and a row for each (record,
/// subscriber) that was applied; what is not there is open. Every write is durable on return. Throws <see cref="LogUnavailableException"/>.
/// </summary>
internal interface ILedgerStore : IDisposable
{
    ValueTask<IReadOnlyList<Subscriber>> RegistryAsync(CancellationToken cancel);

    /// <summary>Enters a subscriber, or what it says anew; <paramref name="joined"/> counts for a new one only.</summary>
    /// <param name="seen">Also when it lies before what was noted: a clock was ahead then. Null leaves that as it is.</param>
    Task RegisterAsync(SubscriberAnnounced announced, DateTimeOffset? seen, long joined);

    /// <summary>Notes that records were applied; those that are noted already stay as they are. A subscriber that is not in the registry gets a number all the same.</summary>
    Task CloseAsync(string subscriber, IReadOnlyList<long> positions, DateTimeOffset appliedAt, DateTimeOffset closedAt);

    /// <summary>Who applied the record.</summary>
    ValueTask<IReadOnlyList<ClosedRow>> ClosedOfAsync(long position, CancellationToken cancel);

    /// <summary>
    /// In about the order of closing; nothing ever appears behind a sequence that was handed out. None only when all were told. What was told may come once more behind it, after the store lost something.
    /// </summary>
    ValueTask<IReadOnlyList<ClosedRow>> ClosedAfterAsync(long sequence, int max, CancellationToken cancel);

    /// <summary>Which positions of the range the subscriber has applied: behind <paramref name="after"/>, up to <paramref name="through"/>.</summary>
    ValueTask<IReadOnlySet<long>> ClosedBetweenAsync(int subscriber, long after, long through, CancellationToken cancel);

    /// <summary>Which of these the subscriber has applied.</summary>
    ValueTask<IReadOnlySet<long>> ClosedAmongAsync(int subscriber, IReadOnlyCollection<long> positions, CancellationToken cancel);

    /// <summary>Never back.</summary>
    Task MoveFrontierAsync(int subscriber, long position);

    /// <summary>Retires a subscriber, or readmits it (null). False for an unknown one.</summary>
    Task<bool> RetireAsync(string subscriber, string? because, DateTimeOffset at);
}
