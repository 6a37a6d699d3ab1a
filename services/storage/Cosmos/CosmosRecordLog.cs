using System.Text.Json;

namespace Consent.Storage;

/// <summary>
/// The engine for Azure: two containers of an account of Azure Cosmos DB for each service, shared by its replicas, and by single documents alone. What it stores is what the other engines store:
/// hashes and sealed bytes. A record is one document, in the partition of its stream, under its version as the id; its place in the feed is given out behind the commit (<see cref="CosmosOrder"/>),
/// so an append and every read but those of the feed leave it open. A process reads what it has written; what another replica has written it reads as soon as the account's consistency says, with
/// less than bounded staleness perhaps a moment later. Requests have <see cref="CosmosSettings.Within"/> each. A payload may have 1 MB.
/// </summary>
public sealed partial class CosmosRecordLog : IRecordLog, IDisposable
{
    private readonly InTurns<StreamKey> _turns = new();
    private readonly CosmosContainer _container;
    private readonly CosmosContainer _orderContainer;
    private readonly LogCipher _cipher;
    private readonly HighWaterMark _mark;
    private readonly CosmosRecords _records;
    private readonly CosmosOrder _order;
    private readonly CosmosHusks _husks;
    private readonly UnfinishedErasures _unfinished;
    private readonly CosmosHead _head;
    private readonly CosmosNewest _newest;
    private readonly CosmosAppend _append;
    private readonly CosmosErase _erase;
    private readonly CosmosLeases _leases;
    private readonly ReadPlaced _placed;
    private readonly PlaceSoon _placeSoon;
    private readonly FollowCosmos _follow;
    private readonly KeyValuePair<string, object?> _tag;
    private int _disposed;

    public int Epoch => _head.Epoch;

    public bool IsShared => true;

    public string? Alarm => string.Join("; ", ((string?[])[_head.Alarm, _cipher.Keys.Alarm, _unfinished.Alarm]).OfType<string>()) is { Length: > 0 } says ? says : null;

    public string IdOf(string stream, long version) => _cipher.Secret.IdOf(_cipher.Secret.KeyOf(stream), Epoch, version);

    public StreamKey KeyOf(string stream) => _cipher.Secret.KeyOf(stream);

    public async Task<AppendOutcome> AppendAsync(NewRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        RequireOpen();
        var (stream, by) = (_cipher.Secret.KeyOf(record.Stream), Begin(CancellationToken.None));
        if (await _turns.RunAsync(stream, () => _append.AppendAsync(record, stream, by)) is not { } appended)
        {
            StorageMetrics.Conflicts.Add(1, _tag);
            return AppendOutcome.Conflict.Found;
        }

        StorageMetrics.Appended.Add(1, _tag);
        _placeSoon.Ask();
        return new AppendOutcome.Appended(appended);
    }

    public async Task<LogRecord?> EraseAsync(string stream, ReadOnlyMemory<byte> tombstone, DateTimeOffset at, long? version = null)
    {
        RequireOpen();
        var (key, by) = (_cipher.Secret.KeyOf(stream), Begin(CancellationToken.None));
        if (await _turns.RunAsync(key, () => _erase.LeaveAsync(key, tombstone, at, version, by)) is not { } left) return null;
        if (CosmosDocuments.IsTombstone(left.Newest))
        {
            // Also of one that was left before: whoever left it may have been killed, and a repeat is done when its keys are destroyed.
            await _husks.FinishAsync(left.Newest);
            _placeSoon.Ask();
        }

        if (left.IsNew) StorageMetrics.Erased.Add(1, _tag);
        return await OpenAsync(left.Newest);
    }

    /// <summary>As <see cref="SqliteRecordLog.DestroyControllerAsync"/>; other replicas notice within seconds.</summary>
    public Task<bool> DestroyControllerAsync(string controller) => _cipher.Keys.DestroyControllerAsync(controller);

    public async ValueTask<LogRecord?> LatestAsync(string stream, CancellationToken cancel = default) => await OpenAsync(await _newest.ReadAsync(_cipher.Secret.KeyOf(stream), Begin(cancel)));

    public async ValueTask<long> NewestVersionAsync(string stream, CancellationToken cancel = default) =>
        await _newest.ReadAsync(_cipher.Secret.KeyOf(stream), Begin(cancel)) is { } newest ? CosmosDocuments.VersionOf(newest) : 0;

    public async ValueTask<LogRecord?> OldestAsync(string stream, CancellationToken cancel = default) => await OpenAsync(await _records.OldestAsync(NameOf(stream), Begin(cancel)));

    public async ValueTask<IReadOnlyList<LogRecord>> HistoryAsync(string stream, CancellationToken cancel = default) =>
        await _cipher.OpenAsync((await _records.HistoryAsync(NameOf(stream), Begin(cancel))).ConvertAll(Unplaced));

    public async ValueTask<IReadOnlyList<IReadOnlyList<LogRecord>>> HistoriesAsync(IReadOnlyList<StreamKey> streams, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(streams);
        var (rows, by) = (new List<StoredRecord>(), Begin(cancel));
        foreach (var some in streams.Distinct().Chunk(CosmosRecords.AtOnce))
            foreach (var history in await Task.WhenAll(some.Select(stream => _records.HistoryAsync(stream.ToString(), by)))) rows.AddRange(history.ConvertAll(Unplaced));
        var records = (await _cipher.OpenAsync(rows)).ToLookup(r => r.StreamKey);
        return [.. streams.Select(stream => records[stream].ToList())];
    }

    /// <summary>A stream is gapless, and nothing goes of it: a point read of the next version.</summary>
    public async ValueTask<bool> IsSupersededAsync(LogRecord record, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return await _records.AtAsync(record.StreamKey.ToString(), record.Version + 1, Begin(cancel)) is not null;
    }

