using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>An account that lost what it had committed, as one does that fails over to a region that lagged: a new epoch places what came in its stead, and skips nothing.</summary>
public sealed class CosmosOrderLossTests : OnOneProcess
{
    private const int Epoch = 2;

    [Fact]
    public async Task NothingLost_NothingIsSaidToBe()
    {
        await One.AppendAsync("a", 1);
        Assert.False(await One.Order.IsLostAsync(One.Begin()));
        await One.AdvanceAsync();
        Assert.False(await One.Order.IsLostAsync(One.Begin()));
        await One.EraseAsync("a", 1);
        Assert.False(await One.Order.IsLostAsync(One.Begin()));
        var two = await Notes.StartAsync();
        await two.AppendAsync("b", 1);
        await two.AdvanceAsync();
        Assert.False(await One.Order.IsLostAsync(One.Begin()));
    }

    /// <summary>Numbers of changes are given out again then, and so are versions: what was written in place of what was lost must not be taken for it.</summary>
    [Fact]
    public async Task ARecordThatCameInPlaceOfALostOne_GetsAPlaceOfItsOwn_BehindAllCursors()
    {
        for (var i = 1; i <= 3; i++)
            foreach (var stream in (string[])["a", "b", "c"]) await One.AppendAsync(stream, i);
        await One.AdvanceAsync();
        await One.AppendAsync("a", 4);
        await One.AdvanceAsync();
        var before = await One.FeedAsync();
        var (lost, cursor) = (before[^1], One.Order.Through);
        Notes.Store.LoseTail(OrderedNotes.Records, Notes.Store.RangeOf(OrderedNotes.Records, "a"), 1);
        var two = await Notes.StartAsync();
        Assert.IsType<Created.Ours>(await two.AppendAsync("a", 4));
        Assert.True(await One.Order.IsLostAsync(One.Begin()));

        Assert.Equal(Epoch, await two.Order.BeginEpochAsync(Epoch, two.Begin()));
        await two.AdvanceAsync();

        var behind = Assert.Single(await two.FeedAsync(after: cursor));
        Assert.True(behind.Position > Restored.FloorOf(Epoch));
        Assert.Equal(("a", 4L), (behind.Entry.Partition, behind.Entry.Number));
        Assert.NotNull(behind.Document);
        Assert.Equal(behind.Position, await two.Order.PositionOfAsync(new OrderEntry("a", 4, null), two.Begin()));
        // The others keep theirs, and the lost one has no document any more.
        var after = await two.FeedAsync(after: 0);
        Assert.Equal(before.Select(one => (one.Position, one.Entry)), after.SkipLast(1).Select(one => (one.Position, one.Entry)));
        Assert.Equal([lost.Position], after.Where(one => one.Document is null).Select(one => one.Position));

        // Whoever was there before follows, and goes on in the same order.
        await One.AppendAsync("b", 4);
        await One.AdvanceAsync();
        Assert.Equal((Epoch, behind.Position + 1), (One.Order.Epoch, One.Order.Through));
        Assert.Equal(2, (await One.FeedAsync(after: cursor)).Count);
    }

