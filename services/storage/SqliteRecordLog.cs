using Consent.Contracts;

namespace Consent.Storage;

/// <summary>The embedded engine: one SQLite file, one writer thread with group commit, pooled readers. One process at a time.</summary>
public sealed class SqliteRecordLog : IRecordLog, IDisposable
{
    /// <summary>Records that the relay may be behind without reading them from the file: about 2 MB.</summary>
    private const int Remembered = 4096;
    private readonly Lock _gate = new();
    private readonly LogCipher _cipher;
    private readonly TimeProvider _time;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly SqliteFile _file;
    private readonly GroupCommit<LogWriter> _writer;
    private readonly ReadPool<LogReader> _readers;
    private readonly HighWaterMark _mark;
    private readonly LogTail _tail = new(Remembered);
    private TaskCompletionSource? _appended;
    private long _last;
    private long _newest;

    private SqliteRecordLog(SqliteFile file, LogCipher cipher, HighWaterMark mark, string name, TimeProvider time)
    {
        (_file, _cipher, _mark, _time) = (file, cipher, mark, time);
        _tag = new KeyValuePair<string, object?>("store", name);
        _writer = new GroupCommit<LogWriter>(name, file, connection => new LogWriter(connection), Announce);
        _readers = new ReadPool<LogReader>(() => new LogReader(file.OpenForReading()));
    }

    public int Epoch { get; private set; }

    public bool IsShared => false;

    public string? Alarm => _cipher.Keys.Alarm;

    /// <summary>
    /// Opens or creates the log in <see cref="LogFiles.Data"/>. <paramref name="name"/> is the service's, for metrics. A file that
    /// lacks what was seen in it before was restored from a backup: then a new epoch begins. Throws
    /// <see cref="NewerSchemaException"/> on a file of a later version, <see cref="LogUnavailableException"/> while who keeps the wrapping key is out of reach,
    /// and <see cref="IOException"/> when a key is missing or another's. Dispose of it to drain and close it.
    /// </summary>
    /// <param name="namesNobody">Which streams may be stored in clear, under their names; none unless said.</param>
    /// <param name="wrapper">Who keeps the key that wraps the keys of controllers; null for a file among the keys.</param>
    public static SqliteRecordLog Open(LogFiles files, string name, TimeProvider time, Func<string, bool>? namesNobody = null, IKeyWrapper? wrapper = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        var cipher = new LogCipher(files.OpenSecret(), files.OpenKeys(wrapper), namesNobody ?? (_ => false));
        var log = new SqliteRecordLog(FileAt(files.Data), cipher, new HighWaterMark(files.Mark, TimeProvider.System), name, time);
        try
        {
            log.Begin();
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    public string IdOf(string stream, long version) => _cipher.Secret.IdOf(_cipher.Secret.KeyOf(stream), Epoch, version);

    public StreamKey KeyOf(string stream) => _cipher.Secret.KeyOf(stream);

    public async Task<AppendOutcome> AppendAsync(NewRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var row = await _cipher.CloseAsync(record, Epoch, stream => ValueTask.FromResult(_readers.Read(r => r.SlotOfNewest(stream))));
        var readsBackAs = _cipher.Appended(record, row.Stream, row.Epoch, 0);
        var appended = await _writer.RunAsync(writer =>
        {
            if (writer.Append(row) is not (> 0 and var position)) return null;
            var record = readsBackAs with { Position = position };
            writer.Fresh.Add(record);
            return record;
        });
        (appended is null ? StorageMetrics.Conflicts : StorageMetrics.Appended).Add(1, _tag);
        return appended is null ? AppendOutcome.Conflict.Found : new AppendOutcome.Appended(appended);
    }

    public async Task<LogRecord?> EraseAsync(string stream, ReadOnlyMemory<byte> tombstone, DateTimeOffset at, long? version = null)
    {
        var key = _cipher.Secret.KeyOf(stream);
        if (await _writer.RunAsync(writer => writer.Erase(key, tombstone, at, version)) is not { } erased)
        {
            // Perhaps a repeat of one that was committed, and then could not destroy its keys: it is done when they are.
            if (await _writer.RunAsync(writer => writer.Doomed()) is { Count: > 0 } left) await DestroyAsync(left);
            return await LatestAsync(stream);
        }

        await DestroyAsync(erased.Slots);
        StorageMetrics.Erased.Add(1, _tag);
        return _cipher.Open(erased.Tombstone);
    }

    /// <summary>
    /// Destroys the key of a controller: all its records read as tombstones from then on, and nothing brings them back. Durable on return. False when it has none.
    /// </summary>
    public async Task<bool> DestroyControllerAsync(string controller)
    {
        var destroyed = await _cipher.Keys.DestroyControllerAsync(controller);
        // What is remembered in clear goes with it.
        await _writer.RunAsync(writer => writer.HasErased = true);
        return destroyed;
    }

    public ValueTask<LogRecord?> LatestAsync(string stream, CancellationToken cancel = default) => One(r => r.Latest(_cipher.Secret.KeyOf(stream)), cancel);

    public ValueTask<long> NewestVersionAsync(string stream, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(r => r.NewestVersion(_cipher.Secret.KeyOf(stream))));
    }

    public ValueTask<LogRecord?> OldestAsync(string stream, CancellationToken cancel = default) => One(r => r.Oldest(_cipher.Secret.KeyOf(stream)), cancel);

    public ValueTask<IReadOnlyList<LogRecord>> HistoryAsync(string stream, CancellationToken cancel = default) =>
        Many(r => r.History(_cipher.Secret.KeyOf(stream)), cancel);

    public ValueTask<IReadOnlyList<IReadOnlyList<LogRecord>>> HistoriesAsync(IReadOnlyList<StreamKey> streams, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(streams);
        return ValueTask.FromResult<IReadOnlyList<IReadOnlyList<LogRecord>>>([.. _readers.Read(r => streams.Select(r.History).ToList()).Select(rows => rows.ConvertAll(_cipher.Open))]);
    }

    public ValueTask<bool> IsSupersededAsync(LogRecord record, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(r => r.NewestVersion(record.StreamKey)) > record.Version);
    }

