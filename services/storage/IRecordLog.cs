namespace Consent.Storage;

/// <summary>
/// An append-only log of records in streams, owned by one service. Every write is of a single record: there is no batch and no
/// transaction over two streams. Order is promised within a stream only: of two streams the feed may tell first what was committed last. Where a record stands in the
/// feed is told by what reads the feed, and by <see cref="PositionsOfAsync"/>; any other call may leave it open (<see cref="LogRecord.Unplaced"/>), and tells no other place than the feed does.
/// Reads see what is committed, and nothing else. Registered per service name as a keyed singleton (<see cref="StorageRegistration"/>).
/// </summary>
public interface IRecordLog
{
    /// <summary>
    /// Generation of the log, from 1; raised by a restore, and while the process runs when the database turns out to have lost what it had committed. A receipt to be appended carries it; whoever
    /// keeps what follows from the feed makes it anew in another epoch.
    /// </summary>
    int Epoch { get; }

    /// <summary>Whether replicas may write to it too; false where one process owns its files.</summary>
    bool IsShared { get; }

    /// <summary>What an operator should know of the log or its keys, with what to do; null while all is well. Names nobody.</summary>
    string? Alarm => null;

    /// <summary>
    /// The id that a record has which is appended to the stream under the version, in this epoch: 32 hexadecimal digits that
    /// cannot be guessed and tell nothing.
    /// </summary>
    string IdOf(string stream, long version);

    /// <summary>The stream's name in the store, by which a tombstone is known too: <see cref="LogRecord.StreamKey"/>.</summary>
    StreamKey KeyOf(string stream);

    /// <summary>
    /// Creates the record if it is the next version of its stream. Completes, a conflict included, only after the fsync of the
    /// commit on which the answer rests. Once called it cannot be called back. Throws <see cref="LogUnavailableException"/>
    /// when the commit failed, for all that shared it.
    /// </summary>
    Task<AppendOutcome> AppendAsync(NewRecord record);

    /// <summary>
    /// Deletes every record of the stream, destroys the keys under which they were written, and leaves a tombstone of the kind
    /// <see cref="LogRecord.Erased"/> under the next version; durable on return. The tombstone stands in the feed like any
    /// record. Of a stream that is erased already, the tombstone that is there; null for an unknown stream.
    /// </summary>
    /// <param name="tombstone">UTF-8 JSON, kept in clear: must name nobody.</param>
    /// <param name="version">
    /// Of the newest record that the caller has read: when another came behind it, nothing is erased, and that one returned. Null to erase whatever there is.
    /// </param>
    Task<LogRecord?> EraseAsync(string stream, ReadOnlyMemory<byte> tombstone, DateTimeOffset at, long? version = null);

    /// <summary>The newest record of the stream, which may be a tombstone; null for an unknown stream.</summary>
    ValueTask<LogRecord?> LatestAsync(string stream, CancellationToken cancel = default);

    /// <summary>Version of the newest record of the stream, behind which the next is to be appended; 0 for an unknown stream. Opens no record.</summary>
    ValueTask<long> NewestVersionAsync(string stream, CancellationToken cancel = default);

    /// <summary>The oldest record of the stream that there is, which is the tombstone of one that was ever erased; null for an unknown stream.</summary>
    ValueTask<LogRecord?> OldestAsync(string stream, CancellationToken cancel = default);

    /// <summary>All records of the stream, oldest first; empty for an unknown stream.</summary>
    ValueTask<IReadOnlyList<LogRecord>> HistoryAsync(string stream, CancellationToken cancel = default);

    /// <summary>The same of many streams at once, in their order: what a page shows is read so, or a database elsewhere would be asked for each line of it.</summary>
    /// <param name="streams">Their names in the store; some hundreds at most, whose records are all in memory then.</param>
    ValueTask<IReadOnlyList<IReadOnlyList<LogRecord>>> HistoriesAsync(IReadOnlyList<StreamKey> streams, CancellationToken cancel = default);

    /// <summary>Whether its stream has a newer record.</summary>
    ValueTask<bool> IsSupersededAsync(LogRecord record, CancellationToken cancel = default);

    ValueTask<LogRecord?> FindByIdAsync(string id, CancellationToken cancel = default);

