using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Npgsql;

namespace Consent.Storage;

/// <summary>
/// The engine for clusters: one schema of a PostgreSQL database per service, shared by its replicas. What it stores is what SQLite
/// stores: hashes and sealed bytes. Reads see what is committed.
/// </summary>
public sealed partial class PostgresRecordLog : IRecordLog, IDisposable
{
    private const int MostSlots = 10_000;
    private readonly ConcurrentDictionary<StreamKey, (long Version, long? Slot)> _slots = new();
    private int _disposed;
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource _writing;
    private readonly PostgresRows _rows;
    private readonly string _schema;
    private readonly LogCipher _cipher;
    private readonly PostgresCommitter _committer;
    private readonly HighWaterMark _mark;
    private readonly FollowHead _head;
    private readonly KeyValuePair<string, object?> _tag;

    private PostgresRecordLog(NpgsqlDataSource source, NpgsqlDataSource writing, string schema, LogCipher cipher, HighWaterMark mark, TimeProvider time)
    {
        (_source, _writing, _schema, _cipher, _mark, _rows) = (source, writing, schema, cipher, mark, new PostgresRows(source, schema));
        _tag = new KeyValuePair<string, object?>("store", schema);
        _head = new FollowHead(source, schema, mark, time);
        _committer = new PostgresCommitter(writing, schema, _head);
    }

    public int Epoch => _head.Epoch;

    public bool IsShared => true;

    public string? Alarm => string.Join("; ", ((string?[])[_head.Alarm, _cipher.Keys.Alarm]).OfType<string>()) is { Length: > 0 } says ? says : null;

    /// <summary>
    /// Opens or creates the log in the schema named like the service. The log's secret and mark lie in <see cref="LogFiles.Keys"/>,
    /// the same for all replicas; the keys of its streams in a database of their own. Throws <see cref="NewerSchemaException"/>, and
    /// <see cref="IOException"/> when the secret there is not the one with which the log was begun.
    /// </summary>
    /// <param name="connection">Npgsql connection string of the data.</param>
    /// <param name="keys">Of the keys: not the same database, unless for a test.</param>
    /// <param name="wrapper">Who keeps the key that wraps the keys of controllers; null for a file among the keys. Throws as <see cref="SqliteRecordLog.Open"/> does.</param>
    public static PostgresRecordLog Open(
        string connection, string keys, LogFiles files, string service, TimeProvider time, Func<string, bool>? namesNobody = null, IKeyWrapper? wrapper = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        var schema = service.Replace('-', '_');
        if (!Name().IsMatch(schema)) throw new ArgumentException("A service's name is made of a-z, 0-9 and hyphens.", nameof(service));
        var source = PostgresSource.Of(connection);
        PostgresSchema.BringUpToDate(source, schema, "log", PostgresSchema.Steps);
        var cipher = new LogCipher(files.OpenSecret(), new PostgresSubjectKeys(keys, schema, files.OpenControllers(wrapper)), namesNobody ?? (_ => false));
        var log = new PostgresRecordLog(source, PostgresSource.ForOneWriter(connection), schema, cipher, new HighWaterMark(files.Mark, TimeProvider.System), time);
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
        try
        {
            var epoch = Epoch;
            var stream = _cipher.Secret.KeyOf(record.Stream);
            var position = await _committer.AppendAsync(stream, _cipher.CloseAsync(record, epoch, newest => SlotOfNewestAsync(newest, record.Version - 1)));
            (position > 0 ? StorageMetrics.Appended : StorageMetrics.Conflicts).Add(1, _tag);
            return position > 0 ? new AppendOutcome.Appended(_cipher.Appended(record, stream, epoch, position)) : AppendOutcome.Conflict.Found;
        }
        catch (Exception e) when (e is NpgsqlException or ObjectDisposedException)
        {
            throw new LogUnavailableException("The database cannot be reached.", e);
        }
    }

    public Task<LogRecord?> EraseAsync(string stream, ReadOnlyMemory<byte> tombstone, DateTimeOffset at, long? version = null) => PostgresWork.RunAsync(async () =>
    {
        var key = _cipher.Secret.KeyOf(stream);
        if (await PostgresWork.EraseAsync(_source, _schema, key, tombstone, at, version, _head.Known.Mark) is not { } erased)
        {
            // Perhaps a repeat of one that was committed, and then could not destroy its keys: it is done when they are.
            await PostgresWork.DestroyAsync(_source, _schema, _cipher.Keys, await PostgresWork.DoomedAsync(_source, _schema));
            return await LatestAsync(stream, CancellationToken.None);
        }

        await PostgresWork.DestroyAsync(_source, _schema, _cipher.Keys, erased.Slots);
        StorageMetrics.Erased.Add(1, _tag);
        _head.Announce(
            new Mark(erased.Tombstone.Epoch, erased.Tombstone.Position), new SeenRecord(erased.Tombstone.Position, key, erased.Tombstone.Version, SHA256.HashData(erased.Tombstone.Body)));
        return _cipher.Open(erased.Tombstone);
    });

