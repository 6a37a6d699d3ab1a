using Consent.Tests.Support;
using Npgsql;

namespace Consent.Storage.Tests;

[Collection(PostgresTests.Name)]
public sealed class PostgresSubjectKeysTests(OnePostgres postgres) : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>At a cold start all who come wait for the first block. Held threads are then missing to those who make it.</summary>
    [Fact]
    public async Task Next_WhileABlockIsBeingMade_HoldsNoThread_AndGivesEachAKeyOfHisOwn()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        using var keys = new PostgresSubjectKeys(database, "test", _folder.Controllers());
        await using var slow = new NpgsqlConnection(database);
        await slow.OpenAsync(Cancel);
        await using var locking = await slow.BeginTransactionAsync(Cancel);
        await using var command = new NpgsqlCommand("LOCK TABLE test.person_key IN ACCESS EXCLUSIVE MODE", slow, locking);
        await command.ExecuteNonQueryAsync(Cancel);

        // Each call comes back to this one thread at once.
        var waiting = Enumerable.Range(0, 3000).Select(_ => keys.NextAsync().AsTask()).ToList();
        Assert.DoesNotContain(waiting, w => w.IsCompleted);
        await locking.CommitAsync(Cancel);

        var given = await Task.WhenAll(waiting);
        Assert.Equal(3000, given.Select(k => k.Slot).Distinct().Count());
        foreach (var key in given.Chunk(300).Select(c => c[0])) Assert.Equal(key.Key, keys.Find(key.Slot));
    }

    [Fact]
    public async Task Next_WhenNoBlockCanBeMade_SaysSo_AndTheNextCallTriesAgain()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        using var keys = new PostgresSubjectKeys(database, "test", _folder.Controllers());
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync(Cancel);
        await using (var hide = new NpgsqlCommand("ALTER TABLE test.person_key RENAME TO hidden", other)) await hide.ExecuteNonQueryAsync(Cancel);
        await Assert.ThrowsAsync<LogUnavailableException>(() => keys.NextAsync().AsTask());
        await using (var show = new NpgsqlCommand("ALTER TABLE test.hidden RENAME TO person_key", other)) await show.ExecuteNonQueryAsync(Cancel);
        Assert.Equal(32, (await keys.NextAsync()).Key.Length);
    }

    [Fact]
    public async Task WhatLiesInTheDatabase_IsNoKey()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        using var keys = new PostgresSubjectKeys(database, "test", _folder.Controllers());
        var (one, other) = (await keys.NextAsync("bakkers"), await keys.NextAsync());
        await using var source = PostgresSource.Of(database);

        foreach (var key in new[] { one, other })
        {
            Assert.NotEqual(key.Key, await LyingAsync(source, key.Slot));
            Assert.Equal(key.Key, keys.Find(key.Slot));
        }

        // What is not there was not destroyed.
        Assert.Throws<LogUnavailableException>(() => keys.Find(999_999));
    }

    [Fact]
    public async Task KeysInClear_AsTheyLayOnce_OpenAllTheWhile_AndAreWrapped_AlsoWhenThatIsCutShort()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        await using var source = PostgresSource.Of(database);
        PostgresSchema.BringUpToDate(source, "test", "keys", [PostgresSchema.KeySteps[0]]);
        await DoAsync(source, "INSERT INTO test.subject_key SELECT i, sha256(convert_to(i::text, 'UTF8')) FROM generate_series(0, 2499) AS i");
        await DoAsync(source, "UPDATE test.subject_key SET key = NULL WHERE slot = 7");
        var slots = Enumerable.Range(0, 2500).Select(i => (long)i).ToList();
        var before = new Dictionary<long, byte[]?>();
        foreach (var slot in slots) before[slot] = await LyingAsync(source, slot, "subject_key");
        var controllers = _folder.Controllers();
        using (var keys = new PostgresSubjectKeys(database, "test", controllers, rewraps: false))
        {
            using var rewrap = new PostgresRewrap(source, "test", controllers);
            await SameAsync(keys, before);
            using var closing = new CancellationTokenSource();
            await using (var other = await source.OpenConnectionAsync(Cancel))
            {
                await using var locking = await other.BeginTransactionAsync(Cancel);
                await using var command = new NpgsqlCommand("SELECT 1 FROM test.person_key WHERE slot = 1500 FOR UPDATE", other, locking);
                await command.ExecuteScalarAsync(Cancel);
                var rewrapping = rewrap.RewrapAsync(closing.Token);
                await Eventually.IsSoAsync("a page is done", async () => await CountAsync(source, "controller <> 0") == 1000);
                await closing.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rewrapping);
            }

            // One that remembers nothing of how they lay.
            using (var fresh = new PostgresSubjectKeys(database, "test", _folder.Controllers(), rewraps: false)) await SameAsync(fresh, before);
            Assert.Equal(1499, await rewrap.RewrapAsync(Cancel));
            Assert.Equal(0, await CountAsync(source, "controller = 0 AND key IS NOT NULL"));
            Assert.Equal(0, await rewrap.RewrapAsync(Cancel));
        }

        using var again = new PostgresSubjectKeys(database, "test", _folder.Controllers());
        await SameAsync(again, before);
        foreach (var slot in slots.Where(s => s != 7).Chunk(100).Select(c => c[0])) Assert.NotEqual(before[slot], await LyingAsync(source, slot));
    }

    [Fact]
    public async Task NewVersionOfAControllersKey_AllItsKeysAreWrappedUnderIt_AndOpenInAReplicaThatHasNotHeardOfIt()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        await using var source = PostgresSource.Of(database);
        using var behind = new PostgresSubjectKeys(database, "test", _folder.Controllers(), rewraps: false);
        var given = new Dictionary<long, byte[]?>();
        for (var i = 0; i < 10; i++)
        {
            var key = await behind.NextAsync("bakkers");
            given[key.Slot] = key.Key;
        }

        using (var rotating = _folder.Controllers()) Assert.Equal(1, await rotating.SucceedAsync());
        var controllers = _folder.Controllers();
        using var ahead = new PostgresSubjectKeys(database, "test", controllers, rewraps: false);
        using var rewrap = new PostgresRewrap(source, "test", controllers);
        await rewrap.RewrapAsync(Cancel);

        Assert.Equal(0, await CountAsync(source, "version <> 2"));
        await SameAsync(ahead, given);
        await SameAsync(behind, given);
    }

    [Fact]
    public async Task FolderThatLostAControllersKey_IsRefused()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        using (var keys = new PostgresSubjectKeys(database, "test", _folder.Controllers())) await keys.NextAsync("bakkers");
        using var elsewhere = new TestFolder();

        var refused = Assert.Throws<IOException>(() => new PostgresSubjectKeys(database, "test", elsewhere.Controllers()));

        Assert.Contains("controllers/1.1.key", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VersionUnderWhichKeysAreBeingPut_IsRequired_BeforeTheFirstLiesUnderIt()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        await using var source = PostgresSource.Of(database);
        long slot;
        using (var keys = new PostgresSubjectKeys(database, "test", _folder.Controllers(), rewraps: false)) slot = (await keys.NextAsync("bakkers")).Slot;
        using (var controllers = _folder.Controllers())
        {
            await controllers.SucceedAsync();
            using var rewrap = new PostgresRewrap(source, "test", controllers);
            using var closing = new CancellationTokenSource();
            await using var other = await source.OpenConnectionAsync(Cancel);
            await using var locking = await other.BeginTransactionAsync(Cancel);
            await using var command = new NpgsqlCommand($"SELECT 1 FROM test.person_key WHERE slot = {slot} FOR UPDATE", other, locking);
            await command.ExecuteScalarAsync(Cancel);
            var rewrapping = rewrap.RewrapAsync(closing.Token);
            await Eventually.IsSoAsync("the target is noted", () => Task.FromResult(PostgresRewrap.Used(source, "test").Contains((1, 2))));
            await closing.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rewrapping);
        }

        File.Delete(_folder.File("keys/controllers/1.2.key"));

        var refused = Assert.Throws<IOException>(() => new PostgresSubjectKeys(database, "test", _folder.Controllers()));
        Assert.Contains("controllers/1.2.key", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RewrappingThatFails_IsTriedAgain_AndTold()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        await using var source = PostgresSource.Of(database);
        PostgresSchema.BringUpToDate(source, "test", "keys", [PostgresSchema.KeySteps[0]]);
        await DoAsync(source, "INSERT INTO test.subject_key SELECT i, sha256(convert_to(i::text, 'UTF8')) FROM generate_series(0, 99) AS i");
        using var failures = new Measured(StorageMetrics.MeterName, "consent.keys.rewrap.failures", "store", "test");
        using var behind = new Measured(StorageMetrics.MeterName, "consent.keys.behind", "store", "test");
        var controllers = _folder.Controllers();
        using var keys = new PostgresSubjectKeys(database, "test", controllers, rewraps: false);
        using var rewrap = new PostgresRewrap(source, "test", controllers);
        await DoAsync(source, "ALTER TABLE test.controller_key RENAME TO hidden");

        rewrap.Start();

        await Eventually.IsSoAsync("it has failed", () => Task.FromResult(failures.Count > 0));
        await DoAsync(source, "ALTER TABLE test.hidden RENAME TO controller_key");
        await Eventually.IsSoAsync("none is behind", async () => behind.Saw(100) && behind.Last == 0 && await CountAsync(source, "controller = 0") == 0);
    }

    [Fact]
    public async Task ReleaseFromBeforeControllersKeys_NeitherReadsNorWritesAnyMore()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        await using var source = PostgresSource.Of(database);
        PostgresSchema.BringUpToDate(source, "test", "keys", [PostgresSchema.KeySteps[0]]);
        await DoAsync(source, "INSERT INTO test.subject_key VALUES (1024, 'before')");
        using var keys = new PostgresSubjectKeys(database, "test", _folder.Controllers(), rewraps: false);

        await Assert.ThrowsAsync<PostgresException>(() => LyingAsync(source, 1024, "subject_key"));
        await Assert.ThrowsAsync<PostgresException>(() => DoAsync(source, "INSERT INTO test.subject_key VALUES (1025, 'after')"));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task SameAsync(PostgresSubjectKeys keys, Dictionary<long, byte[]?> expected)
    {
        await keys.ExpectAsync([.. expected.Keys]);
        foreach (var (slot, key) in expected) Assert.Equal(key, keys.Find(slot));
    }

    private static async Task<byte[]?> LyingAsync(NpgsqlDataSource source, long slot, string table = "person_key")
    {
        await using var command = source.CreateCommand($"SELECT key FROM test.{table} WHERE slot = {slot}");
        return await command.ExecuteScalarAsync(Cancel) as byte[];
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string which)
    {
        await using var command = source.CreateCommand($"SELECT count(*) FROM test.person_key WHERE {which}");
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private static async Task DoAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
