namespace Consent.Storage.Tests;

/// <summary>
/// A log that has no order at the commit, as one whose streams lie apart: whoever reads the feed gives out places to what is there, ascending within a stream, and of what waits for a place the stream
/// first that came last. Nothing else tells a place. It lies over a log of SQLite, of whose own places it hands on none.
/// </summary>
/// <param name="places">Those that were given out; to be kept by the test while the log is closed.</param>
public sealed class PlacedLateLog(IRecordLog log, GivenPlaces places) : IRecordLog, IDisposable
{
    public IRecordLog Inner => log;

    public int Epoch => log.Epoch;

    public bool IsShared => log.IsShared;

    public string? Alarm => log.Alarm;

    public string IdOf(string stream, long version) => log.IdOf(stream, version);

    public StreamKey KeyOf(string stream) => log.KeyOf(stream);

    public async Task<AppendOutcome> AppendAsync(NewRecord record) =>
        await log.AppendAsync(record) is AppendOutcome.Appended appended ? new AppendOutcome.Appended(Unplaced(appended.Record)) : AppendOutcome.Conflict.Found;

    public async Task<LogRecord?> EraseAsync(string stream, ReadOnlyMemory<byte> tombstone, DateTimeOffset at, long? version = null) =>
        await log.EraseAsync(stream, tombstone, at, version) is { } left ? Unplaced(left) : null;

    public async ValueTask<LogRecord?> LatestAsync(string stream, CancellationToken cancel = default) => await log.LatestAsync(stream, cancel) is { } found ? Unplaced(found) : null;

    public ValueTask<long> NewestVersionAsync(string stream, CancellationToken cancel = default) => log.NewestVersionAsync(stream, cancel);

    public async ValueTask<LogRecord?> OldestAsync(string stream, CancellationToken cancel = default) => await log.OldestAsync(stream, cancel) is { } found ? Unplaced(found) : null;

    public async ValueTask<IReadOnlyList<LogRecord>> HistoryAsync(string stream, CancellationToken cancel = default) => [.. (await log.HistoryAsync(stream, cancel)).Select(Unplaced)];

    public async ValueTask<IReadOnlyList<IReadOnlyList<LogRecord>>> HistoriesAsync(IReadOnlyList<StreamKey> streams, CancellationToken cancel = default) =>
        [.. (await log.HistoriesAsync(streams, cancel)).Select(history => history.Select(Unplaced).ToList())];

    public ValueTask<bool> IsSupersededAsync(LogRecord record, CancellationToken cancel = default) => log.IsSupersededAsync(record, cancel);

    public async ValueTask<LogRecord?> FindByIdAsync(string id, CancellationToken cancel = default) => await log.FindByIdAsync(id, cancel) is { } found ? Unplaced(found) : null;

    public async ValueTask<IReadOnlyList<long>> PositionsOfAsync(IReadOnlyList<string> ids, CancellationToken cancel = default)
    {
        await places.GiveOutAsync(log, cancel);
        var there = await log.PositionsOfAsync(ids, cancel);
        return [.. ids.Zip(there, (id, position) => position == 0 ? 0 : places.Of(id))];
    }

    public async ValueTask<KeyedRecord?> FindByKeyAsync(string stream, string idempotencyKey, string? requestHash = null, CancellationToken cancel = default) =>
        await log.FindByKeyAsync(stream, idempotencyKey, requestHash, cancel) is { } found ? found with { Record = Unplaced(found.Record) } : null;

    public async ValueTask<LogRecord?> FindByPositionAsync(long position, CancellationToken cancel = default) => (await FindByPositionsAsync([position], cancel))[0];

    public async ValueTask<IReadOnlyList<LogRecord?>> FindByPositionsAsync(IReadOnlyList<long> positions, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(positions);
        var found = new List<LogRecord?>();
        foreach (var position in positions)
            found.Add(places.At(position) is { } id && await log.FindByIdAsync(id, cancel) is { } record ? record with { Position = position } : null);
        return found;
    }

    public ValueTask<IReadOnlyList<byte[]?>> SaltsOfAsync(IReadOnlyList<LogRecord> records, CancellationToken cancel = default) => log.SaltsOfAsync(records, cancel);

