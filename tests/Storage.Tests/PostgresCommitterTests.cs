namespace Consent.Storage.Tests;

[Collection(PostgresTests.Name)]
public sealed class PostgresCommitterTests(OnePostgres postgres) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Writer_OutlivesWhatNobodyForesaw_TellsWhatBecameOfThatCommit_AndGoesOn()
    {
        await using var source = PostgresSource.Of(await postgres.Server.CreateDatabaseAsync());
        PostgresSchema.BringUpToDate(source, "test", "log", PostgresSchema.Steps);
        var clock = new UnforeseenClock();
        using var mark = new HighWaterMark(_folder.File("mark"), clock);
        using var head = new FollowHead(source, "test", mark, TimeProvider.System);
        await using var committer = new PostgresCommitter(source, "test", head);

        var first = await AppendAsync(committer, 1);
        Assert.True(clock.HasThrown);
        var second = await AppendAsync(committer, 2);

        Assert.Equal((1L, 2L), (first, second));
    }

    private static Task<long> AppendAsync(PostgresCommitter committer, long version)
    {
        var stream = new StreamKey(1, 1);
        var row = new StoredRecord(0, stream, 1, version, "note", 0, null, null, null, [(byte)version]);
        return committer.AppendAsync(stream, ValueTask.FromResult(row)).WaitAsync(Patience);
    }

    /// <summary>Its timers cannot be set, which is found out behind the first commit.</summary>
    private sealed class UnforeseenClock : TimeProvider, ITimer
    {
        public bool HasThrown { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => this;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            HasThrown = true;
            throw new InvalidOperationException("Of a kind that no database is known to throw.");
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
