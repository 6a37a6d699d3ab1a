namespace Consent.Storage.Tests;

/// <summary>What every engine must do. An engine's test class says how its log is opened, and inherits all of this.</summary>
public abstract partial class RecordLogContract : IDisposable
{
    private readonly List<IRecordLog> _opened = [];

    /// <summary>Opens the one log of this test; after <see cref="Close"/>, the same log again.</summary>
    /// <remarks>Streams of declarations are stored in clear.</remarks>
    protected IRecordLog Open(TimeProvider? time = null, IKeyWrapper? wrapper = null)
    {
        var log = OpenEngine(time ?? TimeProvider.System, wrapper);
        _opened.Add(log);
        return log;
    }

    protected void Close(IRecordLog log)
    {
        _opened.Remove(log);
        (log as IDisposable)?.Dispose();
    }

    protected abstract IRecordLog OpenEngine(TimeProvider time, IKeyWrapper? wrapper);

    protected static bool NamesNobody(string stream) => stream.StartsWith("declaration", StringComparison.Ordinal);

    public void Dispose()
    {
        foreach (var log in _opened.ToList()) Close(log);
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    [Fact]
    public async Task Append_FirstOfItsStream_ReadsBackByteForByte()
    {
        var log = Open();
        var asked = Make.Record("a/1", 1);

        var appended = Assert.IsType<AppendOutcome.Appended>(await log.AppendAsync(asked)).Record;
        var read = await log.LatestAsync("a/1");

        Assert.NotNull(read);
        Assert.Equal(asked.Payload.ToArray(), read.Payload.ToArray());
        Assert.Equal(("a/1", 1L, 1, "note", log.IdOf("a/1", 1), Make.Moment), (read.Stream, read.Version, read.Epoch, read.Kind, read.Id, read.RecordedAt));
        Assert.Equal(read with { Payload = appended.Payload, Position = appended.Position }, appended);
        Assert.Equal(Assert.Single(await log.FeedAsync(0, 10)).Position, (await log.PlacedAsync(appended)).Position);
        Assert.Equal(log.Epoch, read.Epoch);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Append_AnyVersionButTheNext_ConflictsAndLeavesNothing(long version)
    {
        var log = Open();
        await log.AppendedAsync("a", 1);
        await log.AppendedAsync("a", 2);

        Assert.IsType<AppendOutcome.Conflict>(await log.AppendAsync(Make.Record("a", version, "loser")));

        Assert.DoesNotContain(await log.WholeFeedAsync(), r => r.Alias() == "loser");
        Assert.Equal([1L, 2L], (await log.HistoryAsync("a")).Select(r => r.Version));
    }

    [Fact]
    public async Task Ids_AreKnownBefore_AreFoundAgain_AndTellNothing()
    {
        var log = Open();
        var ids = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            var expected = log.IdOf($"s{i % 10}", (i / 10) + 1);
            var record = await log.AppendedAsync($"s{i % 10}", (i / 10) + 1);
            Assert.Equal(expected, record.Id);
            Assert.Equal((record.Id, record.StreamKey, record.Version), await log.FindByIdAsync(record.Id) is { } found ? (found.Id, found.StreamKey, found.Version) : default);
            Assert.Matches("^[0-9a-f]{32}$", record.Id);
            ids.Add(record.Id);
        }

        Assert.Equal(100, ids.Count);
        // No digit stays the same from version to version, as one that showed the stream would.
        Assert.All(Enumerable.Range(0, 32), digit => Assert.True(ids.Select(id => id[digit]).Distinct().Count() > 4));
        foreach (var none in new[] { "", "x", ids.First().ToUpperInvariant(), ids.First()[1..], new string('0', 32), new string('z', 32) })
            Assert.Null(await log.FindByIdAsync(none));
    }

    [Fact]
    public async Task Append_KeyInUse_ConflictsInItsOwnStreamOnly()
    {
        var log = Open();
        var first = await log.AppendedAsync("a", 1, key: "k");

        Assert.IsType<AppendOutcome.Conflict>(await log.AppendAsync(Make.Record("a", 2, key: "k")));
        var other = await log.AppendedAsync("b", 1, key: "k");

        Assert.Equal((first.Id, true), ((await log.FindByKeyAsync("a", "k", "hash of k"))!.Record.Id, (await log.FindByKeyAsync("a", "k", "hash of k"))!.SameRequest));
        Assert.False((await log.FindByKeyAsync("a", "k", "another hash"))!.SameRequest);
        Assert.False((await log.FindByKeyAsync("a", "k"))!.SameRequest);
        Assert.Equal(other.Id, (await log.FindByKeyAsync("b", "k"))!.Record.Id);
        Assert.Null(await log.FindByKeyAsync("a", "another"));
    }

    [Fact]
    public async Task Append_ManyForOneStreamAtOnce_AreDecidedInOrderAndEachForItself()
    {
        var log = Open();
        long[] versions = [1, 1, 2, 4, 3, 3, 2, 4];

        var outcomes = await Task.WhenAll(versions.Select(v => log.AppendAsync(Make.Record("a", v))));

        Assert.Equal([true, false, true, false, true, false, false, true], outcomes.Select(o => o is AppendOutcome.Appended));
        Assert.Equal([1L, 2L, 3L, 4L], (await log.HistoryAsync("a")).Select(r => r.Version));
    }

    [Fact]
    public async Task Append_WithoutStreamOrKind_OrAsATombstone_IsRefused()
    {
        var log = Open();

        await Assert.ThrowsAsync<ArgumentException>(() => log.AppendAsync(Make.Record("", 1)));
        await Assert.ThrowsAsync<ArgumentException>(() => log.AppendAsync(Make.Record("a", 1, kind: LogRecord.Erased)));
        await Assert.ThrowsAsync<ArgumentException>(() => log.AppendAsync(Make.Record("a", 1, kind: "")));
    }

    [Fact]
    public async Task Reads_OfWhatIsNotThere_FindNothing()
    {
        var log = Open();

        Assert.Null(await log.LatestAsync("a"));
        Assert.Empty(await log.HistoryAsync("a"));
        Assert.Null(await log.FindByIdAsync("a"));
        Assert.Null(await log.FindByPositionAsync(1));
        Assert.Empty(await log.FeedAsync(0, 10));
    }

    [Fact]
    public async Task Feed_InPagesOfAnySize_TellsEverythingOnceAndEachStreamInOrder()
    {
        var log = Open();
        var appended = new List<LogRecord>();
        for (var i = 0; i < 23; i++) appended.Add(await log.AppendedAsync($"s{i % 3}", (i / 3) + 1));
        var told = await log.WholeFeedAsync();

        Assert.Equal(Make.ByStream(appended), Make.ByStream(told));
        Assert.Equal(told.Select(r => r.Position).Distinct().Order(), told.Select(r => r.Position));
        foreach (var size in new[] { 1, 2, 7, 23 })
            Assert.Equal(told.Select(r => (r.Id, r.Position)), (await log.WholeFeedAsync(size)).Select(r => (r.Id, r.Position)));

        var fifth = (await log.FeedAsync(0, 5))[^1];
        Assert.Equal(fifth.Id, (await log.FindByPositionAsync(fifth.Position))!.Id);
    }

    [Fact]
    public async Task NamedFeed_InPagesOfAnySize_TellsTheStreamsOfItsPrefixOnceAndEachInOrder_AndNoOther()
    {
        var log = Open();
        var appended = new List<LogRecord>();
        for (var i = 0; i < 40; i++)
        {
            appended.Add(await log.AppendedAsync($"declaration/site-{9 - (i % 10)}", (i / 10) + 1));
            await log.AppendedAsync($"receipt/{i}", 1);
        }

        await log.AppendedAsync("declaratio", 1);
        await log.AppendedAsync("declarations/x", 1);
        await log.AppendedAsync("a/declaration/x", 1);

        foreach (var size in new[] { 1, 7, 40, 100 })
        {
            var found = new List<LogRecord>();
            while (await log.NamedFeedAsync("declaration/", found.LastOrDefault()?.Position ?? 0, size) is { Count: > 0 } page) found.AddRange(page);
            Assert.Equal(Make.ByStream(appended), Make.ByStream(found));
            Assert.Equal(found.Select(r => r.Position).Distinct().Order(), found.Select(r => r.Position));
        }
    }

    [Fact]
    public async Task WaitForAppend_WhenSomethingIsBehind_ReturnsAtOnce()
    {
        var log = Open();
        await log.AppendedAsync("a", 1);

        Assert.True(await log.WaitForAppendAsync(0, TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task WaitForAppend_IsWokenByTheCommit()
    {
        var log = Open();
        var waiting = log.WaitForAppendAsync(0, TimeSpan.FromHours(1));
        Assert.False(waiting.IsCompleted);

        var record = await log.AppendedAsync("a", 1);

        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(record.Id, Assert.Single(await log.FeedAsync(0, 10)).Id);
    }

    [Fact]
    public async Task WaitForAppend_BehindAnAppendThatLost_WaitsForARecord()
    {
        var log = Open();
        var record = await log.AppendedAndPlacedAsync("a", 1);
        await log.AppendAsync(Make.Record("a", 1));

        var waiting = log.WaitForAppendAsync(record.Position, TimeSpan.FromHours(1));
        Assert.False(waiting.IsCompleted);
        await log.AppendAsync(Make.Record("a", 1));
        await log.AppendedAsync("a", 2);

        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task WaitForAppend_WhenNothingComes_GivesUpAfterTheTime()
    {
        var time = new ManualTime();
        var log = Open(time);
        var record = await log.AppendedAndPlacedAsync("a", 1);

        var waiting = log.WaitForAppendAsync(record.Position, TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(await waiting.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Reopened_HoldsEverything_AndGoesOnBehindIt()
    {
        var log = Open();
        var first = await log.AppendedAndPlacedAsync("a", 1, "one", key: "k");
        var epoch = log.Epoch;
        Close(log);

        log = Open();
        var second = await log.AppendedAndPlacedAsync("a", 2);

        Assert.Equal(epoch, log.Epoch);
        Assert.True(second.Position > first.Position);
        Assert.Equal([first.Id, second.Id], (await log.WholeFeedAsync()).Select(r => r.Id));
        Assert.Equal(first.Id, (await log.FindByKeyAsync("a", "k"))!.Record.Id);
        Assert.True(await log.WaitForAppendAsync(first.Position, TimeSpan.Zero));
    }
}
