using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>A tombstone whose eraser was killed, met by a process whose replica of the account does not have it yet.</summary>
public sealed class CosmosErasureLateTests : OnCosmosLogs
{
    [Fact]
    public async Task ATombstoneThatIsListed_AndIsNotAtTheReplica_IsShownOnlyWhenItsErasureIsDone()
    {
        var one = Logs.Open();
        await one.AppendedAndPlacedAsync("a", 1);
        var range = Logs.RangeOf(one, "a");
        var elsewhere = Enumerable.Range(0, 100).Select(i => $"b{i}").First(stream => Logs.RangeOf(one, stream) != range);
        Logs.Store.Faults.Next(Operation.Replace, When.Before, Fault.Status(403), times: 1000, only: CosmosRecordLogs.IsOfRecords);
        await Assert.ThrowsAsync<LogUnavailableException>(() => one.EraseAsync("a", default, Make.Moment));
        // Its page is written, and nothing more; then it is as good as killed.
        await Assert.ThrowsAsync<LogUnavailableException>(() => one.WholeFeedAsync());
        Assert.Equal("rt", await Logs.SortsAsync(one, "a"));
        Logs.Close(one);
        Logs.Store.Faults.Clear();
        Logs.Store.Lag(CosmosRecordLogs.Records, range, 1);

        var two = Logs.Open();
        var other = await two.AppendedAsync(elsewhere, 1);

        // What stood there before may be told as long as its tombstone is not.
        await two.WholeFeedAsync();
        Assert.Equal([two.IdOf("a", 2), other.Id], (await two.WholeFeedAsync()).Select(r => r.Id));
        Logs.Store.Lag(CosmosRecordLogs.Records, range, 0);
        Assert.Equal("ht", await Logs.SortsAsync(two, "a"));
    }
}
