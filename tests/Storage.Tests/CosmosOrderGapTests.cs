using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>Pages of an order that are lost while something else of it is not, or while others write on: nothing that is there stays without a place behind the cursors of those who read.</summary>
public sealed class CosmosOrderGapTests : OnOrderedNotes
{
    private const int Epoch = 2;
    private OrderedNotes.Process _one = null!;
    private string _prefix = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _prefix = Notes.Apart();
        _one = await Notes.StartAsync(prefix: _prefix);
    }

    /// <summary>The very process that had placed what is on the lost pages.</summary>
    [Fact]
    public async Task WhatItPlacedItself_IsPlacedAnew_WhereItsPagesAreLost()
    {
        await PlaceAsync(_one, 1, 6);
        await Notes.LosePagesFromAsync(3, _prefix);

        await _one.Order.BeginEpochAsync(Epoch, _one.Begin());
        await _one.AdvanceAsync();

        Assert.Equal(Versions(6), await _one.ToldAsync());
    }

    /// <summary>The epoch was begun by another, which showed its beginning too.</summary>
    [Fact]
    public async Task WhatItPlacedItself_IsPlacedAnew_WhereAnotherHasBegunTheEpoch()
    {
        var two = await Notes.StartAsync(prefix: _prefix);
        await PlaceAsync(two, 1, 6);
        await Notes.LosePagesFromAsync(3, _prefix);
        await _one.Order.BeginEpochAsync(Epoch, _one.Begin());
        Notes.Store.Faults.Next(Operation.Feed, When.Before, Fault.Status(403));
        await Assert.ThrowsAsync<LogUnavailableException>(_one.AdvanceAsync);
        Assert.Equal(0, Notes.Store.Faults.Left);

        await two.AppendAsync("b", 1);
        await two.AdvanceAsync();

        Assert.Equal(Versions(6).Append(("b", 1L)), await two.ToldAsync());
    }

    [Fact]
    public async Task PagesAreLost_AndTheStateIsNot_NothingIsShownBehindTheGap_AndAnEpochClosesIt()
    {
        await PlaceAsync(_one, 1, 5);
        await Notes.LosePagesFromAsync(4, _prefix);
        await _one.AppendAsync("b", 1);

        await Assert.ThrowsAsync<LogUnavailableException>(_one.AdvanceAsync);
        Assert.Equal(5, _one.Order.Through);
        // Nor by one that finds the page behind the gap.
        await Assert.ThrowsAsync<LogUnavailableException>(_one.AdvanceAsync);
        Assert.Equal(5, _one.Order.Through);
        Assert.True(await _one.Order.IsLostAsync(_one.Begin()));
        await _one.Order.BeginEpochAsync(Epoch, _one.Begin());
        await _one.AdvanceAsync();

        var two = await Notes.StartAsync(prefix: _prefix);
        Assert.Equal(Versions(5).Append(("b", 1L)), await two.ToldAsync());
    }

    /// <summary>
    /// One has seen six positions, and so have those who read from it. All of the last three is lost, and another, which had seen three, gives out the fourth to something else. Whoever begins the
    /// epoch, the one who knows or the other: what has the fourth now comes once more, behind everybody.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task APositionThatWasGivenOutTwice_IsNotTheOnlyOne_OfWhatHasItNow(bool isBegunByWhoKnows)
    {
        const int Cursor = 6;
        await PlaceAsync(_one, 1, 3);
        var two = await Notes.StartAsync(prefix: _prefix);
        await PlaceAsync(_one, 4, 6);
        Notes.Store.LoseTail(OrderedNotes.Records, Notes.Store.RangeOf(OrderedNotes.Records, "a"), 3);
        await Notes.LosePagesFromAsync(4, _prefix);
        await Notes.LoseStateAsync(3, _prefix);
        await two.AppendAsync("b", 1, "site/two");
        await two.AdvanceAsync();
        Assert.Equal([("b", 1L)], await two.ToldAsync(after: 3));
        // Not the name of what was lost, which may be there yet.
        Assert.Equal([(4L, "b")], (await two.Names.AfterAsync(two.Order, "site/", 3, 10, two.Begin())).Select(one => (one.Position, one.Entry.Partition)));

        await Assert.ThrowsAsync<LogUnavailableException>(_one.AdvanceAsync);
        var begins = isBegunByWhoKnows ? _one : two;
        await begins.Order.BeginEpochAsync(Epoch, begins.Begin());
        await two.AdvanceAsync();
        await _one.AdvanceAsync();

        Assert.Contains(("b", 1L), await _one.ToldAsync(Cursor));
        Assert.Contains("b", (await _one.Names.AfterAsync(_one.Order, "site/", Cursor, 100, _one.Begin())).Select(one => one.Entry.Partition));
        Assert.True(await _one.Order.PositionOfAsync(new OrderEntry("b", 1, null), _one.Begin()) > Cursor);
    }

    /// <summary>What was committed long before the last page that is left has its place: it is not looked through again.</summary>
    [Fact]
    public async Task AfterALoss_OnlyWhatIsYoung_IsLookedThrough()
    {
        Notes.Store.Clock.Pass(TimeSpan.FromHours(-3));
        for (var i = 1; i <= 300; i++) await _one.AppendAsync($"c{i}", 1);
        await _one.AdvanceAsync();
        Notes.Store.Clock.Pass(TimeSpan.FromHours(3));
        await PlaceAsync(_one, 1, 3);
        await Notes.LosePagesFromAsync(303, _prefix);
        var two = await Notes.StartAsync(prefix: _prefix);
        await two.Order.BeginEpochAsync(Epoch, two.Begin());
        Notes.Store.CountAnew();

        await two.AdvanceAsync();

        Assert.InRange(Notes.Account.CountOf(Operation.Read, OrderedNotes.Order), 1, 30);
        Assert.Equal(0, Notes.Account.CountOf(Operation.Read, OrderedNotes.Records));
        Assert.Equal(0, two.Untold);
        Assert.Equal(Versions(3), (await two.ToldAsync()).Where(one => one.Stream == "a"));
        Assert.Equal(303, (await two.ToldAsync()).Count);
    }

    /// <summary>The next epoch begins before anything was placed in the first.</summary>
    [Fact]
    public async Task EpochAfterEpoch_OnlyWhatIsYoung_IsLookedThrough()
    {
        Notes.Store.Clock.Pass(TimeSpan.FromHours(-3));
        for (var i = 1; i <= 300; i++) await _one.AppendAsync($"c{i}", 1);
        await _one.AdvanceAsync();
        Notes.Store.Clock.Pass(TimeSpan.FromHours(3));
        await PlaceAsync(_one, 1, 3);
        await _one.Order.BeginEpochAsync(Epoch, _one.Begin());
        await _one.AdvanceAsync();
        Assert.Equal(Restored.FloorOf(Epoch), _one.Order.Through);
        await _one.Order.BeginEpochAsync(Epoch + 1, _one.Begin());
        var two = await Notes.StartAsync(prefix: _prefix);
        Notes.Store.CountAnew();

        await two.AdvanceAsync();

        Assert.InRange(Notes.Account.CountOf(Operation.Read, OrderedNotes.Order), 1, 60);
        Assert.Equal(Versions(3), (await two.ToldAsync()).Where(one => one.Stream == "a"));
    }

    /// <summary>
    /// An epoch was begun and something placed in it; then the range in which the state lies goes back behind its beginning. Whoever begins the next, the one who knows of that epoch or another: what
    /// was placed there is told.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheStateGoesBackBehindAnEpoch_WhatWasPlacedInItIsToldAllTheSame(bool isBegunByWhoKnows)
    {
        var later = OrderPage.BucketOf(Restored.FloorOf(Epoch) + 1);
        int RangeOf(string partition) => Notes.Store.RangeOf(OrderedNotes.Order, partition);
        var prefix = Enumerable.Range(0, 200).Select(i => $"y{i}/").First(one => RangeOf($"{one}state") == RangeOf($"{one}page/0") && RangeOf($"{one}state") != RangeOf($"{one}page/{later}"));
        var one = await Notes.StartAsync(prefix: prefix);
        await PlaceAsync(one, 1, 3);
        await one.Order.BeginEpochAsync(Epoch, one.Begin());
        await one.AppendAsync("b", 1);
        await one.AdvanceAsync();
        await Notes.LosePagesFromAsync(4, prefix);
        var order = await Notes.Account.OpenAsync(Notes.Account.Client(), CosmosContainers.Order("test"));
        while ((await OrderState.ReadAsync(order, prefix, order.Begin())).Epoch > 1) Notes.Store.LoseTail(OrderedNotes.Order, RangeOf($"{prefix}state"), 1);

        var begins = isBegunByWhoKnows ? one : await Notes.StartAsync(prefix: prefix);
        await begins.Order.BeginEpochAsync(Epoch + 1, begins.Begin());
        await begins.AdvanceAsync();

        Assert.Contains(("b", 1L), await (await Notes.StartAsync(prefix: prefix)).ToldAsync());
    }

    private static IEnumerable<(string Stream, long Version)> Versions(int last) => Enumerable.Range(1, last).Select(version => ("a", (long)version));

    /// <summary>A page each.</summary>
    private static async Task PlaceAsync(OrderedNotes.Process process, int first, int last)
    {
        for (var version = first; version <= last; version++)
        {
            await process.AppendAsync("a", version, "site/one");
            await process.AdvanceAsync();
        }
    }
}
