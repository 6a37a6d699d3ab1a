using Consent.Storage;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A log that is another one from a moment on, as a database is after a failover to a standby that had not heard everything.</summary>
internal sealed class SwitchedLog(IRecordLog first) : IRecordLog
{
    private volatile IRecordLog _now = first;
    private volatile TaskCompletionSource<bool> _switched = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Epoch => _now.Epoch;

    public bool IsShared => _now.IsShared;

    /// <summary>Whoever waits for a record is woken, as by a connection that broke.</summary>
    public void Switch(IRecordLog to)
    {
        var before = _switched;
        (_now, _switched) = (to, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        before.SetResult(true);
    }

    public async Task<bool> WaitForAppendAsync(long afterPosition, TimeSpan timeout, CancellationToken cancel = default) =>
        await await Task.WhenAny(_now.WaitForAppendAsync(afterPosition, timeout, cancel), _switched.Task);

    public string IdOf(string stream, long version) => _now.IdOf(stream, version);

    public StreamKey KeyOf(string stream) => _now.KeyOf(stream);

    public Task<AppendOutcome> AppendAsync(NewRecord record) => _now.AppendAsync(record);

    public Task<LogRecord?> EraseAsync(string stream, ReadOnlyMemory<byte> tombstone, DateTimeOffset at, long? version = null) =>
        _now.EraseAsync(stream, tombstone, at, version);

    public ValueTask<LogRecord?> LatestAsync(string stream, CancellationToken cancel = default) => _now.LatestAsync(stream, cancel);

    public ValueTask<long> NewestVersionAsync(string stream, CancellationToken cancel = default) => _now.NewestVersionAsync(stream, cancel);

    public ValueTask<LogRecord?> OldestAsync(string stream, CancellationToken cancel = default) => _now.OldestAsync(stream, cancel);

    public ValueTask<IReadOnlyList<LogRecord>> HistoryAsync(string stream, CancellationToken cancel = default) => _now.HistoryAsync(stream, cancel);

    public ValueTask<IReadOnlyList<IReadOnlyList<LogRecord>>> HistoriesAsync(IReadOnlyList<StreamKey> streams, CancellationToken cancel = default) => _now.HistoriesAsync(streams, cancel);

    public ValueTask<bool> IsSupersededAsync(LogRecord record, CancellationToken cancel = default) => _now.IsSupersededAsync(record, cancel);

    public ValueTask<LogRecord?> FindByIdAsync(string id, CancellationToken cancel = default) => _now.FindByIdAsync(id, cancel);

    public ValueTask<IReadOnlyList<long>> PositionsOfAsync(IReadOnlyList<string> ids, CancellationToken cancel = default) => _now.PositionsOfAsync(ids, cancel);

    public ValueTask<KeyedRecord?> FindByKeyAsync(string stream, string idempotencyKey, string? requestHash = null, CancellationToken cancel = default) =>
        _now.FindByKeyAsync(stream, idempotencyKey, requestHash, cancel);

    public ValueTask<LogRecord?> FindByPositionAsync(long position, CancellationToken cancel = default) => _now.FindByPositionAsync(position, cancel);

    public ValueTask<IReadOnlyList<LogRecord?>> FindByPositionsAsync(IReadOnlyList<long> positions, CancellationToken cancel = default) => _now.FindByPositionsAsync(positions, cancel);

    public ValueTask<IReadOnlyList<byte[]?>> SaltsOfAsync(IReadOnlyList<LogRecord> records, CancellationToken cancel = default) => _now.SaltsOfAsync(records, cancel);

    public ValueTask<IReadOnlyList<LogRecord>> FeedAsync(long afterPosition, int max, CancellationToken cancel = default) => _now.FeedAsync(afterPosition, max, cancel);

    public ValueTask<IReadOnlyList<LogRecord>> NamedFeedAsync(string prefix, long afterPosition, int max, CancellationToken cancel = default) =>
        _now.NamedFeedAsync(prefix, afterPosition, max, cancel);

    public ValueTask<IReadOnlyList<LogRecord>> NewestOfStreamsAsync(StreamKey? after, StreamKey until, int max, CancellationToken cancel = default) =>
        _now.NewestOfStreamsAsync(after, until, max, cancel);

    public Task<Lease?> AcquireAsync(string name, string holder, TimeSpan term, bool ifCutOff = false) => _now.AcquireAsync(name, holder, term, ifCutOff);

    public Task ReleaseAsync(Lease lease) => _now.ReleaseAsync(lease);

    public ValueTask<long> CursorAsync(string name, CancellationToken cancel = default) => _now.CursorAsync(name, cancel);

    public Task<bool> MoveCursorAsync(Lease lease, long position) => _now.MoveCursorAsync(lease, position);
}
