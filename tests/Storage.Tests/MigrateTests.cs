using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Consent.Storage.Tests;

/// <summary>The argument <c>migrate</c> of a service with a log: what an operator runs before the replicas of a new release come.</summary>
[Collection(PostgresTests.Name)]
public sealed class MigrateTests(OnePostgres postgres) : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _data = postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult();
    private readonly string _keys = postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OnAnEmptyDatabase_AndOnceMore_ItIsDone_AndTheServiceBegins()
    {
        Assert.Equal((0, "Up to date: the keys of test, the log of test, the ledger of test.", ""), Run());
        Assert.Equal((0, "Up to date: the keys of test, the log of test, the ledger of test.", ""), Run());

        using var log = OpenLog();
        await log.AppendedAsync("a", 1);
        using var ledger = new PostgresLedgerStore(_data, "test");
        Assert.Empty(await ledger.RegistryAsync(default));
    }

    [Fact]
    public async Task BesideAReplicaThatWrites_ItIsDone_AndNothingFails()
    {
        using var log = OpenLog();
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await log.AppendOnTopAsync("a");
                Interlocked.Increment(ref written);
            }
        });
        for (var round = 0; round < 3; round++)
        {
            var enough = Volatile.Read(ref written) + 10;
            await Eventually.IsSoAsync("it writes", () => Task.FromResult(Volatile.Read(ref written) >= enough));
            Assert.Equal(0, Run().Code);
        }

        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task WhereAReplicaOfAReleaseIsAtWorkThatAStepWouldBreak_NothingIsChanged_UntilItIsStopped()
    {
        await using (var before = PostgresSource.Of(_keys))
        {
            PostgresSchema.BringUpToDate(before, "test", "keys", [PostgresSchema.KeySteps[0]]);
            await DoAsync(before, "INSERT INTO test.subject_key VALUES (1024, 'before')");

            var (code, output, errors) = Run();

            Assert.Equal((1, ""), (code, output));
            Assert.StartsWith("Cannot bring the keys of test up to date: replicas of a release", Assert.Single(errors.Split('\n')), StringComparison.Ordinal);
            await DoAsync(before, "INSERT INTO test.subject_key VALUES (1025, 'after')");
        }

        await Eventually.IsSoAsync("it is done", () => Task.FromResult(Run().Code == 0));
        await using var now = PostgresSource.Of(_keys);
        await DoAsync(now, "SELECT slot FROM test.person_key");
    }

    [Fact]
    public async Task WhereItCannotBeDone_OneSentenceSaysWhy()
    {
        Run();
        await using (var later = PostgresSource.Of(_data)) await DoAsync(later, "UPDATE test.schema_version SET version = 99 WHERE of = 'log'");

        Assert.Equal((1, ""), (Run().Code, Run().Output));
        Assert.StartsWith("Cannot bring the log of test up to date: The schema test has version 99", Assert.Single(Run().Errors.Split('\n')), StringComparison.Ordinal);
        var nobody = Run(("Storage:PostgresKeys", $"Host=127.0.0.1;Port={FreePorts.Take(1)[0]};Username=nobody;Password=a-secret;Database=none"));
        Assert.StartsWith("Cannot bring the keys of test up to date: the database says", Assert.Single(nobody.Errors.Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", nobody.Errors, StringComparison.Ordinal);
        Assert.Contains("Set Storage:Engine to sqlite, postgres or cosmos", Run(("Storage:Engine", "oracle")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnSqlite_NothingIsMadeThatIsNotThere_SoThatTheStartBeginsAsEver()
    {
        Assert.Equal(0, Run(("Storage:Engine", "sqlite")).Code);
        Assert.Empty(Directory.GetFiles(_folder.FullName, "*", SearchOption.AllDirectories));
        var files = new LogFiles(Path.Combine(_folder.FullName, "test", "log.db"), Path.Combine(_folder.FullName, "keys", "test"));
        using (var log = SqliteRecordLog.Open(files, "test", TimeProvider.System)) await log.AppendedAsync("a", 1);

        Assert.Equal(0, Run(("Storage:Engine", "sqlite")).Code);

        using var again = SqliteRecordLog.Open(files, "test", TimeProvider.System);
        Assert.Single(await again.WholeFeedAsync());
    }

    [Fact]
    public async Task StepThatTakesLong_IsLetEnd_AndWhoComesMeanwhileWaits()
    {
        await using var source = PostgresSource.Of(_data);
        // Longer than any statement or lock may take otherwise.
        var slow = Task.Run(() => PostgresSchema.BringUpToDate(source, "test", "slow", ["SELECT pg_sleep(10.5)"]));
        await Eventually.IsSoAsync("the step runs", async () =>
            await NumberAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT pg_sleep(10.5)' AND state = 'active'") == 1);

        await Task.WhenAll(slow, Task.Run(() => PostgresSchema.BringUpToDate(source, "test", "slow", ["SELECT pg_sleep(10.5)"])));

        Assert.Equal(1, await NumberAsync("SELECT version::bigint FROM test.schema_version WHERE of = 'slow'"));
    }

    private PostgresRecordLog OpenLog() => PostgresRecordLog.Open(_data, _keys, _folder.Log(), "test", TimeProvider.System);

    private (int Code, string Output, string Errors) Run(params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(
            [new("Data", _folder.FullName), new("Storage:Engine", "postgres"), new("Storage:Postgres", _data), new("Storage:PostgresKeys", _keys)]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Name, s.Value)));
        builder.AddRecordLog("test");
        builder.AddRelay("test", _ => new Published((_, _) => null, false));
        using var output = new StringWriter();
        using var errors = new StringWriter();
        return (Migrate.Run(builder, output, errors), output.ToString().TrimEnd(), errors.ToString().TrimEnd());
    }

    private async Task<long> NumberAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_data + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task DoAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
