using Npgsql;

namespace Consent.Storage.Tests;

[Collection(PostgresTests.Name)]
public sealed class PostgresSubjectKeysTests(OnePostgres postgres)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>At a cold start all who come wait for the first block. Held threads are then missing to those who make it.</summary>
    [Fact]
    public async Task Next_WhileABlockIsBeingMade_HoldsNoThread_AndGivesEachAKeyOfHisOwn()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        using var keys = new PostgresSubjectKeys(database, "test");
        await using var slow = new NpgsqlConnection(database);
        await slow.OpenAsync(Cancel);
        await using var locking = await slow.BeginTransactionAsync(Cancel);
        await using var command = new NpgsqlCommand("LOCK TABLE test.subject_key IN ACCESS EXCLUSIVE MODE", slow, locking);
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
        using var keys = new PostgresSubjectKeys(database, "test");
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync(Cancel);
        await using (var hide = new NpgsqlCommand("ALTER TABLE test.subject_key RENAME TO hidden", other)) await hide.ExecuteNonQueryAsync(Cancel);
        await Assert.ThrowsAsync<LogUnavailableException>(() => keys.NextAsync().AsTask());
        await using (var show = new NpgsqlCommand("ALTER TABLE test.hidden RENAME TO subject_key", other)) await show.ExecuteNonQueryAsync(Cancel);
        Assert.Equal(32, (await keys.NextAsync()).Key.Length);
    }
}
