using System.Text;

namespace Consent.Storage.Tests;

/// <summary>The contract of erasure: what is left, and what can follow.</summary>
public abstract partial class RecordLogContract
{
    private static readonly byte[] NamesTheSite = Encoding.UTF8.GetBytes("""{"alias":"tombstone"}""");

    [Fact]
    public async Task Erase_LeavesATombstoneUnderTheNextVersion_AndNothingElse()
    {
        var log = Open();
        var first = await log.AppendedAndPlacedAsync("a", 1, key: "k");
        var second = await log.AppendedAndPlacedAsync("a", 2);
        var other = await log.AppendedAsync("b", 1);

        var tombstone = await log.EraseAsync("a", NamesTheSite, Make.Moment);

        Assert.NotNull(tombstone);
        Assert.Equal((LogRecord.Erased, 3L, "", Make.Moment), (tombstone.Kind, tombstone.Version, tombstone.Stream, tombstone.RecordedAt));
        Assert.Equal(NamesTheSite, tombstone.Payload.ToArray());
        Assert.Equal(first.StreamKey, tombstone.StreamKey);
        Assert.Equal(Make.ByStream([other, tombstone]), Make.ByStream(await log.WholeFeedAsync()));
        Assert.InRange((await log.PlacedAsync(tombstone)).Position, second.Position + 1, LogRecord.Unplaced - 1);
        Assert.Equal([0L, 0L], await log.PositionsOfAsync([first.Id, second.Id]));
        Assert.Equal(tombstone.Id, (await log.LatestAsync("a"))!.Id);
        Assert.Equal(tombstone.Id, Assert.Single(await log.HistoryAsync("a")).Id);
        Assert.Null(await log.FindByIdAsync(first.Id));
        Assert.Null(await log.FindByIdAsync(second.Id));
        Assert.Null(await log.FindByKeyAsync("a", "k"));
        Assert.Null(await log.FindByPositionAsync(first.Position));
        Assert.Equal(tombstone.Id, (await log.FindByIdAsync(tombstone.Id))!.Id);
    }

    [Fact]
    public async Task Erase_OfAnUnknownStream_IsNothing_AndARepeatChangesNothing()
    {
        var log = Open();
        Assert.Null(await log.EraseAsync("a", NamesTheSite, Make.Moment));
        Assert.Empty(await log.WholeFeedAsync());

        await log.AppendedAsync("a", 1);
        var once = await log.EraseAsync("a", NamesTheSite, Make.Moment);
        var twice = await log.EraseAsync("a", NamesTheSite, Make.Moment.AddDays(1));

        Assert.Equal((once!.Id, once.RecordedAt), (twice!.Id, twice.RecordedAt));
        Assert.Single(await log.WholeFeedAsync());
    }

    [Fact]
    public async Task Erase_DecidedOnAnOlderRecord_ErasesNothing_AndTellsTheNewest()
    {
        var log = Open();
        await log.AppendedAsync("a", 1);
        var second = await log.AppendedAsync("a", 2);

        var refused = await log.EraseAsync("a", NamesTheSite, Make.Moment, 1);
        Assert.Equal(second.Id, refused!.Id);
        Assert.Equal(2, (await log.HistoryAsync("a")).Count);

        Assert.Equal((LogRecord.Erased, 3L), await log.EraseAsync("a", NamesTheSite, Make.Moment, 2) is { } done ? (done.Kind, done.Version) : default);
    }

    [Fact]
    public async Task Oldest_IsTheFirstRecord_AndAfterAnErasureItsTombstone()
    {
        var log = Open();
        Assert.Null(await log.OldestAsync("a"));
        var first = await log.AppendedAsync("a", 1);
        await log.AppendedAsync("a", 2);
        Assert.Equal(first.Id, (await log.OldestAsync("a"))!.Id);

        await log.EraseAsync("a", NamesTheSite, Make.Moment);
        await log.AppendedAsync("a", 4);

        Assert.Equal(LogRecord.Erased, (await log.OldestAsync("a"))!.Kind);
    }

    [Fact]
    public async Task Append_OnTopOfATombstone_BeginsAnew_AndOneDecidedBeforeItConflicts()
    {
        var log = Open();
        await log.AppendedAsync("a", 1);
        await log.EraseAsync("a", NamesTheSite, Make.Moment);

        foreach (var version in new[] { 1, 2, 4 }) Assert.IsType<AppendOutcome.Conflict>(await log.AppendAsync(Make.Record("a", version)));
        var anew = await log.AppendedAsync("a", 3);

        Assert.Equal(anew.Id, (await log.LatestAsync("a"))!.Id);
        Assert.Equal([LogRecord.Erased, "note"], (await log.HistoryAsync("a")).Select(r => r.Kind));
        var again = await log.EraseAsync("a", NamesTheSite, Make.Moment);
        Assert.Equal((4L, 4L), (again!.Version, Assert.Single(await log.HistoryAsync("a")).Version));
    }

    [Fact]
    public async Task Erase_AmongAppends_IsOneOfThem_AndLosesNoneOfAnotherStream()
    {
        var log = Open();
        await log.AppendedAsync("a", 1);
        await log.AppendedAsync("b", 1);

        var erasing = Task.Run(() => log.EraseAsync("a", NamesTheSite, Make.Moment));
        var appending = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++) await log.AppendOnTopAsync("a");
            for (var i = 0; i < 5; i++) await log.AppendOnTopAsync("b");
            return true;
        })));
        var tombstone = await erasing;

        Assert.All(appending, Assert.True);
        var history = await log.HistoryAsync("a");
        Assert.Equal(162, history[^1].Version);
        Assert.Equal(LogRecord.Erased, history[0].Kind);
        Assert.Equal(Enumerable.Range(0, history.Count).Select(i => tombstone!.Version + i), history.Select(r => r.Version));
        Assert.Equal(41, (await log.HistoryAsync("b")).Count);
    }

    [Fact]
    public async Task Reopened_AfterAnErasure_StillHoldsTheTombstoneOnly()
    {
        var log = Open();
        await log.AppendedAsync("a", 1);
        var tombstone = await log.EraseAsync("a", NamesTheSite, Make.Moment);
        Close(log);

        log = Open();

        Assert.Equal(tombstone!.Id, Assert.Single(await log.WholeFeedAsync()).Id);
        Assert.Equal(3, (await log.AppendedAsync("a", 3)).Version);
    }
}
