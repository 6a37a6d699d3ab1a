using System.Text.Json;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>The order that is written down from the change feed: everything that was committed has one place, in the order of its stream, whoever orders and whatever fails.</summary>
public sealed class CosmosOrderTests : OnOneProcess
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task WhatWasCommitted_HasOnePlaceEach_InPagesOfAnySize(int page)
    {
        await AppendAsync(One, 12, 5);
        Assert.Equal(0, One.Order.Through);
        await One.AdvanceAsync();

        var feed = await One.FeedAsync(page);

        Assert.Equal(Enumerable.Range(1, 60).Select(i => (long)i), feed.Select(one => one.Position));
        Assert.Equal(60, One.Order.Through);
        AssertInOrder(feed, 12, 5);
        Assert.Equal(feed.Where(one => one.Position > 41).Select(one => (one.Position, one.Entry)), (await One.FeedAsync(page, after: 41)).Select(one => (one.Position, one.Entry)));
    }

    [Fact]
    public async Task ADocument_IsFoundByItsPosition_AndItsPositionByIt_NotBeforeItIsShown()
    {
        await AppendAsync(One, 3, 2);
        var entry = new OrderEntry("01s1", 2, null);
        Assert.Null(await One.Order.PositionOfAsync(entry, One.Begin()));
        await One.AdvanceAsync();

        var position = await One.Order.PositionOfAsync(entry, One.Begin());

        Assert.True((await One.Order.AtAsync(position!.Value, One.Begin()))!.IsSame(entry));
        Assert.Equal([1L, 2L], (await One.Order.PositionsInAsync("01s1", One.Begin())).OrderBy(one => one.Value).Select(one => one.Key));
        Assert.Null(await One.Order.AtAsync(One.Order.Through + 1, One.Begin()));
        Assert.Null(await One.Order.AtAsync(long.MaxValue, One.Begin()));
        Assert.Empty(await One.Order.ReadAsync(long.MaxValue, 10, One.Begin()));
    }

    [Fact]
    public async Task TwoWhoOrderAtOnce_WriteOneOrder_AndEachSeesAllThatWasThereBefore()
    {
        var two = await Notes.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async stream =>
        {
            var mine = stream % 2 == 0 ? One : two;
            for (var version = 1; version <= 10; version++)
            {
                Assert.IsType<Created.Ours>(await mine.AppendAsync(Name(stream), version));
                await mine.AdvanceAsync();
                // Placed, and seen: by whichever of the two it was.
                Assert.NotNull(await mine.Order.PositionOfAsync(new OrderEntry(Name(stream), version, null), mine.Begin()));
            }
        }));
        await Task.WhenAll(One.AdvanceAsync(), two.AdvanceAsync());

        var feed = await One.FeedAsync();
        AssertInOrder(feed, 8, 10);
        Assert.Equal(feed.Select(one => (one.Position, one.Entry)), (await two.FeedAsync(33)).Select(one => (one.Position, one.Entry)));
        Assert.Equal(Enumerable.Range(1, 80).Select(i => (long)i), feed.Select(one => one.Position));
    }

    [Fact]
    public async Task KilledBehindAPage_NothingIsShown_AndAnotherGoesOnFromThere()
    {
        await AppendAsync(One, 4, 3);
        One.Dies = true;
        await Assert.ThrowsAsync<LogUnavailableException>(One.AdvanceAsync);
        Assert.Equal(0, One.Order.Through);

        var two = await Notes.StartAsync();
        Assert.Empty(await two.FeedAsync());
        await two.AdvanceAsync();

        AssertInOrder(await two.FeedAsync(), 4, 3);
        // What follows from the page of the one that was killed has been done by the other.
        Assert.Equal((await two.FeedAsync()).Select(one => one.Position), two.Placed.Select(one => one.Position).Order());
    }

    [Theory]
    [InlineData("state")]
    [InlineData("p/")]
    public async Task CutOffFromOneOfItsDocuments_ItGoesOnAtTheNextTurn(string partition)
    {
        await AppendAsync(One, 4, 3);
        Notes.Store.Faults.Next(Operation.Any, When.Before, Fault.Status(403), times: 1, only: asked =>
            asked is { Container: OrderedNotes.Order, Operation: Operation.Create or Operation.Replace } && Begins(asked, partition));
        await Assert.ThrowsAsync<LogUnavailableException>(One.AdvanceAsync);
        Assert.Equal(0, Notes.Store.Faults.Left);

        await One.AdvanceAsync();

        AssertInOrder(await One.FeedAsync(), 4, 3);
    }

    [Fact]
    public async Task WhateverAnswerIsLost_NothingIsPlacedTwice_AndNothingMissing()
    {
        var (creates, replaces) = (0, 0);
        Notes.Store.Faults.Next(Operation.Create, When.After, Fault.Lost, times: 12, only: asked => asked.Container is OrderedNotes.Order && Interlocked.Increment(ref creates) % 3 == 1);
        Notes.Store.Faults.Next(Operation.Replace, When.After, Fault.Status(503), times: 3, only: asked => asked.Container is OrderedNotes.Order && Interlocked.Increment(ref replaces) % 2 == 1);
        for (var version = 1; version <= 4; version++)
        {
            for (var stream = 0; stream < 5; stream++) await One.AppendAsync(Name(stream), version);
            await One.AdvanceAsync();
        }

        Assert.Equal(0, Notes.Store.Faults.Left);
        AssertInOrder(await One.FeedAsync(), 5, 4);
    }

    /// <summary>The SDK says "nothing new" when one range has nothing and a later one failed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ARangeThatFails_IsNotTakenForOneThatHasNothing(int call)
    {
        await AppendAsync(One, 8, 1);
        await One.AdvanceAsync();
        var failed = 0;
        for (var stream = 0; stream < 8; stream++)
        {
            var calls = 0;
            Assert.IsType<Created.Ours>(await One.AppendAsync(Name(stream), 2));
            Notes.Store.Faults.Next(Operation.Feed, When.Before, Fault.Status(503), times: 1, only: _ => Interlocked.Increment(ref calls) == call);

            await One.AdvanceAsync();

            Assert.NotNull(await One.Order.PositionOfAsync(new OrderEntry(Name(stream), 2, null), One.Begin()));
            if (Notes.Store.Faults.Left == 0) failed++;
            Notes.Store.Faults.Clear();
        }

        Assert.NotEqual(0, failed);
    }

    [Fact]
    public async Task ErasedBeforeItWasPlaced_HasNoPlace_AndErasedAfterwards_KeepsItWithoutADocument()
    {
        await AppendAsync(One, 2, 2);
        await One.EraseAsync(Name(0), 1);
        await One.AdvanceAsync();
        Assert.Equal(3, (await One.FeedAsync()).Count);

        await One.EraseAsync(Name(1), 1);
        await One.AdvanceAsync();

        var feed = await One.FeedAsync();
        Assert.Equal([1L, 2L, 3L], feed.Select(one => one.Position));
        Assert.Equal([(Name(1), 1L)], feed.Where(one => one.Document is null).Select(one => (one.Entry.Partition, one.Entry.Number)));
    }

    [Fact]
    public async Task ARangeThatIsSplit_GivesAllThatItHad_AndWhatComesThen()
    {
        await AppendAsync(One, 10, 3);
        await One.AdvanceAsync();
        for (var stream = 0; stream < 10; stream++) await One.AppendAsync(Name(stream), 4);
        Notes.Store.Split(OrderedNotes.Records, Notes.Store.RangesOf(OrderedNotes.Records)[0]);
        for (var stream = 0; stream < 10; stream++) await One.AppendAsync(Name(stream), 5);

        await One.AdvanceAsync();

        AssertInOrder(await One.FeedAsync(), 10, 5);
        var two = await Notes.StartAsync();
        AssertInOrder(await two.FeedAsync(), 10, 5);
    }

    /// <summary>Reading comes by the change feed, many at once, and not one by one.</summary>
    [Theory]
    [InlineData(300)]
    [InlineData(50)]
    public async Task Reading_CostsFarFewerCallsThanThereAreDocuments(int page)
    {
        await AppendAsync(One, 20, 15);
        await One.AdvanceAsync();
        var two = await Notes.StartAsync();
        Notes.Store.CountAnew();

        AssertInOrder(await two.FeedAsync(page), 20, 15);

        Assert.InRange(Notes.Account.CountOf(Operation.Read, OrderedNotes.Records), 0, 60);
        Assert.InRange(Notes.Account.CountOf(Operation.Feed, OrderedNotes.Records), 1, 60);
    }

    [Fact]
    public async Task WhoWaits_IsWokenByItsOwnProcess_AndByAnother_AndNotByNothing()
    {
        var two = await Notes.StartAsync();
        Assert.False(await two.Order.WaitAsync(0, TimeSpan.FromMilliseconds(1), CancellationToken.None));
        // From before its place is shown nobody can look any more: who is woken then was not woken by looking.
        var looks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        One.Following = () =>
        {
            Notes.Store.Faults.Next(Operation.Read, When.Before, Fault.Held(looks.Task), times: 10_000, only: asked => asked.Partition == "state");
            return Task.CompletedTask;
        };
        var own = One.Order.WaitAsync(0, TimeSpan.FromSeconds(30), CancellationToken.None);
        var other = two.Order.WaitAsync(0, TimeSpan.FromSeconds(30), CancellationToken.None);

        await One.AppendAsync(Name(0), 1);
        await One.AdvanceAsync();

        Assert.True(await own);
        looks.SetResult();
        Assert.True(await other);
        Assert.Single(await two.FeedAsync());
    }

    [Fact]
    public async Task NamedStreams_AreFoundByTheirBeginnings_WithoutReadingTheOthers()
    {
        for (var i = 1; i <= 5; i++)
        {
            await One.AppendAsync("a1", i, "site/one");
            await One.AppendAsync("b2", i, "site/two");
            await One.AppendAsync("c3", i);
            await One.AppendAsync("d4", i, "other");
        }

        await One.AdvanceAsync();
        Notes.Store.CountAnew();

        var found = await One.Names.AfterAsync(One.Order, "site/", 0, 7, One.Begin());
        found = [.. found, .. await One.Names.AfterAsync(One.Order, "site/", found[^1].Position, 7, One.Begin())];

        Assert.Equal(10, found.Count);
        Assert.Equal(found.Select(one => one.Position).Order(), found.Select(one => one.Position));
        Assert.All(found, one => Assert.StartsWith("site/", one.Entry.Name!, StringComparison.Ordinal));
        Assert.Equal(0, Notes.Account.CountOf(Operation.Read, OrderedNotes.Records));
        Assert.Equal(["a1", "b2", "c3", "d4"], await One.Names.PartitionsAsync(null, "ffff", 10, One.Begin()));
        Assert.Equal(["b2"], await One.Names.PartitionsAsync("a1", "c2", 10, One.Begin()));
    }

    private static string Name(int stream) => $"{stream:x2}s{stream}";

    private static bool Begins(Asked asked, string partition) => asked.Partition?.StartsWith(partition, StringComparison.Ordinal) == true;

    private static async Task AppendAsync(OrderedNotes.Process process, int streams, int versions)
    {
        for (var version = 1; version <= versions; version++)
            for (var stream = 0; stream < streams; stream++) Assert.IsType<Created.Ours>(await process.AppendAsync(Name(stream), version));
    }

    /// <summary>Each document once, those of a stream in their order, none without its body.</summary>
    private static void AssertInOrder(List<(long Position, OrderEntry Entry, JsonElement? Document)> feed, int streams, int versions)
    {
        Assert.Equal(streams * versions, feed.Count);
        Assert.Equal(feed.Select(one => one.Position).Order(), feed.Select(one => one.Position));
        foreach (var stream in feed.GroupBy(one => one.Entry.Partition)) Assert.Equal(Enumerable.Range(1, versions).Select(i => (long)i), stream.Select(one => one.Entry.Number));
        Assert.All(feed, one => Assert.Equal((one.Entry.Partition, one.Entry.Number), (one.Document!.Value.GetProperty("pk").GetString()!, one.Document.Value.GetProperty("v").GetInt64())));
    }
}
