using Consent.Tests.Support;
using Npgsql;

namespace Consent.Subscriber.Tests;

/// <summary>By which replicas do each piece of work one at a time.</summary>
[Collection(OnPostgres.Name)]
public sealed class TurnsTests : IDisposable
{
    private const string Schema = "turns";
    private readonly NpgsqlDataSource _source;
    private readonly Turns _one;
    private readonly Turns _other;

    public TurnsTests(OnePostgres postgres)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        var connection = postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult();
        _source = ServiceSchema.SourceOf(connection, Schema);
        new PostgresSteps("turns", [Turns.Table]).BringUpToDate(_source, Schema);
        (_one, _other) = (new Turns(_source, TimeProvider.System), new Turns(_source, TimeProvider.System));
    }

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task OneHasIt_UntilItGivesItBack_AndWorkOfAnotherNameIsNobodys()
    {
        await using var elsewhere = await _other.TakeAsync("b", Cancel);
        await using (var turn = await _one.TakeAsync("a", Cancel))
        {
            Assert.NotNull(turn);
            Assert.NotNull(elsewhere);
            Assert.Null(await _other.TakeAsync("a", Cancel));
            Assert.Null(await _one.TakeAsync("a", Cancel));
        }

        await using var next = await _other.TakeAsync("a", Cancel);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Held_ItIsProlonged()
    {
        await using var turn = (await _one.TakeAsync("a", Cancel))!;
        var first = await ReadAsync<DateTime>("SELECT expires_at FROM leases");

        await Eventually.IsSoAsync("it lasts longer than the first time", async () => await ReadAsync<DateTime>("SELECT expires_at FROM leases") > first.AddSeconds(3));

        Assert.False(turn.Lost.IsCancellationRequested);
        Assert.Null(await _other.TakeAsync("a", Cancel));
    }

    [Fact]
    public async Task OfWhomDied_ItIsAnothers_WhenItHasEnded()
    {
        await ReadAsync<object?>("INSERT INTO leases VALUES ('a', 'who died', clock_timestamp(), clock_timestamp() + interval '1 hour')");
        Assert.Null(await _one.TakeAsync("a", Cancel));
        await ReadAsync<object?>("UPDATE leases SET expires_at = clock_timestamp()");

        Turn? turn = null;
        await Eventually.IsSoAsync("it is taken", async () => (turn ??= await _one.TakeAsync("a", Cancel)) is not null, TimeSpan.FromSeconds(60));
        await turn!.DisposeAsync();
    }

    [Fact]
    public async Task TakenByAnotherMeanwhile_ItIsLost_AndNotGivenBackForHim()
    {
        var turn = (await _one.TakeAsync("a", Cancel))!;
        await ReadAsync<object?>("UPDATE leases SET holder = 'another', expires_at = clock_timestamp() + interval '1 hour'");

        await Eventually.IsSoAsync("it is lost", () => Task.FromResult(turn.Lost.IsCancellationRequested));
        await turn.DisposeAsync();

        Assert.Equal("another", await ReadAsync<string>("SELECT holder FROM leases"));
    }

    [Fact]
    public async Task WithNoWordFromTheDatabase_ItIsLost_BeforeAnotherMayHaveIt()
    {
        var connection = new NpgsqlConnectionStringBuilder(_source.ConnectionString) { ApplicationName = "cut off" }.ToString();
        await using var own = NpgsqlDataSource.Create(connection);
        var time = new SteppedTime(Sample.Start);
        var turn = (await new Turns(own, time).TakeAsync("a", Cancel))!;
        Assert.True(await ReadAsync<bool>("SELECT expires_at >= granted_at + interval '6 seconds' FROM leases"));
        // Whoever prolongs waits for the row.
        await using var blocking = await _source.OpenConnectionAsync(Cancel);
        await using var transaction = await blocking.BeginTransactionAsync(Cancel);
        await using (var command = new NpgsqlCommand("SELECT 1 FROM leases FOR UPDATE", blocking, transaction)) await command.ExecuteScalarAsync(Cancel);

        time.Pass(TimeSpan.FromSeconds(4.9));
        Assert.False(turn.Lost.IsCancellationRequested);
        time.Pass(TimeSpan.FromSeconds(0.2));
        Assert.True(turn.Lost.IsCancellationRequested);
        await transaction.RollbackAsync(Cancel);
        await turn.DisposeAsync();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task<T> ReadAsync<T>(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
