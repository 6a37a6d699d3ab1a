using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>A turn of placing: it ends, it asks for little, and two processes do not do the same work.</summary>
public sealed class CosmosOrderTurnTests : OnOneProcess
{
    [Fact]
    public async Task SomethingIsCommittedAllTheTime_AndATurnEndsAllTheSame()
    {
        await One.AppendAsync("a", 1);
        var more = 0;
        One.Following = async () =>
        {
            if (++more <= 50) await One.AppendAsync("b", more);
        };

        await One.AdvanceAsync();

        Assert.InRange(more, 1, 3);
        Assert.NotNull(await One.Order.PositionOfAsync(new OrderEntry("a", 1, null), One.Begin()));
        // What came meanwhile has its place by the next.
        await One.AdvanceAsync();
        Assert.NotNull(await One.Order.PositionOfAsync(new OrderEntry("b", 1, null), One.Begin()));
    }

    /// <summary>More comes while each range is asked, so no answer ever says that there is nothing: all that was there before has its place all the same.</summary>
    [Fact]
    public async Task NoAnswerOfTheFeedIsEmpty_AndATurnEndsAllTheSame()
    {
        Notes.Store.Faults.Next(Operation.Feed, When.Before, Fault.Delay(TimeSpan.FromMilliseconds(20)), times: 100_000);
        using var enough = new CancellationTokenSource();
        var number = 0;
        var load = Enumerable.Range(0, 2).Select(writer => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await One.AppendAsync($"b{writer}-{Interlocked.Increment(ref number)}", 1);
                await Task.Delay(5);
            }
        })).ToList();
        await Eventually.IsSoAsync("more and more comes", () => Task.FromResult(Volatile.Read(ref number) > 200));
        await One.AppendAsync("a", 1);

        await One.AdvanceAsync();

        Assert.NotNull(await One.Order.PositionOfAsync(new OrderEntry("a", 1, null), One.Begin()));
        Assert.All(load, one => Assert.False(one.IsCompleted));
        await enough.CancelAsync();
        await Task.WhenAll(load);
    }

    /// <summary>Also where another is faster each time.</summary>
    [Fact]
    public async Task TwoProcesses_AndSomethingIsCommittedAllTheTime_EachTurnEnds()
    {
        var two = await Notes.StartAsync();
        var more = 0;
        async Task AppendMoreAsync()
        {
            var version = Interlocked.Increment(ref more);
            if (version <= 200) await One.AppendAsync($"b{version}", 1);
        }

        (One.Following, two.Following) = (AppendMoreAsync, AppendMoreAsync);
        await One.AppendAsync("a", 1);

        await Task.WhenAll(One.AdvanceAsync(), two.AdvanceAsync());

        Assert.InRange(more, 1, 20);
        Assert.NotNull(await two.Order.PositionOfAsync(new OrderEntry("a", 1, null), two.Begin()));
    }

    /// <summary>What one was about to place is erased before another places the rest: nobody will list it.</summary>
    [Fact]
    public async Task WhatWasFound_AndIsErasedBeforeItIsPlaced_KeepsNoTurnFromEnding()
    {
        var two = await Notes.StartAsync();
        await One.AppendAsync("a", 1);
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Notes.Store.Faults.Next(Operation.Create, When.Before, Fault.Held(late.Task), only: asked => asked.Partition == "page/0");
        var turn = One.AdvanceAsync();
        await Eventually.IsSoAsync("the page is about to be written", () => Task.FromResult(Notes.Store.Faults.Left == 0));
        await two.EraseAsync("a", 1);
        await two.AppendAsync("b", 1);
        await two.AdvanceAsync();
        var more = 0;
        One.Following = async () =>
        {
            if (++more <= 50) await One.AppendAsync("c", more);
        };
        await One.AppendAsync("d", 1);

        late.SetResult();
        await turn;

        Assert.InRange(more, 0, 3);
    }

    [Fact]
    public async Task WhatATurnAsksFor()
    {
        await One.AppendAsync("a", 1);
        await One.AdvanceAsync();

        // The state.
        Assert.Equal((1L, 0L, 0L, 0L), await CallsAsync(0));
        // The state, and the page before; the page, the place, the stream; the state again.
        Assert.Equal((2L, 0L, 3L, 1L), await CallsAsync(1));
        // One page for all, from whichever range.
        Assert.Equal((2L, 0L, 201L, 1L), await CallsAsync(100));
    }

    /// <summary>A continuation has 195 characters for each range of the account.</summary>
    [Fact]
    public async Task APageKeepsNoContinuationThatThePageBeforeItHas_AndIsReadByTheChangeFeedAllTheSame()
    {
        for (var page = 0; page < 3; page++)
        {
            for (var i = 0; i < 40; i++) await One.AppendAsync($"a{page}-{i}", 1);
            await One.AdvanceAsync();
        }

        var order = await Notes.Account.OpenAsync(Notes.Account.Client(), CosmosContainers.Order("test"));
        var stored = (await order.ReadAsync("page/0", OrderPage.IdOf(41), order.Begin(), "test"))!.Body;
        Assert.False(stored.TryGetProperty("from", out _));
        var two = await Notes.StartAsync();
        Notes.Store.CountAnew();

        Assert.Equal(80, (await two.FeedAsync(page: 80, after: 40)).Count(one => one.Document is not null));

        Assert.InRange(Notes.Account.CountOf(Operation.Read, OrderedNotes.Records), 0, 10);
    }

    /// <summary>What follows from a page is done by one.</summary>
    [Fact]
    public async Task APageThatAnotherHasShownMeanwhile_IsNotFollowedOnceMore()
    {
        var two = await Notes.StartAsync();
        await One.AppendAsync("a", 1);
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Notes.Store.Faults.Next(Operation.Create, When.Before, Fault.Held(late.Task), only: asked => asked.Partition == "page/0");
        var second = two.AdvanceAsync();
        await Eventually.IsSoAsync("the second is about to write the page", () => Task.FromResult(Notes.Store.Faults.Left == 0));

        await One.AdvanceAsync();
        late.SetResult();
        await second;

        Assert.Single(One.Placed);
        Assert.Empty(two.Placed);
        Assert.Equal(1, two.Order.Through);
    }

    /// <summary>A page may be full of names, and each of them is one write after the other.</summary>
    [Fact]
    public async Task NamesThatTakeLongerThanOneRequestMay_AreWrittenAllTheSame()
    {
        var slow = await Notes.StartAsync(TimeSpan.FromSeconds(2));
        for (var version = 1; version <= 100; version++) await One.AppendAsync("a", version, "site/one");
        bool IsOfNames(Asked asked) => asked.Partition?.StartsWith("named", StringComparison.Ordinal) == true;
        Notes.Store.Faults.Next(Operation.Create, When.Before, Fault.Delay(TimeSpan.FromMilliseconds(25)), times: 100, only: IsOfNames);

        await slow.Order.AdvanceAsync(new Deadline(TimeProvider.System, TimeSpan.FromMinutes(1)));

        Assert.Equal(0, Notes.Store.Faults.Left);
        Assert.Equal(100, (await slow.Names.AfterAsync(slow.Order, "site/", 0, 1000, slow.Begin())).Count);
    }

    /// <summary>One partition holds 20 GB, so neither pages nor names may lie in one for ever.</summary>
    [Fact]
    public async Task NamesInManyPartitions_AreToldInTheirOrder_AlsoOverTheGapOfAnEpoch()
    {
        Assert.Equal((0L, 1L), (OrderPage.BucketOf((1 << 18) - 1), OrderPage.BucketOf(1 << 18)));
        var few = await Notes.StartAsync(bucketBits: 2);
        for (var i = 1; i <= 11; i++)
        {
            await few.AppendAsync("a", i, "site/one");
            // Stretches without a name.
            for (var other = 1; other <= 2; other++) await few.AppendAsync($"b{i}", other);
            await few.AdvanceAsync();
        }

        await few.Order.BeginEpochAsync(2, few.Begin());
        for (var i = 12; i <= 14; i++) await few.AppendAsync("a", i, "site/one");
        await few.AdvanceAsync();

        var told = new List<(long Position, OrderEntry Entry)>();
        while (await few.Names.AfterAsync(few.Order, "site/", told.LastOrDefault().Position, 3, few.Begin()) is { Count: > 0 } some) told.AddRange(some);

        Assert.Equal(Enumerable.Range(1, 14).Select(i => (long)i), told.Select(one => one.Entry.Number));
        Assert.Empty(await few.Names.AfterAsync(few.Order, "site/", long.MaxValue, 3, few.Begin()));
    }

    /// <summary>Of the order: reads, queries, creates, replacements of a turn in which so many streams begin.</summary>
    private async Task<(long Reads, long Queries, long Creates, long Replaces)> CallsAsync(int streams)
    {
        for (var i = 0; i < streams; i++) await One.AppendAsync($"c{streams}-{i}", 1);
        Notes.Store.CountAnew();
        await One.AdvanceAsync();
        long Of(Operation operation) => Notes.Account.CountOf(operation, OrderedNotes.Order);
        return (Of(Operation.Read), Of(Operation.Query), Of(Operation.Create), Of(Operation.Replace));
    }
}
