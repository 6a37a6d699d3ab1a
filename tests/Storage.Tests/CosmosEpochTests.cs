namespace Consent.Storage.Tests;

/// <summary>An epoch that begins while the store changes its shape.</summary>
public sealed class CosmosEpochTests : IAsyncLifetime
{
    private const int Streams = 12;
    private CosmosRecordLogs _logs = null!;

    public async ValueTask InitializeAsync() => _logs = await CosmosRecordLogs.BeginAsync();

    public ValueTask DisposeAsync()
    {
        _logs.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ranges are split before and behind it, answers come in small pages, and two replicas place what they both write.</summary>
    [Fact]
    public async Task AnEpoch_OverSplitRanges_InSmallPages_TellsEachRecordOnce_InTheOrderOfItsStream()
    {
        CosmosRecordLog[] replicas = [_logs.Open(), _logs.Open()];
        var appended = new List<string>();
        async Task AppendAsync()
        {
            for (var stream = 0; stream < Streams; stream++) appended.Add((await replicas[stream % 2].AppendOnTopAsync($"s{stream}")).Id);
        }

        await AppendAsync();
        await AppendAsync();
        await replicas[0].WholeFeedAsync();
        _logs.Store.PageBytes = 1500;
        await AppendAsync();
        _logs.Store.Split(CosmosRecordLogs.Records, _logs.Store.RangesOf(CosmosRecordLogs.Records)[0]);
        await replicas[0].RaiseEpochAsync();
        _logs.Store.Split(CosmosRecordLogs.Order, _logs.Store.RangesOf(CosmosRecordLogs.Order)[1]);
        await AppendAsync();

        var told = await replicas[1].WholeFeedAsync(7);

        Assert.Equal(appended.Order(), told.Select(r => r.Id).Order());
        Assert.All(told.GroupBy(r => r.StreamKey), stream => Assert.Equal([1L, 2L, 3L, 4L], stream.Select(r => r.Version)));
        Assert.Equal(told.Select(r => (r.Id, r.Position)), (await replicas[0].WholeFeedAsync(100)).Select(r => (r.Id, r.Position)));
        Assert.Equal(told.Select(r => (r.Id, r.Position)), (await _logs.Open().WholeFeedAsync(5)).Select(r => (r.Id, r.Position)));
    }
}
