using System.Runtime.CompilerServices;

namespace Consent.Storage;

/// <summary>The embedded engine: one SQLite file, one writer thread with group commit, pooled readers. One process at a time.</summary>
public sealed class SqliteRecordLog : IRecordLog, IDisposable
{
    private const int StreamsPerRead = 200;

    private const string Schema = """
        CREATE TABLE log (epoch INTEGER NOT NULL) STRICT;
        INSERT INTO log VALUES (1);
        CREATE TABLE record (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            stream TEXT NOT NULL,
            version INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            recorded_at INTEGER NOT NULL,
            payload BLOB NOT NULL,
            idempotency_key TEXT,
            request_hash TEXT) STRICT;
        CREATE UNIQUE INDEX record_version ON record (stream, version);
        CREATE UNIQUE INDEX record_id ON record (id);
        CREATE UNIQUE INDEX record_key ON record (stream, idempotency_key) WHERE idempotency_key IS NOT NULL
        """;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly GroupCommit<LogWriter> _writer;
    private readonly ReadPool<LogReader> _readers;
    private TaskCompletionSource? _appended;
    private long _committed;

    private SqliteRecordLog(SqliteFile file, string name, TimeProvider time)
    {
        _time = time;
        _tag = new KeyValuePair<string, object?>("store", name);
        _writer = new GroupCommit<LogWriter>(name, () => new LogWriter(file.OpenForWriting()), Announce);
        _readers = new ReadPool<LogReader>(() => new LogReader(file.OpenForReading()));
        (Epoch, _committed) = _writer.RunAsync(writer => (writer.Epoch, writer.LastAppended)).GetAwaiter().GetResult();
    }

    public int Epoch { get; }

    /// <summary>
    /// Opens or creates the log in the file. <paramref name="name"/> is the service's, for metrics. Throws
    /// <see cref="NewerSchemaException"/> on a file of a later version. Dispose of it to drain and close it.
    /// </summary>
    public static SqliteRecordLog Open(string file, string name, TimeProvider time) => new(FileAt(file), name, time);

    internal static SqliteFile FileAt(string path) => new(path, 1, Schema);

    public async Task<AppendOutcome> AppendAsync(NewRecord record)
    {
        if (record is not { Stream.Length: > 0, Kind.Length: > 0, Id.Length: > 0 })
            throw new ArgumentException("A record needs a stream, a kind and an id.", nameof(record));
        var outcome = await _writer.RunAsync(writer => writer.Append(record));
        (outcome is AppendOutcome.Appended ? StorageMetrics.Appended : StorageMetrics.Conflicts).Add(1, _tag);
        return outcome;
    }

    public ValueTask<LogRecord?> LatestAsync(string stream, CancellationToken cancel = default) => Read(r => r.Latest(stream), cancel);

    public ValueTask<IReadOnlyList<LogRecord>> HistoryAsync(string stream, CancellationToken cancel = default) =>
        Read<IReadOnlyList<LogRecord>>(r => r.History(stream), cancel);

    public ValueTask<LogRecord?> FindByIdAsync(string id, CancellationToken cancel = default) => Read(r => r.ById(id), cancel);

    public ValueTask<KeyedRecord?> FindByKeyAsync(string stream, string idempotencyKey, CancellationToken cancel = default) =>
        Read(r => r.ByKey(stream, idempotencyKey), cancel);

    public ValueTask<LogRecord?> FindByPositionAsync(long position, CancellationToken cancel = default) => Read(r => r.ByPosition(position), cancel);

    public ValueTask<IReadOnlyList<LogRecord>> FeedAsync(long afterPosition, int max, CancellationToken cancel = default) =>
        Read<IReadOnlyList<LogRecord>>(r => r.Feed(afterPosition, max), cancel);

    public async Task<bool> WaitForAppendAsync(long afterPosition, TimeSpan timeout, CancellationToken cancel = default)
    {
        Task appended;
        lock (_gate)
        {
            if (_committed > afterPosition) return true;
            _appended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            appended = _appended.Task;
        }

        try
        {
            await appended.WaitAsync(timeout, _time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async IAsyncEnumerable<LogRecord> StreamsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var after = "";
        while (true)
        {
            var page = await Read(r => r.Streams(prefix, after, StreamsPerRead), cancel);
            foreach (var record in page) yield return record;
            if (page.Count < StreamsPerRead) yield break;
            after = page[^1].Stream;
        }
    }

    /// <summary>Finishes the appends that wait, then closes the file. Appends after that are unavailable.</summary>
    public void Dispose()
    {
        _readers.Dispose();
        _writer.Dispose();
    }

    private ValueTask<T> Read<T>(Func<LogReader, T> read, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(read));
    }

    private void Announce(LogWriter writer)
    {
        lock (_gate)
        {
            if (writer.LastAppended <= _committed) return;
            _committed = writer.LastAppended;
            _appended?.SetResult();
            _appended = null;
        }
    }
}
