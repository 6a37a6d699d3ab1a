using System.Collections.Concurrent;
using System.Globalization;
using Consent.Tests.Support;
using Npgsql;

namespace Consent.Storage.Tests;

/// <summary>The contract on PostgreSQL, and what is promised of this engine beyond it: replicas, foreign transactions, broken connections.</summary>
[Collection(PostgresTests.Name)]
public sealed partial class PostgresRecordLogTests : RecordLogContract
{
    private readonly TestFolder _folder = new();
    private readonly PostgresServer _server;
    private readonly string _data;
    private readonly string _keys;
    private long _jumped;

    public PostgresRecordLogTests(OnePostgres postgres)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        _server = postgres.Server;
        _data = _server.CreateDatabaseAsync().GetAwaiter().GetResult();
        _keys = _server.CreateDatabaseAsync().GetAwaiter().GetResult();
    }

    protected override IRecordLog OpenEngine(TimeProvider time, IKeyWrapper? wrapper) => PostgresRecordLog.Open(_data, _keys, _folder.Log(), "test", time, NamesNobody, wrapper);

    protected override string KeysFolder => _folder.Log().Keys;

    protected override string[] Engine => [_folder.Log().Data, KeysFolder, _data, _keys];

    protected override Task<bool> DestroyAsync(IRecordLog log, string controller) => ((PostgresRecordLog)log).DestroyControllerAsync(controller);

    protected override IRecordLog OpenWithOwnClock() => Open();

    protected override void JumpClock(TimeSpan by)
    {
        _jumped += (long)by.TotalMilliseconds;
        Execute($"""
            CREATE OR REPLACE FUNCTION test.store_clock() RETURNS bigint LANGUAGE sql VOLATILE
            AS 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint + {_jumped.ToString(CultureInfo.InvariantCulture)}'
            """);
    }

    protected override void Dispose(bool disposing)
    {
        NpgsqlConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task Feed_PagedWhileReplicasAppendAmongSlowAbortedAndForeignTransactions_SkipsNothing()
    {
        var replicas = new[] { Open(), Open() };
        await replicas[0].AppendedAsync("first", 1);
        using var foreign = Connect();
        Execute(foreign, "CREATE TABLE foreign_work (x int)");
        // With a transaction id of its own, and longer than all the rest.
        Execute(foreign, "BEGIN; INSERT INTO foreign_work VALUES (1)");
        using var stop = new CancellationTokenSource();
        var disturbing = Task.WhenAll(DisturbAsync("SELECT pg_sleep(0.05); COMMIT", stop.Token), DisturbAsync("SELECT pg_sleep(0.02); ROLLBACK", stop.Token), TerminateAsync(stop.Token));
        var seen = new List<LogRecord>();
        var reading = Task.Run(async () =>
        {
            while (true)
            {
                var done = stop.IsCancellationRequested;
                var page = await replicas[1].FeedAsync(seen.Count == 0 ? 0 : seen[^1].Position, 3);
                seen.AddRange(page);
                if (page.Count == 0 && done) return;
                if (page.Count == 0) await replicas[1].WaitForAppendAsync(seen.Count == 0 ? 0 : seen[^1].Position, TimeSpan.FromMilliseconds(300));
            }
        });
        var acknowledged = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                try
                {
                    acknowledged.Add((await replicas[w % 2].AppendOnTopAsync($"w{w}")).Id);
                }
                catch (LogUnavailableException)
                {
                    // Its connection was terminated, or it waited too long for a disturber: nothing was promised.
                }
            }
        })));
        await stop.CancelAsync();
        await disturbing;
        await reading;
        Execute(foreign, "ROLLBACK");

        Assert.True(acknowledged.Count > 100, $"Only {acknowledged.Count} were acknowledged.");
        Assert.Equal(seen.Select(r => r.Position).Distinct().Order(), seen.Select(r => r.Position));
        Assert.Empty(acknowledged.Except(seen.Select(r => r.Id)));
        Assert.Equal((await replicas[0].WholeFeedAsync(1000)).Select(r => r.Id), seen.Select(r => r.Id));
    }

    [Fact]
    public async Task Feed_IsNotHeldUpByALongForeignTransaction()
    {
        var log = Open();
        using var foreign = Connect();
        Execute(foreign, "CREATE TABLE foreign_work (x int); BEGIN; INSERT INTO foreign_work VALUES (1)");

        var record = await log.AppendedAsync("a", 1);

        Assert.Equal(record.Id, Assert.Single(await log.FeedAsync(0, 10)).Id);
        Execute(foreign, "ROLLBACK");
    }

    [Fact]
    public async Task NamedFeed_NeitherOpensNorReadsWhatBelongsToAnotherStream()
    {
        var log = Open();
        var declaration = await log.AppendedAsync("declaration/a", 1);
        await log.AppendedAsync("receipt/a", 1);
        Execute("UPDATE test.record SET body = 'not sealed' WHERE name IS NULL");

        await Assert.ThrowsAnyAsync<Exception>(async () => await log.FeedAsync(0, 10));
        Assert.Equal(declaration.Id, Assert.Single(await log.NamedFeedAsync("declaration/", 0, 10)).Id);
        Assert.Empty(await log.NamedFeedAsync("declaration/", declaration.Position, 10));
    }

    [Fact]
    public async Task ServerThatDies_Meanwhile_IsUnavailable_AndNothingAcknowledgedIsLost()
    {
        await using var server = await PostgresServer.StartAsync();
        using var log = PostgresRecordLog.Open(await server.CreateDatabaseAsync(), await server.CreateDatabaseAsync(), _folder.Log("dying"), "test", TimeProvider.System);
        var acknowledged = new ConcurrentBag<LogRecord>();
        var unavailable = 0;
        using var stop = new CancellationTokenSource();
        var writing = Task.WhenAll(Enumerable.Range(0, 16).Select(w => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    acknowledged.Add(await log.AppendOnTopAsync($"s{w}"));
                }
                catch (Exception e) when (e is LogUnavailableException or NpgsqlException)
                {
                    Interlocked.Increment(ref unavailable);
                }
            }
        })));
        for (var death = 1; death <= 3; death++)
        {
            var enough = acknowledged.Count + 200;
            await Eventually.IsSoAsync($"{enough} are acknowledged", () => Task.FromResult(acknowledged.Count >= enough), TimeSpan.FromSeconds(60));
            await server.DieAsync();
            await server.StartAgainAsync();
        }

        var last = acknowledged.Count + 50;
        await Eventually.IsSoAsync("it goes on", () => Task.FromResult(acknowledged.Count >= last), TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await writing;

        Assert.True(unavailable > 0);
        var there = (await log.WholeFeedAsync(1000)).ToDictionary(r => r.Id);
        Assert.All(acknowledged, r => Assert.Equal(r.Position, there[r.Id].Position));
        foreach (var stream in there.Values.GroupBy(r => r.Stream))
            Assert.Equal(Enumerable.Range(1, stream.Count()).Select(v => (long)v), stream.Select(r => r.Version).Order());
    }

    [Fact]
    public async Task DumpAndRestore_KeepPositionsAndCursors_AndAnOldDumpBeginsAnEpochBehindEveryCursor()
    {
        var log = Open();
        var first = await log.AppendedAsync("a", 1);
        var lease = await log.AcquireAsync("relay", "one", TimeSpan.FromMinutes(1));
        await log.MoveCursorAsync(lease!, first.Position);
        var dump = await _server.DumpAsync(_data);
        var lost = await log.AppendedAsync("a", 2);
        Close(log);
        await _server.RestoreAsync(_data, dump);

        using var restored = (PostgresRecordLog)Open();

        Assert.Equal(first.Position, Assert.Single(await restored.WholeFeedAsync()).Position);
        Assert.Equal(first.Position, await restored.CursorAsync("relay"));
        Assert.True(restored.Epoch > 1);
        var anew = await restored.AppendedAsync("a", 2);
        Assert.True(anew.Position > lost.Position);
        Assert.NotEqual(lost.Id, anew.Id);
    }

    [Fact]
    public async Task Migration_LeavesTheReleaseBeforeWorking_WhileItRunsAndAfter()
    {
        var source = PostgresSource.Of(_data);
        PostgresSchema.BringUpToDate(source, "test", "log", [PostgresSchema.Steps[0]]);
        using var stop = new CancellationTokenSource();
        var before = 0L;
        // As the first release wrote, word for word.
        const string firstRelease = """
            WITH head AS (UPDATE test.log SET position = position + 1 RETURNING position)
            INSERT INTO test.record (position, stream, version, epoch, kind, recorded_at, slot, name, request, body)
            SELECT position, decode(lpad(position::text, 20, '0'), 'hex'), 1, 1, 'note', 0, NULL, 'declaration/' || position, NULL, 'x' FROM head
            """;
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await using var command = source.CreateCommand(firstRelease);
                await command.ExecuteNonQueryAsync();
                Interlocked.Increment(ref before);
            }
        });
        await Eventually.IsSoAsync("the first release writes", () => Task.FromResult(Interlocked.Read(ref before) > 20));

        var opened = await Task.WhenAll(Task.Run(() => Open()), Task.Run(() => Open()));
        var during = Interlocked.Read(ref before);
        await Eventually.IsSoAsync("the first release goes on writing", () => Task.FromResult(Interlocked.Read(ref before) > during + 20));
        await stop.CancelAsync();
        await writing;

        Assert.Equal(before, (await opened[0].WholeFeedAsync(1000)).Count);
        Assert.NotNull(await opened[1].AcquireAsync("relay", "one", TimeSpan.FromSeconds(5)));
        source.Dispose();
    }

    [Fact]
    public async Task Erased_NeitherTheServersFilesNorADumpHoldThePerson()
    {
        const string person = "fedcba9876543210fedcba9876543210";
        var log = Open();
        await log.AppendedAsync("declaration/in-clear", 1);
        for (var v = 1; v <= 5; v++) await log.AppendedAsync($"receipt/shop/{person}", v, "alias-of-" + person);
        await log.EraseAsync($"receipt/shop/{person}", default, Make.Moment);
        Execute("CHECKPOINT");

        Assert.NotEmpty(FilesWith("declaration/in-clear"));
        Assert.Empty(FilesWith(person));
        var dump = await PostgresServer.AsPostgresAsync("pg_dump", "-h", "127.0.0.1", "-p", $"{_server.Port}", "--inserts", DatabaseOf(_data));
        Assert.DoesNotContain(person, dump, StringComparison.Ordinal);
        Assert.Contains("erased", dump, StringComparison.Ordinal);
    }

    private List<string> FilesWith(string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        return [.. Directory.EnumerateFiles(_server.Data, "*", SearchOption.AllDirectories).Where(file =>
        {
            try
            {
                return File.ReadAllBytes(file).AsSpan().IndexOf(bytes) >= 0;
            }
            catch (IOException)
            {
                return false;
            }
        })];
    }

    private static string DatabaseOf(string connection) => new NpgsqlConnectionStringBuilder(connection).Database!;

    /// <summary>Takes the lock of the head as a committer would, is slow, and ends as it is told; again and again.</summary>
    private Task DisturbAsync(string end, CancellationToken stop) => Task.Run(async () =>
    {
        while (!stop.IsCancellationRequested)
        {
            using var connection = Connect();
            Execute(connection, $"BEGIN; UPDATE test.log SET position = position + 1; {end}");
            await Task.Yield();
        }
    }, CancellationToken.None);

    /// <summary>Ends connections of the log in the middle of their work.</summary>
    private Task TerminateAsync(CancellationToken stop) => Task.Run(async () =>
    {
        using var connection = Connect();
        for (var i = 0; i < 10 && !stop.IsCancellationRequested; i++)
        {
            Execute(connection, "SELECT pg_sleep(0.1); SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'UPDATE test.log SET position = position + $1%' LIMIT 1");
            await Task.Yield();
        }
    }, CancellationToken.None);

    private NpgsqlConnection Connect()
    {
        var connection = new NpgsqlConnection(_data + ";Pooling=false");
        connection.Open();
        return connection;
    }

    private void Execute(string sql)
    {
        using var connection = Connect();
        Execute(connection, sql);
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
