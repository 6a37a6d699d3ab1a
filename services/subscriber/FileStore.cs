using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Consent.Subscriber;

/// <summary>
/// A SQLite file of one service. Reads run side by side; writes go through one writer, which commits those that wait together,
/// so that many messages share one fsync and none finds the file locked.
/// </summary>
internal abstract class FileStore<TDb, TWriter> : IAsyncDisposable where TDb : DbContext where TWriter : class, IFileWriter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromMilliseconds(5);

    private readonly PooledDbContextFactory<TDb> _contexts;
    private readonly WriteTogether<TWriter> _writing;
    private readonly string _connection;
    private readonly string _unpooled;

    /// <param name="schema">Brings the file up to date; see <see cref="SchemaSteps"/>.</param>
    /// <exception cref="InvalidOperationException">The file is of a newer release.</exception>
    protected FileStore(string file, Func<string, DbContextOptions<TDb>> options, SchemaSteps schema)
    {
        _connection = new SqliteConnectionStringBuilder { DataSource = file }.ToString();
        _unpooled = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString();
        _contexts = new PooledDbContextFactory<TDb>(options(_connection), poolSize: 32);
        using (var db = Open()) schema.BringUpToDate(db.Database);
        _writing = new WriteTogether<TWriter>(() => OpenWriter(_unpooled), OnCommitted, _ => false);
    }

    /// <summary>For reading.</summary>
    public TDb Open() => _contexts.CreateDbContext();

    /// <summary>Runs <paramref name="write"/> in a transaction and completes when it is on the disk; throws when it is not. May be run twice.</summary>
    public Task<T> WriteAsync<T>(Func<TWriter, T> write, CancellationToken cancel) => _writing.WriteAsync(write, cancel);

    /// <summary>
    /// Copies the write-ahead log into the file and cuts it to nothing, so that no earlier state of a row is left in it. Waits 5 seconds for
    /// readers; throws <see cref="TimeoutException"/> when one is still in the way: whoever asked for it is to ask again.
    /// </summary>
    public void EmptyWal()
    {
        using var connection = new SqliteConnection(_unpooled);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA busy_timeout = 5000";
        command.ExecuteNonQuery();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        // For readers SQLite waits; for another checkpoint, such as the one in a commit, it does not.
        var began = Stopwatch.GetTimestamp();
        while (command.ExecuteScalar() is not 0L)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException("Somebody reads an earlier state of the file.");
            Thread.Sleep(BetweenCheckpoints);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writing.DisposeAsync();
        SqliteConnection.ClearPool(new SqliteConnection(_connection));
    }

    /// <param name="connection">Not out of a pool: its settings are the writer's own, see <see cref="FileWriting.Settings"/>.</param>
    protected abstract TWriter OpenWriter(string connection);

    /// <summary>What was written is on the disk, and nobody was answered yet. On the thread of the writer; must not throw.</summary>
    protected virtual void OnCommitted(TWriter writer)
    {
    }
}

internal static class FileWriting
{
    /// <summary>
    /// An acknowledgement rests on the commit, so the commit must have reached the disk. What is deleted is overwritten, because an
    /// erased person must be gone from the file too. 16 MB of pages are kept at hand.
    /// </summary>
    public const string Settings = "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -16384";
}
