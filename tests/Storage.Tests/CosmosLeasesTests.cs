namespace Consent.Storage.Tests;

/// <summary>Leases of a log on Azure Cosmos DB at replicas that have not seen all: nobody holds what another holds.</summary>
public sealed class CosmosLeasesTests : OnCosmosLogs
{
    private static readonly TimeSpan Term = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task GrantedInAnEpochOfWhichAReplicaHasNotHeard_ItHolds_AndTheReplicaHearsOfTheEpoch()
    {
        var (one, two) = (Logs.Open(), Logs.Open());
        await one.AppendedAndPlacedAsync("a", 1);
        var epoch = await one.RaiseEpochAsync();
        var held = (await one.AcquireAsync("x", "one", Term))!;

        // At once, before it looks by itself.
        Assert.Null(await two.AcquireAsync("x", "two", Term));

        Assert.Equal(epoch, two.Epoch);
        Assert.Equal(held.Fence, (await one.AcquireAsync("x", "one", Term))!.Fence);
        await one.ReleaseAsync(held);
        Assert.Equal(("two", held.Fence + 1), await two.AcquireAsync("x", "two", Term) is { } next ? (next.Holder, next.Fence) : default);
    }

    [Fact]
    public async Task AtAReplicaThatLags_AHeldLeaseIsNotGrantedTwice_AndACursorIsNotLost()
    {
        var (one, two) = (Logs.Open(), Logs.Open());
        var placed = await one.AppendedAndPlacedAsync("a", 1);
        Lag(50);
        var held = (await one.AcquireAsync("x", "one", Term))!;
        Assert.True(await one.MoveCursorAsync(held, placed.Position));

        Assert.Null(await two.AcquireAsync("x", "two", Term));
        Assert.Equal(placed.Position, await two.CursorAsync("x"));

        Lag(0);
        Assert.Null(await two.AcquireAsync("x", "two", Term));
        Assert.Equal((1, 1), (one.Epoch, two.Epoch));
    }

    private void Lag(int changes)
    {
        foreach (var range in Logs.Store.RangesOf(CosmosRecordLogs.Order)) Logs.Store.Lag(CosmosRecordLogs.Order, range, changes);
    }
}
