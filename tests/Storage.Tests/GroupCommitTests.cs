using Consent.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Consent.Storage.Tests;

public sealed class GroupCommitTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly SqliteFile _file;

    public GroupCommitTests() => _file = SqliteRecordLog.FileAt(_folder.Log().Data);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CommitThatFails_IsUnavailableForAllInItAndLeavesNothing_AndTheNextGoesThrough()
    {
        using var writer = Open();
        // A constraint that is checked at COMMIT: a doomed record lets the whole transaction fail there.
        Outside("""
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
            CREATE TRIGGER doom AFTER INSERT ON record WHEN NEW.kind = 'doomed' BEGIN INSERT INTO child VALUES (1); END
            """);

        var batch = await InOneBatchAsync(writer, Row("a", 1), Row("b", 1, kind: "doomed"), Row("a", 1), Row("c", 1));

        foreach (var append in batch)
        {
            var e = await Assert.ThrowsAsync<LogUnavailableException>(() => append);
            Assert.Equal(19, Assert.IsType<SqliteException>(e.InnerException).SqliteErrorCode);
        }

        Assert.Equal(0, CountRecords());
        Assert.True(await writer.RunAsync(w => w.Append(Row("a", 1))) > 0);
        Assert.Equal(1, CountRecords());
    }

    [Fact]
    public async Task ConflictInABatch_FailsItselfOnly_AndTheBatchIsOneTransaction()
    {
        using var measured = new Measured(StorageMetrics.MeterName, "consent.storage.batch", "store", "one-batch");
        using var writer = Open("one-batch");

        var batch = await InOneBatchAsync(writer, Row("a", 1), Row("a", 1), Row("a", 2), Row("a", 4), Row("b", 1));

        var outcomes = await Task.WhenAll(batch);
        Assert.Equal([true, false, true, false, true], outcomes.Select(o => o > 0));
        Assert.Equal(2, measured.Count);
        Assert.Equal(5, measured.Last);
    }

    [Fact]
    public async Task MoreThanMayWait_AreRefusedAtOnce_AndThoseThatWaitedAreDone()
    {
        using var writer = Open(capacity: 3);
        using var go = new ManualResetEventSlim();
        var held = await HoldAsync(writer, go);

        var waiting = Enumerable.Range(1, 3).Select(v => writer.RunAsync(w => w.Append(Row("a", v)))).ToList();
        var refused = writer.RunAsync(w => w.Append(Row("a", 4)));

        Assert.True(refused.IsFaulted);
        await Assert.ThrowsAsync<LogUnavailableException>(() => refused);
        go.Set();
        Assert.All(await Task.WhenAll(waiting), position => Assert.True(position > 0));
        await held;
    }

    [Fact]
    public async Task NothingIsSeenNorAnswered_BeforeTheCommit()
    {
        using var writer = Open();
        using var done = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();

        var append = writer.RunAsync(w => w.Append(Row("a", 1)));
        var held = writer.RunAsync(w =>
        {
            // In a batch of its own, or behind the append in the same one: then that append waits with it.
            var beside = w.Append(Row("b", 1));
            done.Set();
            go.Wait(TimeSpan.FromSeconds(30));
            return beside;
        });
        Assert.True(done.Wait(TimeSpan.FromSeconds(30)));

        Assert.False(held.IsCompleted);
        // Its commit may be done and the answer still under way, but never the other way about; and what is held is not seen.
        var answered = append.IsCompleted;
        Assert.InRange(CountRecords(), answered ? 1 : 0, 1);
        go.Set();
        await Task.WhenAll(append, held);
        Assert.Equal(2, CountRecords());
    }

    private static StoredRecord Row(string stream, long version, string kind = "note") =>
        new(0, new StreamKey(stream[0], 0), 1, version, kind, 0, null, stream, null, [1]);

    private GroupCommit<LogWriter> Open(string name = "test", int capacity = 100) =>
        new(name, _file, connection => new LogWriter(connection), _ => { }, capacity);

    /// <summary>Keeps the writer busy with a transaction until <paramref name="go"/>.</summary>
    private static async Task<Task<bool>> HoldAsync(GroupCommit<LogWriter> writer, ManualResetEventSlim go)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = writer.RunAsync(_ =>
        {
            started.SetResult();
            return go.Wait(TimeSpan.FromSeconds(30));
        });
        await started.Task;
        return held;
    }

    private static async Task<List<Task<long>>> InOneBatchAsync(GroupCommit<LogWriter> writer, params StoredRecord[] records)
    {
        using var go = new ManualResetEventSlim();
        var held = await HoldAsync(writer, go);
        var batch = records.Select(r => writer.RunAsync(w => w.Append(r))).ToList();
        go.Set();
        await held;
        return batch;
    }

    private void Outside(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_file.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private long CountRecords()
    {
        using var connection = _file.OpenForReading();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM record";
        return (long)command.ExecuteScalar()!;
    }
}