    /// <summary>Where nothing lies, nothing was erased either: a reader that passed over it might pass over what is only late.</summary>
    [Fact]
    public async Task ARecordThatIsNotThere_IsNotPassedOver_UntilAnEpochHasBegun()
    {
        await One.AppendAsync("b", 1);
        await One.AppendAsync("a", 1);
        await One.AdvanceAsync();
        Notes.Store.LoseTail(OrderedNotes.Records, Notes.Store.RangeOf(OrderedNotes.Records, "a"), 1);
        var two = await Notes.StartAsync(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<LogUnavailableException>(() => two.FeedAsync());
        Assert.True(await two.Order.IsLostAsync(two.Begin()));
        await two.Order.BeginEpochAsync(Epoch, two.Begin());
        await two.AdvanceAsync();

        var feed = await two.FeedAsync();
        Assert.Equal(["a"], feed.Where(one => one.Document is null).Select(one => one.Entry.Partition));
        Assert.Equal(["b"], feed.Where(one => one.Document is not null).Select(one => one.Entry.Partition));
    }

    /// <summary>So many changes of that part of the order in which the pages lie: with the state and without it, with places and without them.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(20)]
    public async Task PagesThatAreLost_AreWrittenAnew_AndNothingThatIsThereIsMissing(int changes)
    {
        string[] streams = ["a", "b", "c", "d", "e"];
        for (var i = 1; i <= 6; i++)
        {
            foreach (var stream in streams) await One.AppendAsync(stream, i);
            await One.AdvanceAsync();
        }

        var cursor = One.Order.Through;
        Notes.Store.LoseTail(OrderedNotes.Order, Notes.Store.RangeOf(OrderedNotes.Order, "page/0"), changes);

        var two = await Notes.StartAsync();
        Assert.Equal(Epoch, await two.Order.BeginEpochAsync(Epoch, two.Begin()));
        await Task.WhenAll(two.AppendAsync("a", 7), two.AppendAsync("f", 1));
        await two.AdvanceAsync();

        var all = (await two.FeedAsync()).Where(one => one.Document is not null).ToList();
        var wanted = streams.SelectMany(stream => Enumerable.Range(1, stream == "a" ? 7 : 6).Select(i => (stream, (long)i))).Append(("f", 1L)).Order();
        Assert.Equal(wanted, all.Select(one => (one.Entry.Partition, one.Entry.Number)).Distinct().Order());
        Assert.Equal(all.Count, all.Select(one => one.Position).Distinct().Count());
        // Who had seen all that was there misses nothing of what came since.
        var since = (await two.FeedAsync(after: cursor)).Select(one => (one.Entry.Partition, one.Entry.Number)).ToList();
        Assert.Contains(("a", 7L), since);
        Assert.Contains(("f", 1L), since);
    }

    /// <summary>Of the next epoch all replicas make one, and the one that had written on meanwhile is followed.</summary>
    [Fact]
    public async Task AnEpoch_IsBegunByAllWhoNotice_AndIsOne()
    {
        var two = await Notes.StartAsync();
        await One.AppendAsync("a", 1);
        await One.AdvanceAsync();

        var epochs = await Task.WhenAll(One.Order.BeginEpochAsync(Epoch, One.Begin()), two.Order.BeginEpochAsync(Epoch, two.Begin()), two.Order.BeginEpochAsync(Epoch, two.Begin()));
        await One.AppendAsync("a", 2);
        await Task.WhenAll(One.AdvanceAsync(), two.AdvanceAsync());

        Assert.Equal([Epoch, Epoch, Epoch], epochs);
        Assert.Equal([1L, Restored.FloorOf(Epoch) + 1], (await two.FeedAsync()).Select(one => one.Position));
        Assert.Equal(3, await One.Order.BeginEpochAsync(3, One.Begin()));
        // None but the next.
        Assert.Equal(3, await two.Order.BeginEpochAsync(Epoch, two.Begin()));
        await two.AppendAsync("a", 3);
        await two.AdvanceAsync();
        Assert.Equal([1L, Restored.FloorOf(Epoch) + 1, Restored.FloorOf(3) + 1], (await two.FeedAsync(1)).Select(one => one.Position));
    }

    /// <summary>What one has placed and could not show any more has its place for others, and is not seen by anybody: whoever comes next shows it.</summary>
    [Fact]
    public async Task WhatIsPlacedInANewEpoch_AndNotShown_IsShownByWhoeverComesNext()
    {
        var two = await Notes.StartAsync();
        await One.AppendAsync("a", 1);
        await One.AdvanceAsync();
        await One.Order.BeginEpochAsync(Epoch, One.Begin());
        await One.AppendAsync("a", 2);
        One.Following = () =>
        {
            // What has its place is followed once more first.
            if (One.Placed.Any(one => one.Entry.Number == 2)) Notes.Store.Faults.Next(Operation.Replace, When.Before, Fault.Status(403), times: 1, only: asked => asked.Container == OrderedNotes.Order);
            return Task.CompletedTask;
        };
        await Assert.ThrowsAsync<LogUnavailableException>(One.AdvanceAsync);
        Assert.Equal(0, Notes.Store.Faults.Left);

        await two.AdvanceAsync();

        Assert.Equal([("a", 1L), ("a", 2L)], await two.ToldAsync());
    }
}
