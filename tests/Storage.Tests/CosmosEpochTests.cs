namespace Consent.Storage.Tests;

/// <summary>An epoch that begins while the store changes its shape.</summary>
public sealed class CosmosEpochTests : OnCosmosLogs
{
    private const int Streams = 12;

    /// <summary>Ranges are split before and behind it, answers come in small pages, and two replicas place what they both write.</summary>
    [Fact]
    public async Task AnEpoch_OverSplitRanges_InSmallPages_TellsEachRecordOnce_InTheOrderOfItsStream()
    {
        CosmosRecordLog[] replicas = [Logs.Open(), Logs.Open()];
        var appended = new List<string>();
        async Task AppendAsync()
        {
            for (var stream = 0; stream < Streams; stream++) appended.Add((await replicas[stream % 2].AppendOnTopAsync($"s{stream}")).Id);
        }

        await AppendAsync();
        await AppendAsync();
        await replicas[0].WholeFeedAsync();
        Logs.Store.PageBytes = 1500;
        await AppendAsync();
        Logs.Store.Split(CosmosRecordLogs.Records, Logs.Store.RangesOf(CosmosRecordLogs.Records)[0]);
        await replicas[0].RaiseEpochAsync();
        Logs.Store.Split(CosmosRecordLogs.Order, Logs.Store.RangesOf(CosmosRecordLogs.Order)[1]);
        await AppendAsync();

        var told = await replicas[1].WholeFeedAsync(7);

        Assert.Equal(appended.Order(), told.Select(r => r.Id).Order());
        Assert.All(told.GroupBy(r => r.StreamKey), stream => Assert.Equal([1L, 2L, 3L, 4L], stream.Select(r => r.Version)));
        Assert.Equal(told.Select(r => (r.Id, r.Position)), (await replicas[0].WholeFeedAsync(100)).Select(r => (r.Id, r.Position)));
        Assert.Equal(told.Select(r => (r.Id, r.Position)), (await Logs.Open().WholeFeedAsync(5)).Select(r => (r.Id, r.Position)));
    }
}
