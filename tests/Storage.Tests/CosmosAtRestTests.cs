using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>What is asked of an account again and again while nothing happens, which is most of the time and has to be paid: no more than it takes.</summary>
public sealed class CosmosAtRestTests
{
    /// <summary>Each replica of a service follows the declarations so, twice a second.</summary>
    [Fact]
    public async Task NamesBehindAnEnd_AreNotAskedForAgain_UntilSomethingWasPlaced()
    {
        using var logs = await CosmosRecordLogs.BeginAsync();
        var (log, other) = (logs.Open(), logs.Open());
        var first = await log.AppendedAndPlacedAsync("declaration/x", 1);
        Assert.Empty(await log.NamedFeedAsync("declaration", first.Position, 10));
        logs.Store.CountAnew();

        for (var i = 0; i < 5; i++) Assert.Empty(await log.NamedFeedAsync("declaration", first.Position, 10));

        Assert.DoesNotContain(logs.Store.Counts, c => c.Query == "named");
        await other.AppendedAsync("a", 1);
        Assert.Empty(await log.NamedFeedAsync("declaration", first.Position, 10));
        var second = await other.AppendedAsync("declaration/x", 2);
        Assert.Equal([second.Id], (await log.NamedFeedAsync("declaration", first.Position, 10)).Select(r => r.Id));
        // From before the end, too.
        Assert.Equal([first.Id, second.Id], (await log.NamedFeedAsync("declaration", 0, 10)).Select(r => r.Id));
    }

    /// <summary>A page of hundreds has many kilobytes, and each would be paid at every look.</summary>
    [Fact]
    public async Task TheLookForALoss_CostsNoMore_WhereTheNewestPageIsLarge()
    {
        using var notes = await OrderedNotes.BeginAsync();
        var one = await notes.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => one.AppendAsync($"stream {i}", 1)));
        await one.AdvanceAsync();
        Assert.False(await one.Order.IsLostAsync(one.Begin()));
        notes.Store.CountAnew();

        Assert.False(await one.Order.IsLostAsync(one.Begin()));

        Assert.InRange(notes.Store.Counts.Sum(c => c.Units), 1, 4);
    }

    [Fact]
    public async Task AnEmptyTurn_AsksForTheState_AndOnceInEachRange()
    {
        using var notes = await OrderedNotes.BeginAsync();
        var one = await notes.StartAsync();
        await one.AppendAsync("a", 1);
        await one.AdvanceAsync();
        await one.AdvanceAsync();
        notes.Store.CountAnew();

        await one.AdvanceAsync();

        Assert.Equal(notes.Store.RangesOf(OrderedNotes.Records).Count, notes.Account.CountOf(Operation.Feed, OrderedNotes.Records));
        Assert.Equal(1, notes.Store.Counts.Where(c => c.Container == OrderedNotes.Order).Sum(c => c.Times));
    }
}