    /// <summary>
    /// Where the records of these ids stand in the feed, in their order; 0 for one that the log does not have. What was committed before the call has a place by its end. Reads no record.
    /// </summary>
    ValueTask<IReadOnlyList<long>> PositionsOfAsync(IReadOnlyList<string> ids, CancellationToken cancel = default);

    /// <summary>
    /// The record that was appended to the stream under the key. Read <see cref="LatestAsync"/> first and look here then: what
    /// comes between is found here or makes the append conflict.
    /// </summary>
    /// <param name="requestHash">Hash of the request that asks now; compared with that of the request which made the record.</param>
    ValueTask<KeyedRecord?> FindByKeyAsync(string stream, string idempotencyKey, string? requestHash = null, CancellationToken cancel = default);

    ValueTask<LogRecord?> FindByPositionAsync(long position, CancellationToken cancel = default);

    /// <summary>Those of many positions at once, in their order; null for one at which nothing stands (any more).</summary>
    ValueTask<IReadOnlyList<LogRecord?>> FindByPositionsAsync(IReadOnlyList<long> positions, CancellationToken cancel = default);

    /// <summary>
    /// For each record, in their order, 32 bytes that belong to it alone and are stored nowhere: derived (HKDF-SHA256) from the key under which it is sealed, so that
    /// erasing its stream destroys them too. A commitment salted with them can then be opened and guessed by nobody. Null for a record that is erased, that
    /// lies in clear, or that the log does not have.
    /// </summary>
    ValueTask<IReadOnlyList<byte[]?>> SaltsOfAsync(IReadOnlyList<LogRecord> records, CancellationToken cancel = default);

    /// <summary>
    /// Up to <paramref name="max"/> records behind the position, ascending, and fewer only at the end; 0 is the beginning. Nothing ever appears behind a
    /// position that was handed out: whoever goes on from the last one misses nothing. Whoever comes to the end has been told all that was committed before he asked, by
    /// whichever replica, and of each record that was erased the tombstone. (On Azure Cosmos DB below strong consistency what another replica committed may lag by as much as the region that is read.)
    /// </summary>
    ValueTask<IReadOnlyList<LogRecord>> FeedAsync(long afterPosition, int max, CancellationToken cancel = default);

    /// <summary>
    /// Waits until something is behind the position: true; or until the time is over: false, which proves nothing, so look in
    /// the feed all the same. Woken by the commit.
    /// </summary>
    Task<bool> WaitForAppendAsync(long afterPosition, TimeSpan timeout, CancellationToken cancel = default);

    /// <summary>
    /// The feed of the streams whose name starts with the prefix, as <see cref="FeedAsync"/> tells it, and as reliable. Of streams
    /// that name nobody only: the others have no name here. For what is held in memory, such as declarations: what it costs does
    /// not grow with the records of other streams, of which none is read.
    /// </summary>
    ValueTask<IReadOnlyList<LogRecord>> NamedFeedAsync(string prefix, long afterPosition, int max, CancellationToken cancel = default);

    /// <summary>
    /// The newest record of each stream, tombstones too, ascending by the stream's name in the store: those behind
    /// <paramref name="after"/> (null for the beginning) up to <paramref name="until"/>, <paramref name="max"/> at most, and fewer only at the end. All that was committed before the call is told.
    /// </summary>
    ValueTask<IReadOnlyList<LogRecord>> NewestOfStreamsAsync(StreamKey? after, StreamKey until, int max, CancellationToken cancel = default);

    /// <summary>
    /// Takes the lease, or prolongs it for who holds it; null while another holds it. Throws <see cref="LogUnavailableException"/>.
    /// </summary>
    /// <param name="ifCutOff">Only one that has ended and was not given back: whoever had it was killed, or cut off. Null otherwise, for who holds it too.</param>
    Task<Lease?> AcquireAsync(string name, string holder, TimeSpan term, bool ifCutOff = false);

    /// <summary>Gives the lease back before its end; of one that another holds by now, nothing changes.</summary>
    Task ReleaseAsync(Lease lease);

    /// <summary>How far the work of this name has come; 0 at the beginning.</summary>
    ValueTask<long> CursorAsync(string name, CancellationToken cancel = default);

    /// <summary>
    /// Notes how far the work that the lease protects has come; durable on return. False, and nothing noted, when the lease was
    /// granted to another since. A cursor never goes back: a lower position changes nothing.
    /// </summary>
    Task<bool> MoveCursorAsync(Lease lease, long position);
}