    /// <summary>As <see cref="SqliteRecordLog.DestroyControllerAsync"/>; other replicas notice within seconds.</summary>
    public Task<bool> DestroyControllerAsync(string controller) => _cipher.Keys.DestroyControllerAsync(controller);

    public async ValueTask<LogRecord?> LatestAsync(string stream, CancellationToken cancel = default) =>
        await OneAsync(await _rows.ReadAsync($"WHERE stream = $1 ORDER BY version DESC LIMIT 1", cancel, _cipher.Secret.KeyOf(stream).ToArray()));

    public async ValueTask<long> NewestVersionAsync(string stream, CancellationToken cancel = default)
    {
        var key = _cipher.Secret.KeyOf(stream);
        if (await _rows.NewestAsync(key, cancel) is not { } newest) return 0;
        if (_slots.Count > MostSlots) _slots.Clear();
        _slots[key] = newest;
        return newest.Version;
    }

    public async ValueTask<LogRecord?> OldestAsync(string stream, CancellationToken cancel = default) =>
        await OneAsync(await _rows.ReadAsync("WHERE stream = $1 ORDER BY version LIMIT 1", cancel, _cipher.Secret.KeyOf(stream).ToArray()));

    public async ValueTask<IReadOnlyList<LogRecord>> HistoryAsync(string stream, CancellationToken cancel = default) =>
        await _cipher.OpenAsync(await _rows.ReadAsync("WHERE stream = $1 ORDER BY version", cancel, _cipher.Secret.KeyOf(stream).ToArray()));

    public async ValueTask<IReadOnlyList<IReadOnlyList<LogRecord>>> HistoriesAsync(IReadOnlyList<StreamKey> streams, CancellationToken cancel = default)
    {
        if (streams.Count == 0) return [];
        var records = (await _cipher.OpenAsync(await _rows.ReadAsync("WHERE stream = ANY($1) ORDER BY version", cancel, (object)streams.Select(s => s.ToArray()).ToArray()))).ToLookup(r => r.StreamKey);
        return [.. streams.Select(s => records[s].ToList())];
    }

    public async ValueTask<bool> IsSupersededAsync(LogRecord record, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return await _rows.ScalarAsync($"SELECT max(version) FROM {_schema}.record WHERE stream = $1", cancel, record.StreamKey.ToArray()) is long newest && newest > record.Version;
    }

    public async ValueTask<LogRecord?> FindByIdAsync(string id, CancellationToken cancel = default) =>
        _cipher.Secret.TryPlace(id, out var stream, out var epoch, out var version)
            ? await OneAsync(await _rows.ReadAsync("WHERE stream = $1 AND version = $2 AND epoch = $3", cancel, stream.ToArray(), version, epoch))
            : null;

    public async ValueTask<IReadOnlyList<long>> PositionsOfAsync(IReadOnlyList<string> ids, CancellationToken cancel = default) =>
        await _rows.Places.RunAsync(() => PostgresPositions.OfAsync(_source, _schema, _cipher.Secret, ids, cancel), cancel);

    public async ValueTask<IReadOnlyList<LogRecord>> NewestOfStreamsAsync(StreamKey? after, StreamKey until, int max, CancellationToken cancel = default) =>
        await _cipher.OpenAsync(await _rows.ReadAsync($"""
            AS r WHERE stream > $1 AND stream <= $2 AND version = (SELECT max(version) FROM {_schema}.record WHERE stream = r.stream)
            ORDER BY stream LIMIT $3
            """, cancel, after?.ToArray() ?? [], until.ToArray(), max));

    public async ValueTask<KeyedRecord?> FindByKeyAsync(string stream, string idempotencyKey, string? requestHash = null, CancellationToken cancel = default)
    {
        var rows = await _rows.ReadAsync(
            "WHERE stream = $1 AND substr(request, 1, 8) = $2", cancel, _cipher.Secret.KeyOf(stream).ToArray(), _cipher.Secret.Fingerprint(idempotencyKey));
        return await OneAsync(rows) is { } record ? new KeyedRecord(record, _cipher.IsSameRequest(rows[0], requestHash)) : null;
    }

    public async ValueTask<LogRecord?> FindByPositionAsync(long position, CancellationToken cancel = default) =>
        await OneAsync(await _rows.ReadAsync("WHERE position = $1", cancel, position));

    public async ValueTask<IReadOnlyList<LogRecord?>> FindByPositionsAsync(IReadOnlyList<long> positions, CancellationToken cancel = default)
    {
        if (positions.Count == 0) return [];
        var records = (await _cipher.OpenAsync(await _rows.ReadAsync("WHERE position = ANY($1)", cancel, positions.ToArray()))).ToDictionary(r => r.Position);
        return [.. positions.Select(records.GetValueOrDefault)];
    }