    public async ValueTask<IReadOnlyList<LogRecord>> FeedAsync(long afterPosition, int max, CancellationToken cancel = default)
    {
        await places.GiveOutAsync(log, cancel);
        var page = new List<LogRecord>();
        for (var position = afterPosition + 1; page.Count < max && position <= places.Newest; position++)
            if (await FindByPositionAsync(position, cancel) is { } record) page.Add(record);
        return page;
    }

    public async ValueTask<IReadOnlyList<LogRecord>> NamedFeedAsync(string prefix, long afterPosition, int max, CancellationToken cancel = default)
    {
        await places.GiveOutAsync(log, cancel);
        var (named, after) = (new List<LogRecord>(), 0L);
        while (await log.NamedFeedAsync(prefix, after, 1000, cancel) is { Count: > 0 } page)
        {
            named.AddRange(page.Select(record => record with { Position = places.Of(record.Id) }));
            after = page[^1].Position;
        }

        // What was appended meanwhile has no place yet.
        return [.. named.Where(record => record.Position > afterPosition).OrderBy(record => record.Position).Take(max)];
    }

    public async Task<bool> WaitForAppendAsync(long afterPosition, TimeSpan timeout, CancellationToken cancel = default)
    {
        await places.GiveOutAsync(log, cancel);
        return places.Newest > afterPosition || await log.WaitForAppendAsync(places.Read, timeout, cancel);
    }

    public async ValueTask<IReadOnlyList<LogRecord>> NewestOfStreamsAsync(StreamKey? after, StreamKey until, int max, CancellationToken cancel = default) =>
        [.. (await log.NewestOfStreamsAsync(after, until, max, cancel)).Select(Unplaced)];

    public Task<Lease?> AcquireAsync(string name, string holder, TimeSpan term, bool ifCutOff = false) => log.AcquireAsync(name, holder, term, ifCutOff);

    public Task ReleaseAsync(Lease lease) => log.ReleaseAsync(lease);

    public ValueTask<long> CursorAsync(string name, CancellationToken cancel = default) => log.CursorAsync(name, cancel);

    public Task<bool> MoveCursorAsync(Lease lease, long position) => log.MoveCursorAsync(lease, position);

    public void Dispose() => (log as IDisposable)?.Dispose();

    private static LogRecord Unplaced(LogRecord record) => record with { Position = LogRecord.Unplaced };
}

/// <summary>Which record has which place in the feed of a <see cref="PlacedLateLog"/>, from 1. What is erased keeps its place, and nothing stands there any more.</summary>
public sealed class GivenPlaces
{
    private readonly Lock _gate = new();
    private readonly List<string> _ids = [];
    private readonly Dictionary<string, long> _places = [];
    private long _read;

    /// <summary>The last place that was given out; 0 before the first.</summary>
    public long Newest
    {
        get
        {
            lock (_gate) return _ids.Count;
        }
    }

    /// <summary>Up to which place of the log beneath all have one here.</summary>
    public long Read
    {
        get
        {
            lock (_gate) return _read;
        }
    }

    /// <summary>0 for a record that has none.</summary>
    public long Of(string id)
    {
        lock (_gate) return _places.GetValueOrDefault(id);
    }

    /// <summary>Id of the record; null where none was given the place.</summary>
    public string? At(long position)
    {
        lock (_gate) return position > 0 && position <= _ids.Count ? _ids[(int)position - 1] : null;
    }

    /// <summary>The record stands in the feed for a second time, behind all others; asked for its place, the log names the first.</summary>
    public void Repeat(string id)
    {
        lock (_gate) _ids.Add(id);
    }

    /// <summary>To all that is committed by now.</summary>
    public async Task GiveOutAsync(IRecordLog log, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(log);
        var (waiting, after) = (new List<LogRecord>(), Read);
        while (await log.FeedAsync(after, 1000, cancel) is { Count: > 0 } page)
        {
            waiting.AddRange(page);
            after = page[^1].Position;
        }

        lock (_gate)
        {
            // Some of it may have got its place meanwhile, by another who asked.
            foreach (var record in waiting.Where(record => !_places.ContainsKey(record.Id)).GroupBy(record => record.StreamKey).Reverse().SelectMany(stream => stream))
            {
                _ids.Add(record.Id);
                _places[record.Id] = _ids.Count;
            }

            _read = Math.Max(_read, after);
        }
    }
}
