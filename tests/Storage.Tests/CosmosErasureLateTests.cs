using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>A tombstone whose eraser was killed, met by a process whose replica of the account does not have it yet.</summary>
public sealed class CosmosErasureLateTests : IAsyncLifetime
{
    private CosmosRecordLogs _logs = null!;

    public async ValueTask InitializeAsync() => _logs = await CosmosRecordLogs.BeginAsync();

    public ValueTask DisposeAsync()
    {
        _logs.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ATombstoneThatIsListed_AndIsNotAtTheReplica_IsShownOnlyWhenItsErasureIsDone()
    {
        var one = _logs.Open();
        await one.AppendedAndPlacedAsync("a", 1);
        var range = _logs.RangeOf(one, "a");
        var elsewhere = Enumerable.Range(0, 100).Select(i => $"b{i}").First(stream => _logs.RangeOf(one, stream) != range);
        _logs.Store.Faults.Next(Operation.Replace, When.Before, Fault.Status(403), times: 1000, only: CosmosRecordLogs.IsOfRecords);
        await Assert.ThrowsAsync<LogUnavailableException>(() => one.EraseAsync("a", default, Make.Moment));
        // Its page is written, and nothing more; then it is as good as killed.
        await Assert.ThrowsAsync<LogUnavailableException>(() => one.WholeFeedAsync());
        Assert.Equal("rt", await _logs.SortsAsync(one, "a"));
        _logs.Close(one);
        _logs.Store.Faults.Clear();
        _logs.Store.Lag(CosmosRecordLogs.Records, range, 1);

        var two = _logs.Open();
        var other = await two.AppendedAsync(elsewhere, 1);

        // What stood there before may be told as long as its tombstone is not.
        await two.WholeFeedAsync();
        Assert.Equal([two.IdOf("a", 2), other.Id], (await two.WholeFeedAsync()).Select(r => r.Id));
        _logs.Store.Lag(CosmosRecordLogs.Records, range, 0);
        Assert.Equal("ht", await _logs.SortsAsync(two, "a"));
    }
}
