using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;

namespace Consent.Subscriber;

/// <summary>
/// Where a service keeps its own: in a file, which one process owns; or where <c>Storage:Engine</c> is <c>postgres</c>, or <c>cosmos</c> with that set, in the database
/// <c>Storage:Postgres</c>, for all its replicas. Reads run side by side; writes go one after the other, over all replicas.
/// </summary>
internal abstract class EntityStore<TDb> : IAsyncDisposable where TDb : DbContext, IFileWriter
{
    private readonly EntityFile<TDb>? _file;
    private readonly SharedEntities<TDb>? _shared;

    /// <exception cref="InvalidOperationException">It is of a newer release, or the settings make no sense.</exception>
    protected EntityStore(IConfiguration settings, Entities<TDb> of, TimeProvider time)
    {
        if (OpenSubscriberStore.ConnectionIn(settings) is { } connection) _shared = new SharedEntities<TDb>(connection, of, time);
        else _file = new EntityFile<TDb>(of.FileIn(settings), of);
    }

    /// <summary>By which replicas divide the work; null where one process owns the file, and all the work.</summary>
    public Turns? Turns => _shared?.Turns;

    /// <summary>For reading.</summary>
    public TDb Open() => _shared is null ? _file!.Open() : _shared.Open();

    /// <summary>Runs <paramref name="write"/> in a transaction and completes when it is on the disk; throws when it is not. May be run twice.</summary>
    public Task<T> WriteAsync<T>(Func<TDb, T> write, CancellationToken cancel) => _shared is null ? _file!.WriteAsync(write, cancel) : _shared.WriteAsync(write, cancel);

    /// <summary>
    /// Leaves nothing in the file of what was deleted. Throws <see cref="TimeoutException"/> while a reader is in the way: whoever asked for it is to ask again. On
    /// PostgreSQL nothing of a deleted row can be read; its bytes go when the database next cleans the table (VACUUM), and its log when that is recycled.
    /// </summary>
    public void EmptyWal() => _file?.EmptyWal();

    public ValueTask DisposeAsync() => _shared is null ? _file!.DisposeAsync() : _shared.DisposeAsync();
}
