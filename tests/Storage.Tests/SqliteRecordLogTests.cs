using Consent.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Consent.Storage.Tests;

/// <summary>The contract on SQLite, and what is promised of this engine beyond it.</summary>
public sealed class SqliteRecordLogTests : RecordLogContract
{
    private readonly TestFolder _folder = new();

    private string File => _folder.Log().Data;

    protected override IRecordLog OpenEngine(TimeProvider time, IKeyWrapper? wrapper) => SqliteRecordLog.Open(_folder.Log(), "test", time, NamesNobody, wrapper);

    protected override string KeysFolder => _folder.Log().Keys;

    protected override string[] Engine => [File, KeysFolder];

    protected override Task<bool> DestroyAsync(IRecordLog log, string controller) => ((SqliteRecordLog)log).DestroyControllerAsync(controller);

    private readonly ManualTime _storeClock = new();

    protected override void JumpClock(TimeSpan by) => _storeClock.Jump(by);

    protected override IRecordLog OpenWithOwnClock() => Open(_storeClock);

    protected override void Dispose(bool disposing) => _folder.Dispose();

    [Fact]
    public async Task Append_AcceptedOrInConflict_IsAnsweredOnlyAfterTheCommit()
    {
        var log = Open();
        await log.AppendedAsync("a", 1);
        using var outsider = Outside("BEGIN IMMEDIATE");

        var accepted = log.AppendAsync(Make.Record("b", 1));
        var conflict = log.AppendAsync(Make.Record("b", 1));
        // The reader that was opened before goes on seeing what is committed, which is not this.
        for (var i = 0; i < 50; i++) Assert.Null(await log.LatestAsync("b"));
        Assert.False(accepted.IsCompleted);
        Assert.False(conflict.IsCompleted);
        Run(outsider, "COMMIT");

        Assert.IsType<AppendOutcome.Appended>(await accepted);
        Assert.IsType<AppendOutcome.Conflict>(await conflict);
        Assert.NotNull(await log.LatestAsync("b"));
    }

    [Fact]
    public async Task Append_OnAFileThatStaysLocked_IsUnavailable_AndRecovers()
    {
        var log = Open();
        using (Outside("BEGIN IMMEDIATE"))
            await Assert.ThrowsAsync<LogUnavailableException>(() => log.AppendAsync(Make.Record("a", 1)));

        Assert.Equal(1, (await log.AppendedAsync("a", 1)).Version);
    }

    [Fact]
    public async Task Append_UnderLoad_SharesTransactions()
    {
        using var batches = new Measured(StorageMetrics.MeterName, "consent.storage.batch", "store", "test-batches");
        using var log = SqliteRecordLog.Open(_folder.Log("batches"), "test-batches", TimeProvider.System);

        await Task.WhenAll(Enumerable.Range(0, 64).Select(w => Task.Run(async () =>
        {
            for (var i = 1; i <= 30; i++) await log.AppendedAsync($"s{w}", i);
        })));

        // The first is the one that reads the epoch.
        Assert.Equal((64 * 30) + 1, batches.Sum);
        Assert.True(batches.Count < batches.Sum / 4, $"{batches.Sum} writes took {batches.Count} transactions.");
    }

    [Fact]
    public async Task Metrics_CountAppendsAndConflicts()
    {
        using var appended = new Measured(StorageMetrics.MeterName, "consent.log.appended", "store", "test-counts");
        using var conflicts = new Measured(StorageMetrics.MeterName, "consent.log.conflicts", "store", "test-counts");
        using var log = SqliteRecordLog.Open(_folder.Log("counts"), "test-counts", TimeProvider.System);

        await log.AppendedAsync("a", 1);
        await log.AppendedAsync("a", 2);
        await log.AppendAsync(Make.Record("a", 2));

        Assert.Equal((2, 1), (appended.Sum, conflicts.Sum));
    }

    [Fact]
    public void Open_FileOfALaterVersion_IsRefusedAndLeftAlone()
    {
        Close(Open());
        using (Outside("PRAGMA user_version = 99"))
        {
        }

        Assert.Throws<NewerSchemaException>(() => Open());
        using var outsider = Outside("SELECT 1");
        Assert.Equal(99L, Scalar(outsider, "PRAGMA user_version"));
    }

    [Fact]
    public void Open_ByAReleaseFromBeforeControllersKeys_IsRefused()
    {
        Close(Open());

        Assert.Throws<NewerSchemaException>(() => new SqliteFile(File, LogSchema.First, [.. LogSchema.Steps.Take(2)]).OpenForWriting());
    }

    [Fact]
    public void Writer_CommitsWithAnFsync()
    {
        using var connection = new SqliteFile(_folder.File("full.db"), 1, ["CREATE TABLE t (x)"]).OpenForWriting();

        Assert.Equal(2L, Scalar(connection, "PRAGMA synchronous"));
        Assert.Equal("wal", Scalar(connection, "PRAGMA journal_mode"));
    }

    [Fact]
    public async Task Dispose_FinishesWhatWaits_AndRefusesWhatComesAfter()
    {
        var log = Open();
        var waiting = Enumerable.Range(1, 200).Select(v => log.AppendAsync(Make.Record("a", v))).ToList();

        Close(log);

        Assert.All(await Task.WhenAll(waiting), o => Assert.IsType<AppendOutcome.Appended>(o));
        await Assert.ThrowsAsync<LogUnavailableException>(() => log.AppendAsync(Make.Record("a", 201)));
        Assert.Equal(200, (await Open().HistoryAsync("a")).Count);
    }

    private SqliteConnection Outside(string sql)
    {
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        Run(connection, sql);
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
