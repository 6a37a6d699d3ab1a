using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace Consent.Subscriber;

/// <summary>
/// A service's own tables on PostgreSQL, which its replicas share: each has one writer, which commits those that wait together, and they write one after the other, as
/// the one writer of a file does. What is away is told by a <see cref="StoreUnavailableException"/>.
/// </summary>
internal sealed class SharedEntities<TDb> : IAsyncDisposable where TDb : DbContext, IFileWriter
{
    private readonly string _reading;
    private readonly string _writer;

    /// <summary>For turns alone: they do not wait behind those who read.</summary>
    private readonly NpgsqlDataSource _source;
    private readonly PooledDbContextFactory<TDb> _contexts;
    private readonly WriteTogether<SharedWriter<TDb>> _writing;

    /// <exception cref="InvalidOperationException">The schema is of a newer release.</exception>
    public SharedEntities(string connection, Entities<TDb> of, TimeProvider time)
    {
        var schema = ServiceSchema.Of(of.Service);
        _reading = ServiceSchema.ConnectionTo(connection, schema);
        _writer = ServiceSchema.ConnectionTo(connection + ";Maximum Pool Size=2;Minimum Pool Size=0", schema);
        _source = ServiceSchema.SourceOf(connection + ";Maximum Pool Size=2;Minimum Pool Size=0", schema);
        of.Steps.BringUpToDate(_source, schema);
        var key = ServiceSchema.LockOf(of.Steps.Of, schema);
        _contexts = new PooledDbContextFactory<TDb>(of.OnPostgres(_reading), poolSize: 32);
        _writing = new WriteTogether<SharedWriter<TDb>>(() => new SharedWriter<TDb>(of.Make(of.OnPostgres(_writer)), key), _ => { }, IsAway);
        Turns = new Turns(_source, time);
    }

    public Turns Turns { get; }

    public TDb Open() => _contexts.CreateDbContext();

    public async Task<T> WriteAsync<T>(Func<TDb, T> write, CancellationToken cancel)
    {
        try
        {
            return await _writing.WriteAsync(writer => write(writer.Db), cancel);
        }
        catch (Exception e) when (PostgresSubscriberStore.IsAway(e))
        {
            throw PostgresSubscriberStore.Unavailable(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writing.DisposeAsync();
        await _source.DisposeAsync();
        foreach (var pool in (string[])[_reading, _writer])
        {
            await using var connection = new NpgsqlConnection(pool);
            NpgsqlConnection.ClearPool(connection);
        }
    }

    private static bool IsAway(Exception e) => e is StoreUnavailableException || PostgresSubscriberStore.IsAway(e);
}

/// <summary>Writes under a lock by which replicas write one after the other. It is a statement of its own: what waited for it sees, in the next, what was written meanwhile.</summary>
internal sealed class SharedWriter<TDb>(TDb db, long key) : IFileWriter where TDb : DbContext, IFileWriter
{
    public TDb Db => db;

    public void Begin()
    {
        db.Begin();
        db.Database.ExecuteSql($"SELECT pg_advisory_xact_lock({key})");
    }

    public void Commit() => db.Commit();

    /// <summary>Gives the connection back, and with it what was not committed.</summary>
    public void Dispose() => db.Dispose();
}
