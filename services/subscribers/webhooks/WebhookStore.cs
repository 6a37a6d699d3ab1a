using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Consent.Webhooks;

/// <summary>
/// The file of this service. Reads run side by side; writes go through one writer, which commits those that wait together, so that
/// many messages share one fsync and none finds the file locked.
/// </summary>
internal sealed class WebhookStore : IAsyncDisposable
{
    private const int LargestBatch = 256;

    private readonly PooledDbContextFactory<WebhookDb> _contexts;
    private readonly Channel<Write> _waiting = Channel.CreateBounded<Write>(4 * LargestBatch);
    private readonly Task _writer;
    private readonly string _connection;

    public WebhookStore(string file)
    {
        _connection = new SqliteConnectionStringBuilder { DataSource = file }.ToString();
        _contexts = new PooledDbContextFactory<WebhookDb>(WebhookDb.OptionsFor(_connection), poolSize: 32);
        using (var db = Open()) db.CreateOrCheck();
        _writer = Task.Run(WriteAllAsync);
    }

    /// <summary>For reading.</summary>
    public WebhookDb Open() => _contexts.CreateDbContext();

    /// <summary>Runs <paramref name="write"/> in a transaction and completes when it is on the disk; throws when it is not. May be run twice.</summary>
    public async Task<T> WriteAsync<T>(Func<WebhookDb, T> write, CancellationToken cancel)
    {
        var result = default(T)!;
        var one = new Write(db => result = write(db));
        await _waiting.Writer.WriteAsync(one, cancel);
        await one.Committed.Task.WaitAsync(cancel);
        return result;
    }

    /// <summary>Copies the write-ahead log into the file and cuts it to nothing; false when a reader of an old state was in the way.</summary>
    public bool TryEmptyWal()
    {
        using var db = Open();
        // SQLite itself waits for readers, so long; without this it looks once.
        db.Database.OpenConnection();
        db.Database.ExecuteSqlRaw("PRAGMA busy_timeout = 5000");
        using var checkpoint = db.Database.GetDbConnection().CreateCommand();
        checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        // The first column of its one row says whether it was kept from it.
        return Convert.ToInt64(checkpoint.ExecuteScalar()) == 0;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writer;
        SqliteConnection.ClearPool(new SqliteConnection(_connection));
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Write>(LargestBatch);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < LargestBatch && _waiting.Reader.TryRead(out var one)) batch.Add(one);
            // A write that fails must not take its neighbours with it: they are then tried one by one.
            if (TryCommit(batch) is null) continue;
            foreach (var one in batch)
            {
                if (TryCommit([one]) is { } failure) one.Committed.TrySetException(failure);
            }
        }
    }

    private Exception? TryCommit(List<Write> batch)
    {
        try
        {
            using var db = Open();
            using var transaction = db.Database.BeginTransaction();
            foreach (var one in batch) one.Run(db);
            transaction.Commit();
        }
        catch (Exception e)
        {
            return e;
        }
        foreach (var one in batch) one.Committed.TrySetResult();
        return null;
    }

    private sealed record Write(Action<WebhookDb> Run)
    {
        public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