    public async ValueTask<IReadOnlyList<byte[]?>> SaltsOfAsync(IReadOnlyList<LogRecord> records, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (records.Count == 0) return [];
        var rows = await _rows.SlotsAsync([.. records.Select(r => r.Position)], cancel);
        return await _cipher.SaltsAsync(records, [.. records.Select(r => rows.TryGetValue(r.Position, out var row) && row.Place == (r.StreamKey, r.Epoch, r.Version) ? row.Slot : null)]);
    }

    public async ValueTask<IReadOnlyList<LogRecord>> FeedAsync(long afterPosition, int max, CancellationToken cancel = default)
    {
        var rows = await _rows.ReadAsync("WHERE position > $1 ORDER BY position LIMIT $2", cancel, afterPosition, max);
        StorageMetrics.FeedBehind.Record(rows.Count == 0 ? 0 : Math.Max(0, _head.Newest - rows[0].Position + 1), _tag);
        return await _cipher.OpenAsync(rows);
    }

    public Task<bool> WaitForAppendAsync(long afterPosition, TimeSpan timeout, CancellationToken cancel = default) => _head.WaitForAppendAsync(afterPosition, timeout, cancel);

    // Materialized, so that it goes by the index of names whatever the planner believes: walking the positions would pass every receipt.
    public async ValueTask<IReadOnlyList<LogRecord>> NamedFeedAsync(string prefix, long afterPosition, int max, CancellationToken cancel = default) =>
        await _cipher.OpenAsync(await _rows.ReadAsync($"""
            WHERE position IN (
                WITH named AS MATERIALIZED (SELECT position FROM {_schema}.record WHERE name >= $1 AND name < $2)
                SELECT position FROM named WHERE position > $3 ORDER BY position LIMIT $4)
            ORDER BY position
            """, cancel, prefix, prefix + "\U0010FFFF", afterPosition, max));

    public Task<Lease?> AcquireAsync(string name, string holder, TimeSpan term, bool ifCutOff = false) =>
        PostgresWork.RunAsync(() => PostgresWork.AcquireAsync(_source, _schema, name, holder, (long)term.TotalMilliseconds, ifCutOff));

    public Task ReleaseAsync(Lease lease) => PostgresWork.RunAsync(() => PostgresWork.ReleaseAsync(_source, _schema, lease));

    public async ValueTask<long> CursorAsync(string name, CancellationToken cancel = default) =>
        await _rows.ScalarAsync($"SELECT position FROM {_schema}.cursor WHERE name = $1", cancel, name) is long position ? position : 0;

    public Task<bool> MoveCursorAsync(Lease lease, long position) =>
        PostgresWork.RunAsync(() => PostgresWork.MoveCursorAsync(_source, _schema, lease, position, _head.Known.Mark));

    /// <summary>Begins a new epoch, after a restore: what is appended from now on overrules all that was ever told of the time before.</summary>
    public Task<int> RaiseEpochAsync() => _head.RaiseAsync();

    /// <summary>Finishes the appends that wait, then closes the connections. Appends after that are unavailable.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _committer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _head.Dispose();
        _mark.Dispose();
        _cipher.Keys.Dispose();
        _cipher.Secret.Dispose();
        _source.Dispose();
        _writing.Dispose();
        _rows.Dispose();
    }

    private void Begin()
    {
        // With another secret a stream would bear another name: the history of a person would begin anew, and his "no" be overlooked.
        if (!PostgresWork.IsSecretAsync(_source, _schema, _cipher.Secret.Fingerprint("the secret itself")).GetAwaiter().GetResult())
            throw new IOException("The log was begun with another secret: give this replica the folder of keys that the others have, or put it back from its backup.");
        PostgresWork.RequireAsync(_source, _schema, _cipher.Keys).GetAwaiter().GetResult();
        _head.BeginAsync().GetAwaiter().GetResult();
        // A crash may have come between the commit of an erasure and the destruction of its keys.
        PostgresWork.DestroyAsync(_source, _schema, _cipher.Keys, PostgresWork.DoomedAsync(_source, _schema).GetAwaiter().GetResult()).GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="NewestVersionAsync"/> saw it, where the record goes behind that: it comes about only if nothing came between, an erasure included.</summary>
    private async ValueTask<long?> SlotOfNewestAsync(StreamKey stream, long behind) =>
        _slots.TryRemove(stream, out var seen) && seen.Version == behind ? seen.Slot : (await _rows.NewestAsync(stream, default))?.Slot;

    private async ValueTask<LogRecord?> OneAsync(List<StoredRecord> rows) => (await _cipher.OpenAsync(rows)) is [var record, ..] ? record : null;

    [GeneratedRegex("^[a-z][a-z0-9_]{0,40}\\z")]
    private static partial Regex Name();
}
