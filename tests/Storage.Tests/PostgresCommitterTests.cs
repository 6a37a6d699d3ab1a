namespace Consent.Storage.Tests;

[Collection(PostgresTests.Name)]
public sealed class PostgresCommitterTests(OnePostgres postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Writer_OutlivesWhatNobodyForesaw_TellsWhatBecameOfThatCommit_AndGoesOn()
    {
        await using var source = PostgresSource.Of(await postgres.Server.CreateDatabaseAsync());
        PostgresSchema.BringUpToDate(source, "test", "log", PostgresSchema.Steps);
        var isUnforeseen = true;
        await using var committer = new PostgresCommitter(source, "test", (_, _, _) =>
        {
            if (isUnforeseen) throw new InvalidOperationException("Of a kind that no database is known to throw.");
        });

        var first = await AppendAsync(committer, 1);
        isUnforeseen = false;
        var second = await AppendAsync(committer, 2);

        Assert.Equal((1L, 2L), (first, second));
    }

    private static Task<long> AppendAsync(PostgresCommitter committer, long version)
    {
        var stream = new StreamKey(1, 1);
        var row = new StoredRecord(0, stream, 1, version, "note", 0, null, null, null, [(byte)version]);
        return committer.AppendAsync(stream, ValueTask.FromResult(row)).WaitAsync(Patience);
    }
}