    public async ValueTask<LogRecord?> FindByIdAsync(string id, CancellationToken cancel = default) =>
        _cipher.Secret.TryPlace(id, out var stream, out var epoch, out var version) && await _records.AtAsync(stream.ToString(), version, Begin(cancel)) is { } there
        && !CosmosDocuments.IsHusk(there) && CosmosDocuments.EpochOf(there) == epoch ? await OpenAsync(there) : null;

    public async ValueTask<IReadOnlyList<long>> PositionsOfAsync(IReadOnlyList<string> ids, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return await _placed.PositionsAsync([.. ids.Select(PlaceOf)], Begin(cancel));
    }

    public async ValueTask<KeyedRecord?> FindByKeyAsync(string stream, string idempotencyKey, string? requestHash = null, CancellationToken cancel = default)
    {
        if (await _records.ByKeyAsync(NameOf(stream), CosmosDocuments.KeyText(_cipher.Secret.Fingerprint(idempotencyKey)), Begin(cancel)) is not { } found) return null;
        var row = Unplaced(found);
        return new KeyedRecord((await _cipher.OpenAsync([row]))[0], _cipher.IsSameRequest(row, requestHash));
    }

    public async ValueTask<LogRecord?> FindByPositionAsync(long position, CancellationToken cancel = default) =>
        await _placed.AtAsync(position, Begin(cancel)) is { } row ? (await _cipher.OpenAsync([row]))[0] : null;

    public async ValueTask<IReadOnlyList<LogRecord?>> FindByPositionsAsync(IReadOnlyList<long> positions, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(positions);
        var (rows, by) = (new List<StoredRecord>(), Begin(cancel));
        foreach (var some in positions.Distinct().Chunk(CosmosRecords.AtOnce))
            rows.AddRange((await Task.WhenAll(some.Select(position => _placed.AtAsync(position, by)))).OfType<StoredRecord>());
        var records = (await _cipher.OpenAsync(rows)).ToDictionary(r => r.Position);
        return [.. positions.Select(records.GetValueOrDefault)];
    }

    public async ValueTask<IReadOnlyList<byte[]?>> SaltsOfAsync(IReadOnlyList<LogRecord> records, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        var (slots, by) = (new List<long?>(records.Count), Begin(cancel));
        foreach (var some in records.Chunk(CosmosRecords.AtOnce)) slots.AddRange(await Task.WhenAll(some.Select(record => SlotAsync(record, by))));
        return await _cipher.SaltsAsync(records, slots);
    }

    public async ValueTask<IReadOnlyList<LogRecord>> FeedAsync(long afterPosition, int max, CancellationToken cancel = default)
    {
        var rows = await _placed.FeedAsync(afterPosition, max, Begin(cancel));
        StorageMetrics.FeedBehind.Record(rows.Count == 0 ? 0 : Math.Max(0, _order.Through - rows[0].Position + 1), _tag);
        return await _cipher.OpenAsync(rows);
    }

    public Task<bool> WaitForAppendAsync(long afterPosition, TimeSpan timeout, CancellationToken cancel = default) => _order.WaitAsync(afterPosition, timeout, cancel);

    public async ValueTask<IReadOnlyList<LogRecord>> NamedFeedAsync(string prefix, long afterPosition, int max, CancellationToken cancel = default) =>
        await _cipher.OpenAsync(await _placed.NamedFeedAsync(prefix, afterPosition, max, Begin(cancel)));

    public async ValueTask<IReadOnlyList<LogRecord>> NewestOfStreamsAsync(StreamKey? after, StreamKey until, int max, CancellationToken cancel = default) =>
        await _cipher.OpenAsync(await _placed.NewestOfStreamsAsync(after, until, max, Begin(cancel)));

    public Task<Lease?> AcquireAsync(string name, string holder, TimeSpan term, bool ifCutOff = false) => _leases.AcquireAsync(name, holder, term, ifCutOff, Begin());

    public Task ReleaseAsync(Lease lease) => _leases.ReleaseAsync(lease, Begin());

    public async ValueTask<long> CursorAsync(string name, CancellationToken cancel = default) => await _leases.CursorAsync(name, Begin(cancel));

    public Task<bool> MoveCursorAsync(Lease lease, long position) => _leases.MoveCursorAsync(lease, position, Begin());

    /// <summary>Begins a new epoch, after a restore: what is appended from now on overrules all that was ever told of the time before.</summary>
    public Task<int> RaiseEpochAsync() => _head.RaiseAsync();

    private static StoredRecord Unplaced(JsonElement stored) => CosmosDocuments.Read(stored);

    /// <summary>A write cannot be called back, so no caller ends it.</summary>
    private Deadline Begin(CancellationToken cancel = default) => _container.Begin(cancel);

    private string NameOf(string stream) => _cipher.Secret.KeyOf(stream).ToString();

    private (string Stream, int Epoch, long Version)? PlaceOf(string id) =>
        _cipher.Secret.TryPlace(id, out var stream, out var epoch, out var version) ? (stream.ToString(), epoch, version) : null;

    private async Task<long?> SlotAsync(LogRecord record, Deadline by) =>
        await _records.AtAsync(record.StreamKey.ToString(), record.Version, by) is { } there && !CosmosDocuments.IsHusk(there) && CosmosDocuments.EpochOf(there) == record.Epoch
            ? CosmosDocuments.SlotOf(there) : null;

    private async ValueTask<LogRecord?> OpenAsync(JsonElement? stored) => stored is { } there ? (await _cipher.OpenAsync([Unplaced(there)]))[0] : null;

    private void RequireOpen()
    {
        if (Volatile.Read(ref _disposed) == 1) throw new LogUnavailableException("The log is closed.");
    }
}
