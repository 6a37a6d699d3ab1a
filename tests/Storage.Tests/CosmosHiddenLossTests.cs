using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>A loss of which nobody would miss anything: in another range than what came last, of what has no place, of what only follows from places. A range fails over by itself.</summary>
public sealed class CosmosHiddenLossTests : OnCosmosLogs
{
    private static readonly TimeSpan Term = TimeSpan.FromMinutes(1);
    private CosmosRecordLog _log = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _log = Logs.Open();
    }

    /// <summary>The number of the lost record is given to another, and the change feed was read beyond it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ARecordLost_InAnotherRangeThanTheNewest_IsNoticed_AndWhatTookItsNumberIsTold(bool isClosed)
    {
        var lost = In(0, "a");
        await _log.AppendedAndPlacedAsync(lost, 1);
        var kept = await _log.AppendedAndPlacedAsync(In(1, "b"), 1);
        if (isClosed) Logs.Close(_log);
        Logs.Store.LoseTail(CosmosRecordLogs.Records, 0, 1);
        if (isClosed) _log = Logs.Open();

        var late = await _log.AppendOnTopAsync(In(0, "x"));

        await Eventually.IsSoAsync("an epoch has begun", () => Task.FromResult(_log.Epoch > 1), TimeSpan.FromSeconds(60));
        Assert.Equal(new[] { kept.Id, late.Id }.Order(), (await _log.WholeFeedAsync()).Select(r => r.Id).Order());
        Assert.Null(await _log.LatestAsync(lost));
        // One loss is one epoch, however often is looked.
        var epoch = _log.Epoch;
        for (var looks = 0; looks < 3; looks++) await LookAsync();
        Assert.Equal(epoch, _log.Epoch);
    }

    /// <summary>What an erasure left has no place of its own, and the next record gets its number.</summary>
    [Fact]
    public async Task AHuskLost_IsNoticed_AndMadeAgain_AndWhatTookItsNumberIsTold()
    {
        var erased = In(0, "a");
        await _log.AppendedAndPlacedAsync(erased, 1);
        var tombstone = (await _log.EraseAsync(erased, "{}"u8.ToArray(), Make.Moment))!;
        Assert.Equal(tombstone.Id, Assert.Single(await _log.WholeFeedAsync()).Id);
        Logs.Store.LoseTail(CosmosRecordLogs.Records, 0, 1);
        Assert.Equal("rt", await Logs.SortsAsync(_log, erased));

        var late = await _log.AppendOnTopAsync(In(0, "x"));

        await Eventually.IsSoAsync("an epoch has begun", () => Task.FromResult(_log.Epoch > 1), TimeSpan.FromSeconds(60));
        // To its end, which is reached when the erasure is done once more.
        await _log.WholeFeedAsync();
        Assert.Equal(new[] { tombstone.Id, late.Id }.Order(), (await _log.WholeFeedAsync()).Select(r => r.Id).Order());
        Assert.Equal("ht", await Logs.SortsAsync(_log, erased));
    }

    [Fact]
    public async Task WhatIsKnownOfANamedStream_Lost_IsToldAllTheSame()
    {
        var named = await _log.AppendedAndPlacedAsync("declaration/x", 1);
        await LookAsync();
        await LoseUntilAsync("named/0", OrderPage.IdOf(named.Position));

        var told = Assert.Single(await EventuallyAsync(async () => await _log.NamedFeedAsync("declaration", 0, 10)));

        Assert.Equal(named.Id, told.Id);
        Assert.True(_log.Epoch > 1);
    }

    [Fact]
    public async Task APlaceLost_IsFoundAgain()
    {
        var record = await _log.AppendedAndPlacedAsync("a", 1);
        await LookAsync();
        await LoseUntilAsync($"p/{_log.KeyOf("a")}", "1");

        var position = Assert.Single(await EventuallyAsync(async () => await _log.PositionsOfAsync([record.Id])));

        Assert.Equal(record.Id, (await _log.FindByPositionAsync(position))!.Id);
        Assert.True(_log.Epoch > 1);
    }

    /// <summary>A region that fails over without losing anything looks the same, but not where the account says that it never does.</summary>
    [Fact]
    public async Task StrongConsistency_BeginsNoEpoch_ForAnotherHistoryAlone()
    {
        Logs.Close(_log);
        Logs.Store.Consistency = "Strong";
        _log = Logs.Open();
        string[] ids = [(await _log.AppendedAndPlacedAsync(In(0, "a"), 1)).Id, (await _log.AppendedAndPlacedAsync(In(1, "b"), 1)).Id];
        await LookAsync();
        Logs.Store.LoseTail(CosmosRecordLogs.Records, 0, 0);

        var late = await _log.AppendedAndPlacedAsync(In(0, "x"), 1);
        await LookAsync();

        Assert.Equal(1, _log.Epoch);
        Assert.Equal(ids.Append(late.Id), (await _log.WholeFeedAsync()).Select(r => r.Id));
    }

    /// <summary>The name of a stream that lies in the range.</summary>
    private string In(int range, string name) => Enumerable.Range(0, 100).Select(i => $"{name}{i}").First(stream => Logs.RangeOf(_log, stream) == range);

    /// <summary>A cursor is moved only after a look.</summary>
    private async Task LookAsync() => Assert.True(await _log.MoveCursorAsync((await _log.AcquireAsync("look", "this test", Term))!, 1));

    /// <summary>While it is being noticed, an answer may fail; none may be wrong.</summary>
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask)
    {
        T? told = default;
        await Eventually.IsSoAsync("it is answered", async () =>
        {
            try
            {
                told = await ask();
                return true;
            }
            catch (LogUnavailableException)
            {
                return false;
            }
        });
        return told!;
    }

    private async Task LoseUntilAsync(string partition, string id)
    {
        var order = await Logs.Account.OpenAsync(Logs.Account.Client(), CosmosContainers.Order("test"));
        while (await order.ReadAsync(partition, id, order.Begin(), "test") is not null) Logs.Store.LoseTail(CosmosRecordLogs.Order, Logs.Store.RangeOf(CosmosRecordLogs.Order, partition), 1);
    }
}
