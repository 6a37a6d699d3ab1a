using Consent.ServiceDefaults;

namespace Consent.Subscriber;

/// <summary>
/// Where one subscriber keeps what it holds: a file of its own (<see cref="SubscriberStore"/>), or PostgreSQL, which its replicas share
/// (<see cref="PostgresSubscriberStore"/>). Reads see what is committed. What is away is told by an <see cref="IUnavailable"/>, or by the exception of SQLite.
/// </summary>
internal interface ISubscriberStore : IAsyncDisposable
{
    /// <summary>The other replicas that write to it too; null where one process owns the file.</summary>
    OtherReplicas? Others { get; }

    /// <summary>Runs <paramref name="write"/> in a transaction, one at a time over all replicas, and completes when it is on the disk; throws when it is not. May be run twice.</summary>
    Task<T> WriteAsync<T>(Func<SubscriberWriter, T> write, CancellationToken cancel);

    HeldReceipt? Find(string site, string subject);

    /// <summary>Of those that are held, in no order.</summary>
    IReadOnlyList<HeldReceipt> Find(string site, string[] subjects);

    Task<int> CountAsync(CancellationToken cancel);

    /// <summary>Receipts of the streams behind <paramref name="after"/> up to <paramref name="until"/>.</summary>
    IAsyncEnumerable<HeldReceipt> BetweenAsync(string after, string until, CancellationToken cancel);

    IReadOnlyList<HeldDeclaration> Declarations();

    /// <summary>Throws when it cannot be read.</summary>
    Task CheckAsync(CancellationToken cancel);

    /// <summary>Leaves nothing of what was deleted, as far as that is in the hands of this process. Throws <see cref="TimeoutException"/> while a reader is in the way.</summary>
    void WipeDeleted();

    /// <summary>See <see cref="SubscriberState.FollowAsync"/>.</summary>
    Task FollowAsync(Func<string, bool> concerns, Action<IReadOnlyList<ReceiptChange>> told, CancellationToken cancel);

    /// <summary>See <see cref="SubscriberState.CatchUpAsync"/>.</summary>
    ValueTask<bool> CatchUpAsync(CancellationToken cancel);
}

/// <summary>The database cannot be reached, or could not do it: try again later.</summary>
internal sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner), IUnavailable;
