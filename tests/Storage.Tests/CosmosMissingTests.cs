using Consent.Contracts;

namespace Consent.Storage.Tests;

/// <summary>What readers of an order come upon that is not there, or is another: nothing is passed over, and after an epoch has begun nothing is waited for.</summary>
public sealed class CosmosMissingTests : OnOrderedNotes
{
    private const int Epoch = 2;

    /// <summary>Somebody wrote another in place of the lost one, and only readers are there who know nothing of either.</summary>
    [Fact]
    public async Task AnotherDocumentInPlaceOfALostOne_IsNotTakenForErased()
    {
        var (one, a, b) = (await Notes.StartAsync(), In(0, "a"), In(1, "b"));
        await one.AppendAsync(a, 1);
        await one.AdvanceAsync();
        await one.AppendAsync(b, 1);
        await one.AdvanceAsync();
        var cursor = one.Order.Through;
        Notes.Store.LoseTail(OrderedNotes.Records, 0, 1);
        await (await Notes.StartAsync()).AppendAsync(a, 1);
        var reader = await Notes.StartAsync();

        await Assert.ThrowsAsync<LogUnavailableException>(() => reader.FeedAsync());
        Assert.True(await reader.Order.IsLostAsync(reader.Begin()));
        await reader.Order.BeginEpochAsync(Epoch, reader.Begin());
        // One loss is one epoch.
        Assert.False(await reader.Order.IsLostAsync(reader.Begin()));
        await reader.AdvanceAsync();
        Assert.False(await reader.Order.IsLostAsync(reader.Begin()));

        Assert.Equal([a], (await reader.FeedAsync(after: cursor)).Where(n => n.Document is not null).Select(n => n.Entry.Partition));
        Assert.Equal([b], (await reader.FeedAsync()).Where(n => n.Document is not null && n.Position <= cursor).Select(n => n.Entry.Partition));
    }

    /// <summary>The range of the pages alone lost its newest: whoever begins below the gap is told at once, and can begin the epoch that closes it.</summary>
    [Fact]
    public async Task PagesLost_WhileTheStateIsThere_AreNoticedByAReader_AndAllIsToldAfterwards()
    {
        var prefix = Notes.Apart();
        var one = await Notes.StartAsync(prefix: prefix);
        for (var i = 1; i <= 5; i++)
        {
            await one.AppendAsync("a", i);
            await one.AdvanceAsync();
        }

        await Notes.LosePagesFromAsync(4, prefix);
        var reader = await Notes.StartAsync(prefix: prefix);
        Assert.Equal(5, reader.Order.Through);
        Notes.Store.CountAnew();

        await Assert.ThrowsAsync<LogUnavailableException>(() => reader.FeedAsync());
        // Not asked for again and again until the time is over.
        Assert.InRange(Notes.Store.Counts.Sum(c => c.Times), 1, 20);
        Assert.True(await reader.Order.IsLostAsync(reader.Begin()));
        await reader.Order.BeginEpochAsync(Epoch, reader.Begin());
        // One loss is one epoch.
        Assert.False(await reader.Order.IsLostAsync(reader.Begin()));
        await reader.AdvanceAsync();
        Assert.False(await reader.Order.IsLostAsync(reader.Begin()));

        Assert.Equal([1L, 2L, 3L, 4L, 5L], (await (await Notes.StartAsync(prefix: prefix)).FeedAsync()).Select(n => n.Entry.Number).Order());
    }

    /// <summary>Pages behind the gap are there, as where those before it lie in another range: the epoch goes on at the end, and whoever reads closes the gap.</summary>
    [Fact]
    public async Task AGapBelowTheEnd_IsClosedByWhoReads_OnceAnEpochHasBegun()
    {
        var writer = await Notes.StartAsync();
        for (var i = 1; i <= 3; i++) await writer.AppendAsync("a", i);
        var order = await Notes.Account.OpenAsync(Notes.Account.Client(), CosmosContainers.Order("test"));
        var records = await Notes.Account.OpenAsync(Notes.Account.Client(), CosmosContainers.Records("test"));
        var by = order.Begin();
        foreach (var position in (int[])[1, 3])
        {
            var entry = new OrderEntry("a", position, null).Of((await records.ReadAsync("a", $"{position}", by, "test"))!.Body);
            var page = new OrderPage(position, [entry], null, null, false, null, RandomId.New()) { At = TimeProvider.System.GetUtcNow() };
            Assert.IsType<Created.Ours>(await order.CreateAsync(OrderPage.PartitionOf("", 0), OrderPage.IdOf(position), page.ToJson(""), page.WriteId, by, "test"));
            await new PlaceDocuments(order, "").WriteAsync(entry, position, (_, _, _) => Task.FromResult(true), by);
        }

        var state = await OrderState.ReadAsync(order, "", by);
        Assert.NotNull(await (state with { Through = 3 }).WriteAsync(order, "", by));
        var reader = await Notes.StartAsync();

        await Assert.ThrowsAsync<LogUnavailableException>(() => reader.FeedAsync());
        Assert.True(await reader.Order.IsLostAsync(reader.Begin()));
        await reader.Order.BeginEpochAsync(Epoch, reader.Begin());
        // One loss is one epoch.
        Assert.False(await reader.Order.IsLostAsync(reader.Begin()));
        await reader.AdvanceAsync();
        Assert.False(await reader.Order.IsLostAsync(reader.Begin()));

        Assert.Equal([1L, 3L, 2L], (await reader.FeedAsync()).Select(n => n.Entry.Number));
        Assert.Equal([1L, 3L, 2L], (await (await Notes.StartAsync()).FeedAsync(page: 1)).Select(n => n.Entry.Number));
    }

    /// <summary>The end lies behind a gap then, in which nothing comes.</summary>
    [Fact]
    public async Task WhoWaits_WhereAnEpochHasBegun_AndNothingCameSince_WaitsOn()
    {
        var one = await Notes.StartAsync();
        await one.AppendAsync("a", 1);
        await one.AdvanceAsync();
        await one.Order.BeginEpochAsync(Epoch, one.Begin());
        await one.AdvanceAsync();
        Assert.Equal(Restored.FloorOf(Epoch), one.Order.Through);

        Assert.True(await one.Order.WaitAsync(0, TimeSpan.FromMilliseconds(10), CancellationToken.None));
        Assert.False(await one.Order.WaitAsync(1, TimeSpan.FromMilliseconds(10), CancellationToken.None));
        await one.AppendAsync("a", 2);
        await one.AdvanceAsync();
        Assert.True(await one.Order.WaitAsync(1, TimeSpan.FromMilliseconds(10), CancellationToken.None));
    }

    /// <summary>The name of a stream that lies in the range.</summary>
    private string In(int range, string name) => Enumerable.Range(0, 100).Select(i => $"{name}{i}").First(stream => Notes.Store.RangeOf(OrderedNotes.Records, stream) == range);
}
