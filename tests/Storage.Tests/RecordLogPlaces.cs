namespace Consent.Storage.Tests;

/// <summary>The contract of places in the feed: who tells them, and that nothing tells another.</summary>
public abstract partial class RecordLogContract
{
    [Fact]
    public async Task Place_IsToldByTheFeed_AndNothingElseTellsAnother()
    {
        var log = Open();
        var met = new List<LogRecord>();
        foreach (var (stream, version) in new[] { ("a", 1), ("b", 1), ("a", 2), ("gone", 1), ("b", 2), ("a", 3) }) met.Add(await log.AppendedAsync(stream, version, key: $"{version}"));
        met.RemoveAll(r => r.Stream == "gone");
        met.Add((await log.EraseAsync("gone", "{}"u8.ToArray(), Make.Moment))!);
        await LookAsync();
        var told = await log.WholeFeedAsync();
        await LookAsync();

        Assert.Equal(6, told.Count);
        Assert.All(told, r => Assert.InRange(r.Position, 1, LogRecord.Unplaced - 1));
        var places = told.ToDictionary(r => r.Id, r => r.Position);
        Assert.All(met, r => Assert.True(!r.IsPlaced || r.Position == places[r.Id], $"{r.Kind} {r.Version} is told to stand at {r.Position}, and the feed tells it at {places[r.Id]}."));
        Assert.Equal(met.Select(r => places[r.Id]), (await log.PlacedAsync(met)).Select(r => r.Position));
        Assert.Equal(told.Select(r => r.Position), await log.PositionsOfAsync([.. told.Select(r => r.Id)]));
        Assert.Equal(told.Select(r => r.Id), (await log.FindByPositionsAsync([.. told.Select(r => r.Position)])).Select(r => r!.Id));

        async Task LookAsync()
        {
            foreach (var stream in new[] { "a", "b", "gone" })
            {
                met.AddRange(await log.HistoryAsync(stream));
                met.AddRange((await log.HistoriesAsync([log.KeyOf(stream)]))[0]);
                met.AddRange([(await log.LatestAsync(stream))!, (await log.OldestAsync(stream))!]);
                if (await log.FindByKeyAsync(stream, "1") is { } keyed) met.Add(keyed.Record);
                if (await log.FindByIdAsync(log.IdOf(stream, 2)) is { } found) met.Add(found);
            }

            met.AddRange(await log.NewestOfStreamsAsync(null, StreamKey.Parse(new string('f', 20)), 10));
        }
    }

    [Fact]
    public async Task Placed_AreAllThatWereAskedFor_InTheirOrder_AndOneThatIsGoneStaysAsItWas()
    {
        var log = Open();
        LogRecord[] records = [await log.AppendedAsync("a", 1), await log.AppendedAsync("gone", 1), await log.AppendedAsync("b", 1), await log.AppendedAsync("a", 2)];
        await log.EraseAsync("gone", default, Make.Moment);

        var placed = await log.PlacedAsync(records);
        var histories = await log.PlacedHistoriesAsync([log.KeyOf("b"), log.KeyOf("nobody"), log.KeyOf("a")]);

        Assert.Equal(records.Select(r => r.Id), placed.Select(r => r.Id));
        Assert.Equal(records[1].Position, placed[1].Position);
        Assert.Equal(0, (await log.PositionsOfAsync([records[1].Id]))[0]);
        var told = (await log.WholeFeedAsync()).ToDictionary(r => r.Id, r => r.Position);
        foreach (var i in new[] { 0, 2, 3 }) Assert.Equal(told[records[i].Id], placed[i].Position);
        Assert.Equal([[records[2].Id], [], [records[0].Id, records[3].Id]], histories.Select(h => h.Select(r => r.Id).ToArray()));
        Assert.All(histories.SelectMany(h => h), r => Assert.Equal(told[r.Id], r.Position));
    }

    [Fact]
    public async Task Feed_PageThatIsNotFull_IsTheLast_AlsoWhereRecordsWereErased()
    {
        var log = Open();
        for (var i = 0; i < 30; i++) await log.AppendedAndPlacedAsync($"s{i}", 1);
        for (var i = 0; i < 24; i += 2) await log.EraseAsync($"s{i}", default, Make.Moment);

        var (sizes, after) = (new List<int>(), 0L);
        while (await log.FeedAsync(after, 7) is { Count: > 0 } page)
        {
            sizes.Add(page.Count);
            after = page[^1].Position;
        }

        // 18 records are left, and 12 tombstones.
        Assert.Equal([7, 7, 7, 7, 2], sizes);
    }
}
