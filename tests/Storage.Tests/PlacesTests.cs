using Npgsql;

namespace Consent.Storage.Tests;

[Collection(PostgresTests.Name)]
public sealed class PlacesTests(OnePostgres postgres)
{
    [Fact]
    public async Task Read_ByManyMoreThanThereAreConnections_WaitsItsTurn_AlsoForLongerThanAConnectionMayTakeToBeMade()
    {
        using var folder = new TestFolder();
        var database = await postgres.Server.CreateDatabaseAsync();
        using var log = PostgresRecordLog.Open(database, database, folder.Log(), "test", TimeProvider.System);
        await log.AppendedAsync("a", 1);
        await using var slow = new NpgsqlConnection(database);
        await slow.OpenAsync(TestContext.Current.CancellationToken);
        await using var locking = await slow.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("LOCK TABLE test.record IN ACCESS EXCLUSIVE MODE", slow, locking);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var reading = Enumerable.Range(0, 100).Select(_ => log.LatestAsync("a", TestContext.Current.CancellationToken).AsTask()).ToList();
        // The time is what is tried: longer than the 5 s within which a connection is made, shorter than the 8 s for which a lock is waited for.
        await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(reading, r => r.IsCompleted);
        await locking.CommitAsync(TestContext.Current.CancellationToken);

        Assert.All(await Task.WhenAll(reading), found => Assert.Equal(1, found!.Version));
    }
}