    public ValueTask<LogRecord?> FindByIdAsync(string id, CancellationToken cancel = default) =>
        _cipher.Secret.TryPlace(id, out var stream, out var epoch, out var version)
            ? One(r => r.ByVersion(stream, version) is { } found && found.Epoch == epoch ? found : null, cancel)
            : ValueTask.FromResult<LogRecord?>(null);

    public ValueTask<IReadOnlyList<long>> PositionsOfAsync(IReadOnlyList<string> ids, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(ids);
        return ValueTask.FromResult<IReadOnlyList<long>>(_readers.Read(reader => ids.Select(id =>
            _cipher.Secret.TryPlace(id, out var stream, out var epoch, out var version) ? reader.PositionOf(stream, epoch, version) : 0).ToList()));
    }

    public ValueTask<IReadOnlyList<LogRecord>> NewestOfStreamsAsync(StreamKey? after, StreamKey until, int max, CancellationToken cancel = default) =>
        Many(r => r.NewestOfStreams(after, until, max), cancel);

    public ValueTask<KeyedRecord?> FindByKeyAsync(
        string stream, string idempotencyKey, string? requestHash = null, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        var row = _readers.Read(r => r.ByKey(_cipher.Secret.KeyOf(stream), _cipher.Secret.Fingerprint(idempotencyKey)));
        return ValueTask.FromResult(row is null ? null : new KeyedRecord(_cipher.Open(row), _cipher.IsSameRequest(row, requestHash)));
    }

    public ValueTask<LogRecord?> FindByPositionAsync(long position, CancellationToken cancel = default) => One(r => r.ByPosition(position), cancel);

    public ValueTask<IReadOnlyList<LogRecord?>> FindByPositionsAsync(IReadOnlyList<long> positions, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(positions);
        return ValueTask.FromResult<IReadOnlyList<LogRecord?>>([.. _readers.Read(r => positions.Select(r.ByPosition).ToList()).Select(row => row is null ? null : _cipher.Open(row))]);
    }

    public ValueTask<IReadOnlyList<byte[]?>> SaltsOfAsync(IReadOnlyList<LogRecord> records, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(records);
        return _cipher.SaltsAsync(records, _readers.Read(r => records.Select(one => r.SlotOf(one.StreamKey, one.Epoch, one.Version)).ToList()));
    }

