using Consent.Contracts;

namespace Consent.Storage;

/// <summary>The ledger beside a log on SQLite: a file of its own, one writer with group commit, pooled readers.</summary>
internal sealed class SqliteLedgerStore : ILedgerStore
{
    private readonly GroupCommit<LedgerWriter> _writer;
    private readonly ReadPool<LedgerReader> _readers;

    public SqliteLedgerStore(string path, string service)
    {
        var file = FileAt(path);
        _writer = new GroupCommit<LedgerWriter>($"{service}/ledger", file, connection => new LedgerWriter(connection), _ => { });
        _readers = new ReadPool<LedgerReader>(() => new LedgerReader(file.OpenForReading()));
    }

    internal static SqliteFile FileAt(string path) => new(path, 1, LedgerSchema.Sqlite);

    public ValueTask<IReadOnlyList<Subscriber>> RegistryAsync(CancellationToken cancel) => Read<IReadOnlyList<Subscriber>>(r => r.Registry(), cancel);

    public Task RegisterAsync(SubscriberAnnounced announced, DateTimeOffset? seen, long joined) => _writer.RunAsync(w => w.Register(announced, seen, joined));

    public Task CloseAsync(string subscriber, IReadOnlyList<long> positions, DateTimeOffset appliedAt, DateTimeOffset closedAt) =>
        _writer.RunAsync(w => w.Close(subscriber, positions, appliedAt, closedAt));

    public ValueTask<IReadOnlyList<ClosedRow>> ClosedOfAsync(long position, CancellationToken cancel) => Read<IReadOnlyList<ClosedRow>>(r => r.ClosedOf(position), cancel);

    public ValueTask<IReadOnlyList<ClosedRow>> ClosedAfterAsync(long sequence, int max, CancellationToken cancel) =>
        Read<IReadOnlyList<ClosedRow>>(r => r.ClosedAfter(sequence, max), cancel);

    public ValueTask<IReadOnlySet<long>> ClosedBetweenAsync(int subscriber, long after, long through, CancellationToken cancel) =>
        Read<IReadOnlySet<long>>(r => r.Between(subscriber, after, through), cancel);

    public ValueTask<IReadOnlySet<long>> ClosedAmongAsync(int subscriber, IReadOnlyCollection<long> positions, CancellationToken cancel) =>
        Read<IReadOnlySet<long>>(r => r.Among(subscriber, positions), cancel);

    public Task MoveFrontierAsync(int subscriber, long position) => _writer.RunAsync(w => w.MoveFrontier(subscriber, position));

    public Task<bool> RetireAsync(string subscriber, string? because, DateTimeOffset at) => _writer.RunAsync(w => w.Retire(subscriber, because, at));

    /// <summary>Finishes the writes that wait, then closes the file.</summary>
    public void Dispose()
    {
        _readers.Dispose();
        _writer.Dispose();
    }

    private ValueTask<T> Read<T>(Func<LedgerReader, T> read, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(read));
    }
}
