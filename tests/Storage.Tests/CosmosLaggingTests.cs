namespace Consent.Storage.Tests;

/// <summary>A region or a replica that lags looks as if it had lost something: it is not taken for that, however far it lags, and nobody is told less for it.</summary>
public sealed class CosmosLaggingTests : OnCosmosLogs
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task AFreshReplica_OfWhichAllReadersLag_BeginsNoEpoch_AndReadsWhatIsThere(bool order, bool records)
    {
        var one = Logs.Open();
        var ids = new List<string>();
        foreach (var stream in (string[])["a", "b", "c", "declaration/x"])
            for (var version = 1; version <= 3; version++) ids.Add((await one.AppendedAndPlacedAsync(stream, version)).Id);
        if (order) Lag(CosmosRecordLogs.Order, 1000);
        if (records) Lag(CosmosRecordLogs.Records, 1000);

        var two = Logs.Open();
        // A cursor is moved only after a look.
        Assert.True(await two.MoveCursorAsync((await two.AcquireAsync("look", "this test", TimeSpan.FromMinutes(1)))!, 1));

        Assert.Equal(1, two.Epoch);
        Assert.Null(two.Alarm);
        Assert.Equal(ids, (await two.WholeFeedAsync()).Select(r => r.Id));
        Assert.Equal(ids.TakeLast(3), (await two.NamedFeedAsync("declaration", 0, 10)).Select(r => r.Id));
        Assert.Equal(4, (await two.NewestOfStreamsAsync(null, StreamKey.Parse(new string('f', 20)), 100)).Count);
        Assert.Equal(3, (await one.LatestAsync("a"))!.Version);
        Assert.Equal(1, one.Epoch);
    }

    /// <summary>A snapshot is made of it, and what it lacks its subscriber is never told.</summary>
    [Fact]
    public async Task WhichStreamsThereAre_IsAskedOfNoReplicaThatLags()
    {
        using var notes = await OrderedNotes.BeginAsync();
        int RangeOf(string partition) => notes.Store.RangeOf(OrderedNotes.Order, partition);
        var stream = "abcdef0123456789".First(digit => RangeOf($"streams/{digit}") != RangeOf("state")) + "0";
        var one = await notes.StartAsync();
        await one.AppendAsync(stream, 1);
        await one.AdvanceAsync();
        foreach (var range in notes.Store.RangesOf(OrderedNotes.Order)) notes.Store.Lag(OrderedNotes.Order, range, 1000);
        var two = await notes.StartAsync();

        Assert.Equal([stream], await two.Names.PartitionsAsync(null, new string('f', 20), 10, two.Begin()));
    }

    private void Lag(string container, int changes)
    {
        foreach (var range in Logs.Store.RangesOf(container)) Logs.Store.Lag(container, range, changes);
    }
}
