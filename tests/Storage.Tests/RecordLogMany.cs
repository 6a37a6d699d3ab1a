namespace Consent.Storage.Tests;

/// <summary>The contract of reading many at once: what the single reads say, in the order that was asked for.</summary>
public abstract partial class RecordLogContract
{
    [Fact]
    public async Task Histories_AreThoseOfEachStream_InTheOrderAsked_AndEmptyForOneThatIsNotThere()
    {
        var log = Open();
        await log.AppendedAsync("a", 1);
        await log.AppendedAsync("b", 1);
        await log.AppendedAsync("a", 2);
        await log.AppendedAsync("gone", 1);
        await log.EraseAsync("gone", "{}"u8.ToArray(), Make.Moment);
        string[] asked = ["b", "nobody", "a", "gone", "b"];

        var read = await log.HistoriesAsync([.. asked.Select(log.KeyOf)]);

        Assert.Equal([1, 0, 2, 1, 1], read.Select(h => h.Count));
        foreach (var (stream, history) in asked.Zip(read)) Assert.Equal((await log.HistoryAsync(stream)).Select(Told), history.Select(Told));
        Assert.Equal(LogRecord.Erased, read[3][0].Kind);
        Assert.Empty(await log.HistoriesAsync([]));
    }

    [Fact]
    public async Task FindByPositions_AreTheRecordsThere_InTheOrderAsked_AndNullWhereNothingStands()
    {
        var log = Open();
        var (first, gone, last) = (await log.AppendedAndPlacedAsync("a", 1), await log.AppendedAndPlacedAsync("gone", 1), await log.AppendedAndPlacedAsync("a", 2));
        await log.EraseAsync("gone", default, Make.Moment);

        var read = await log.FindByPositionsAsync([last.Position, gone.Position, 0, first.Position, last.Position, long.MaxValue]);

        Assert.Equal([last.Id, null, null, first.Id, last.Id, null], read.Select(r => r?.Id));
        Assert.Equal([last.Position, first.Position, last.Position], read.OfType<LogRecord>().Select(r => r.Position));
        Assert.Equal(Told(last), Told(read[0]!));
        Assert.Empty(await log.FindByPositionsAsync([]));
    }

    [Fact]
    public async Task NewestVersion_IsThatBehindWhichTheNextIsAppended_ATombstoneToo()
    {
        var log = Open();
        Assert.Equal(0, await log.NewestVersionAsync("a"));
        for (var version = 1; version <= 3; version++)
        {
            await log.AppendedAsync("a", await log.NewestVersionAsync("a") + 1, $"{version}");
            Assert.Equal(version, await log.NewestVersionAsync("a"));
        }

        await log.EraseAsync("a", default, Make.Moment);
        Assert.Equal(4, await log.NewestVersionAsync("a"));
        // Under a key of its own: that of the erased records is destroyed.
        await log.AppendedAsync("a", 5, "anew");
        Close(log);

        Assert.Equal([null, "anew"], (await Open().HistoryAsync("a")).Select(r => r.Kind == LogRecord.Erased ? null : r.Alias()));
    }

    [Fact]
    public async Task Append_BehindAVersionThatWasAskedForBeforeAnErasure_Conflicts_AndWhatFollowsCanBeRead()
    {
        var log = Open();
        await log.AppendedAsync("a", 1);
        var seen = await log.NewestVersionAsync("a");
        await log.EraseAsync("a", default, Make.Moment);

        Assert.IsType<AppendOutcome.Conflict>(await log.AppendAsync(Make.Record("a", seen + 1, "late")));
        await log.AppendedAsync("a", await log.NewestVersionAsync("a") + 1, "anew");
        Close(log);

        Assert.Equal(["anew"], (await Open().HistoryAsync("a")).Where(r => r.Kind != LogRecord.Erased).Select(r => r.Alias()));
    }

    /// <summary>Without its place, which two reads need not both know.</summary>
    private static (string, string, string) Told(LogRecord record) => (record.Id, record.Kind, System.Text.Encoding.UTF8.GetString(record.Payload.Span));
}
