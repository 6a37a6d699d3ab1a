namespace Consent.Storage;

/// <summary>
/// An append-only log of records in streams, owned by one service. Every write is of a single record: there is no batch and no
/// transaction over two streams. Order is promised within a stream only. Reads see what is committed, and nothing else.
/// Registered per service name as a keyed singleton (<see cref="StorageRegistration"/>).
/// </summary>
public interface IRecordLog
{
    /// <summary>Generation of the log, from 1; raised by a restore. A receipt to be appended carries it.</summary>
    int Epoch { get; }

    /// <summary>
    /// Creates the record if it is the next version of its stream. Completes, a conflict included, only after the fsync of the
    /// commit on which the answer rests. Once called it cannot be called back. Throws <see cref="LogUnavailableException"/>
    /// when the commit failed, for all that shared it.
    /// </summary>
    Task<AppendOutcome> AppendAsync(NewRecord record);

    /// <summary>The newest record of the stream; null for an unknown stream.</summary>
    ValueTask<LogRecord?> LatestAsync(string stream, CancellationToken cancel = default);

    /// <summary>All records of the stream, oldest first; empty for an unknown stream.</summary>
    ValueTask<IReadOnlyList<LogRecord>> HistoryAsync(string stream, CancellationToken cancel = default);

    ValueTask<LogRecord?> FindByIdAsync(string id, CancellationToken cancel = default);

    /// <summary>The record that was appended to the stream under the key. Look here before deciding on a version.</summary>
    ValueTask<KeyedRecord?> FindByKeyAsync(string stream, string idempotencyKey, CancellationToken cancel = default);

    ValueTask<LogRecord?> FindByPositionAsync(long position, CancellationToken cancel = default);

    /// <summary>
    /// Up to <paramref name="max"/> records behind the position, ascending; 0 is the beginning. Nothing ever appears behind a
    /// position that was handed out: whoever goes on from the last one misses nothing.
    /// </summary>
    ValueTask<IReadOnlyList<LogRecord>> FeedAsync(long afterPosition, int max, CancellationToken cancel = default);

    /// <summary>
    /// Waits until something is behind the position: true; or until the time is over: false, which proves nothing, so look in
    /// the feed all the same. Woken by the commit.
    /// </summary>
    Task<bool> WaitForAppendAsync(long afterPosition, TimeSpan timeout, CancellationToken cancel = default);

    /// <summary>
    /// The newest record of each stream whose name starts with the prefix, by name in the order of UTF-8 bytes. For building
    /// what is held in memory, such as declarations. Not one snapshot: a record appended meanwhile may or may not be met.
    /// </summary>
    IAsyncEnumerable<LogRecord> StreamsAsync(string prefix, CancellationToken cancel = default);
}