    public ValueTask<IReadOnlyList<LogRecord>> FeedAsync(long afterPosition, int max, CancellationToken cancel = default) =>
        _tail.After(afterPosition, max) is { } newest ? ValueTask.FromResult(newest) : Many(r => r.Feed(afterPosition, max), cancel);

    public async Task<bool> WaitForAppendAsync(long afterPosition, TimeSpan timeout, CancellationToken cancel = default)
    {
        Task appended;
        lock (_gate)
        {
            if (_newest > afterPosition) return true;
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

    public ValueTask<IReadOnlyList<LogRecord>> NamedFeedAsync(string prefix, long afterPosition, int max, CancellationToken cancel = default) =>
        Many(r => r.NamedFeed(prefix, afterPosition, max), cancel);

    public Task<Lease?> AcquireAsync(string name, string holder, TimeSpan term, bool ifCutOff = false) =>
        _writer.RunAsync(w => w.Acquire(name, holder, _time.GetUtcNow().ToUnixTimeMilliseconds(), (long)term.TotalMilliseconds, ifCutOff));

    public Task ReleaseAsync(Lease lease) => _writer.RunAsync(w => w.Release(lease));

    public ValueTask<long> CursorAsync(string name, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(r => r.Cursor(name)));
    }

    public Task<bool> MoveCursorAsync(Lease lease, long position) => _writer.RunAsync(w => w.MoveCursor(lease, position));

    /// <summary>Finishes the appends that wait, then closes the file. Appends after that are unavailable.</summary>
    public void Dispose()
    {
        _readers.Dispose();
        _writer.Dispose();
        _mark.Dispose();
        _cipher.Keys.Dispose();
        _cipher.Secret.Dispose();
    }

    /// <summary>Begins a new epoch: what is appended from now on overrules all that was ever told of the time before.</summary>
    internal int RaiseEpoch()
    {
        Epoch = _writer.RunAsync(writer => writer.RaiseEpoch(Restored.NextEpoch(_mark.Read(), writer.Epoch, _time.Now()))).GetAwaiter().GetResult();
        return Epoch;
    }

    internal static SqliteFile FileAt(string path) => new(path, LogSchema.First, LogSchema.Steps);

    private void Begin()
    {
        var (seen, slots) = (_mark.Read(), _cipher.Keys.SlotsAsync().AsTask().GetAwaiter().GetResult());
        (Epoch, _last, _newest, var doomed, var areOlder) = _writer.RunAsync(writer =>
        {
            var isBehind = writer.Slots > slots;
            if (!isBehind && Restored.Since(seen, writer.Epoch, writer.LastPosition)) writer.RaiseEpoch(Restored.NextEpoch(seen, writer.Epoch, _time.Now()));
            return (writer.Epoch, writer.LastPosition, writer.NewestPosition, writer.Doomed(), isBehind);
        }).GetAwaiter().GetResult();
        if (areOlder) throw LogFiles.KeysAreOlder();
        _mark.Move(Epoch, _last);
        // A crash may have come between the commit of an erasure and the destruction of its keys.
        if (doomed.Count > 0) DestroyAsync(doomed).GetAwaiter().GetResult();
    }

    private async Task DestroyAsync(List<long> slots)
    {
        _cipher.Keys.Destroy(slots);
        await _writer.RunAsync(writer => writer.Forget(slots));
        _file.EmptyWal();
    }

    private ValueTask<LogRecord?> One(Func<LogReader, StoredRecord?> read, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(read) is { } row ? _cipher.Open(row) : null);
    }

    private ValueTask<IReadOnlyList<LogRecord>> Many(Func<LogReader, List<StoredRecord>> read, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<LogRecord>>(_readers.Read(read).ConvertAll(_cipher.Open));
    }

    private void Announce(LogWriter writer)
    {
        if (writer.HasErased) _tail.Forget();
        else _tail.Add(writer.Fresh);
        writer.HasErased = false;
        writer.Fresh.Clear();
        lock (_gate)
        {
            // By a record alone: behind the floor of an epoch there is nothing to be read yet.
            if (writer.NewestPosition > _newest)
            {
                _newest = writer.NewestPosition;
                _appended?.SetResult();
                _appended = null;
            }

            if (writer.LastPosition <= _last) return;
            _last = writer.LastPosition;
        }

        _mark.Move(writer.Epoch, writer.LastPosition);
    }
}
