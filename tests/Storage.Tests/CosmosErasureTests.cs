using System.Text;
using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>Erasures without a batch: killed after any of their steps they are finished by whoever comes next, and readers never see what is below a tombstone.</summary>
public sealed class CosmosErasureTests : OnCosmosLogs
{
    private static readonly byte[] NamesTheSite = Encoding.UTF8.GetBytes("""{"alias":"tombstone"}""");

    [Theory]
    [InlineData(Step.Tombstone, Finisher.Repeat)]
    [InlineData(Step.Tombstone, Finisher.Feed)]
    [InlineData(Step.Tombstone, Finisher.Start)]
    [InlineData(Step.SomeHusks, Finisher.Repeat)]
    [InlineData(Step.SomeHusks, Finisher.Feed)]
    [InlineData(Step.SomeHusks, Finisher.Start)]
    [InlineData(Step.Husks, Finisher.Repeat)]
    [InlineData(Step.Husks, Finisher.Feed)]
    [InlineData(Step.Husks, Finisher.Start)]
    public async Task KilledAfterAStep_NothingIsReadBelowTheTombstone_NorIsItTold_AndWhoeverComesNextFinishes(Step last, Finisher finisher)
    {
        var (one, two) = (Logs.Open(), Logs.Open());
        var first = await one.AppendedAsync("a", 1, key: "k");
        for (var version = 2; version <= 3; version++) await one.AppendedAsync("a", version);
        var other = await one.AppendedAsync("b", 1);
        await one.WholeFeedAsync();
        Fail(last);

        await Assert.ThrowsAsync<LogUnavailableException>(() => one.EraseAsync("a", NamesTheSite, Make.Moment));

        Assert.Equal(last switch { Step.Tombstone => "rrrt", Step.SomeHusks => "hrht", _ => "hhht" }, await Logs.SortsAsync(one, "a"));
        Assert.Equal((LogRecord.Erased, 4L), await two.LatestAsync("a") is { } newest ? (newest.Kind, newest.Version) : default);
        Assert.Equal(4, Assert.Single(await two.HistoryAsync("a")).Version);
        Assert.Equal(4, (await two.OldestAsync("a"))!.Version);
        Assert.Null(await two.FindByKeyAsync("a", "k"));
        if (last == Step.Husks) Assert.Equal([other.Id, two.IdOf("a", 4)], (await two.WholeFeedAsync()).Select(r => r.Id));
        else await Assert.ThrowsAsync<LogUnavailableException>(() => two.WholeFeedAsync());
        Assert.All(await Logs.DestroyedAsync(one, "a"), key => Assert.NotNull(key));

        Logs.Store.Faults.Clear();
        Logs.Keys.Store.Faults.Clear();
        var finishing = finisher == Finisher.Start ? Logs.Open() : two;
        if (finisher == Finisher.Feed) await two.WholeFeedAsync();
        if (finisher == Finisher.Repeat) Assert.Equal(4, (await two.EraseAsync("a", NamesTheSite, Make.Moment.AddDays(1)))!.Version);

        Assert.Equal("hhht", await Logs.SortsAsync(one, "a"));
        if (last == Step.Husks) await Eventually.IsSoAsync("the key is destroyed", async () => await Logs.DestroyedAsync(one, "a") is [null]);
        Assert.Equal([null], await Logs.DestroyedAsync(one, "a"));
        var told = await finishing.WholeFeedAsync();
        Assert.Equal([other.Id, two.IdOf("a", 4)], told.Select(r => r.Id));
        Assert.Null(await two.FindByIdAsync(first.Id));
        Assert.Equal([0L, told[1].Position], await two.PositionsOfAsync([first.Id, told[1].Id]));
        Assert.Equal("hhhtr", (await finishing.AppendedAsync("a", 5), await Logs.SortsAsync(one, "a")).Item2);
    }

    /// <summary>Records of others do not wait for keys that cannot be destroyed; whoever erases is told that it is not done, and an operator why.</summary>
    [Fact]
    public async Task WhileKeysCannotBeDestroyed_WhatIsRecordedIsTold_AndTheErasureIsFinishedAfterwards()
    {
        var log = Logs.Open();
        await log.AppendedAsync("a", 1);
        Fail(Step.Husks);
        await Assert.ThrowsAsync<LogUnavailableException>(() => log.EraseAsync("a", NamesTheSite, Make.Moment));
        var next = await log.AppendedAsync("b", 1);

        Assert.Equal([log.IdOf("a", 2), next.Id], (await log.WholeFeedAsync()).Select(r => r.Id).OrderBy(id => id == next.Id));

        Assert.Contains("could not be destroyed", log.Alarm, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LogUnavailableException>(() => log.EraseAsync("a", NamesTheSite, Make.Moment));
        Assert.NotNull(Assert.Single(await Logs.DestroyedAsync(log, "a")));
        Logs.Keys.Store.Faults.Clear();
        await Eventually.IsSoAsync("nothing is left to be done", () => Task.FromResult(log.Alarm is null), seen: () => log.Alarm ?? "");
        Assert.Equal([null], await Logs.DestroyedAsync(log, "a"));
    }

    /// <summary>The account of keys was put back, of which the log knows nothing: a repeat destroys what came back, in the process that has done it once too.</summary>
    [Fact]
    public async Task ARepeat_AfterTheKeysWerePutBack_DestroysThemAgain()
    {
        var log = Logs.Open();
        await log.AppendedAsync("a", 1);
        var copy = await Logs.Keys.Store.SnapshotAsync();
        await log.EraseAsync("a", NamesTheSite, Make.Moment);
        await log.WholeFeedAsync();
        Assert.Equal([null], await Logs.DestroyedAsync(log, "a"));
        Logs.Keys.Store.Restore(copy);
        Assert.NotNull(Assert.Single(await Logs.DestroyedAsync(log, "a")));

        Assert.Equal(2, (await log.EraseAsync("a", NamesTheSite, Make.Moment.AddDays(1)))!.Version);

        Assert.Equal([null], await Logs.DestroyedAsync(log, "a"));
    }

    [Fact]
    public async Task AnIdempotencyKeyBelowATombstone_IsFree_AlsoWhereTheErasureHangs_AndSomethingWasRecordedSince()
    {
        var log = Logs.Open();
        await log.AppendedAsync("a", 1, key: "k");
        Fail(Step.Tombstone);
        await Assert.ThrowsAsync<LogUnavailableException>(() => log.EraseAsync("a", NamesTheSite, Make.Moment));
        await log.AppendedAsync("a", 3);
        Assert.Equal("rtr", await Logs.SortsAsync(log, "a"));
        Assert.Null(await log.FindByKeyAsync("a", "k"));

        var again = await log.AppendedAsync("a", 4, key: "k");

        Assert.Equal(again.Id, (await log.FindByKeyAsync("a", "k"))!.Record.Id);
        Assert.IsType<AppendOutcome.Conflict>(await log.AppendAsync(Make.Record("a", 5, key: "k")));
        Logs.Store.Faults.Clear();
    }

    [Fact]
    public async Task WhetherAStreamWasErased_CostsNoMoreTheLongerItIs()
    {
        var log = Logs.Open();
        for (var version = 1; version <= 200; version++) await log.AppendedAsync("a", version, key: $"{version}");
        Logs.Store.CountAnew();

        Assert.NotNull(await log.FindByKeyAsync("a", "7"));
        Assert.Equal(1, (await log.OldestAsync("a"))!.Version);

        var asked = Logs.Store.Counts.Where(c => c.Query is "newest-tombstone" or "by-key").ToList();
        Assert.Equal(2, asked.Sum(c => c.Times));
        Assert.InRange(asked.Sum(c => c.Units), 2, 6);
    }

    [Fact]
    public async Task TombstoneThatIsRefused_ErasesNothing_AndOneWhoseAnswerIsLostErases()
    {
        var log = Logs.Open();
        await log.AppendedAsync("a", 1);
        Logs.Store.Faults.Next(Operation.Create, When.Before, Fault.Status(403), only: CosmosRecordLogs.IsOfRecords);
        await Assert.ThrowsAsync<LogUnavailableException>(() => log.EraseAsync("a", NamesTheSite, Make.Moment));
        Assert.Equal("r", await Logs.SortsAsync(log, "a"));
        Assert.Equal("note", (await log.LatestAsync("a"))!.Kind);

        Logs.Store.Faults.Next(Operation.Create, When.After, Fault.Lost, only: CosmosRecordLogs.IsOfRecords);
        Logs.Store.Faults.Next(Operation.Replace, When.After, Fault.Status(503), only: CosmosRecordLogs.IsOfRecords);
        Assert.Equal(2, (await log.EraseAsync("a", NamesTheSite, Make.Moment))!.Version);

        Assert.Equal(0, Logs.Store.Faults.Left);
        Assert.Equal("ht", await Logs.SortsAsync(log, "a"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1L)]
    public async Task AnAppendInBetween_MakesTheTombstoneLose_AndIsErasedToo_UnlessAnOlderOneWasMeant(long? expected)
    {
        var (one, two) = (Logs.Open(), Logs.Open());
        await one.AppendedAsync("a", 1);
        var goesOn = new TaskCompletionSource();
        Logs.Store.Faults.Next(Operation.Create, When.Before, Fault.Held(goesOn.Task), only: CosmosRecordLogs.IsOfRecords);
        var erasing = one.EraseAsync("a", NamesTheSite, Make.Moment, expected);
        await Eventually.IsSoAsync("it hangs", () => Task.FromResult(Logs.Store.Faults.Left == 0));
        var second = await two.AppendedAsync("a", 2);
        goesOn.SetResult();

        var told = await erasing;

        Assert.Equal(expected is null ? (LogRecord.Erased, 3L) : ("note", 2L), (told!.Kind, told.Version));
        Assert.Equal(expected is null ? "hht" : "rr", await Logs.SortsAsync(one, "a"));
        Assert.Equal(expected is not null, await two.FindByIdAsync(second.Id) is not null);
        byte[]?[] destroyed = expected is null ? [null] : [];
        Assert.Equal(destroyed, await Logs.DestroyedAsync(one, "a"));
    }

    [Fact]
    public async Task ARecordThatComesLate_AfterItsStreamWasErased_FindsItsIdTaken()
    {
        using var logs = await CosmosRecordLogs.BeginAsync(TimeSpan.FromSeconds(2));
        var (one, two) = (logs.Open(), logs.Open());
        var goesOn = new TaskCompletionSource();
        logs.Store.Faults.Next(Operation.Create, When.Before, Fault.Held(goesOn.Task), only: CosmosRecordLogs.IsOfRecords);
        await Assert.ThrowsAsync<LogUnavailableException>(() => one.AppendAsync(Make.Record("a", 1, "late")));
        await two.AppendedAsync("a", 1);
        await two.EraseAsync("a", NamesTheSite, Make.Moment);
        goesOn.SetResult();

        await Eventually.IsSoAsync("it came, and lost", () => Task.FromResult(logs.Answered(Operation.Create, 409) == 1));
        Assert.Equal("ht", await logs.SortsAsync(two, "a"));
        Assert.Equal(LogRecord.Erased, Assert.Single(await two.WholeFeedAsync()).Kind);
    }

    [Fact]
    public async Task TwoWhoEraseAtOnce_LeaveOneTombstone()
    {
        CosmosRecordLog[] replicas = [Logs.Open(), Logs.Open()];
        for (var version = 1; version <= 40; version++) await replicas[0].AppendedAsync("a", version);

        var left = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => replicas[i % 2].EraseAsync("a", NamesTheSite, Make.Moment))));

        Assert.Equal(left[0]!.Id, Assert.Single(left.Select(r => r!.Id).Distinct()));
        Assert.Equal(new string('h', 40) + "t", await Logs.SortsAsync(replicas[0], "a"));
        Assert.Equal(left[0]!.Id, Assert.Single(await replicas[1].WholeFeedAsync()).Id);
        Assert.Equal(left[0]!.Id, Assert.Single(await replicas[1].NewestOfStreamsAsync(null, StreamKey.Parse(new string('f', 20)), 10)).Id);
    }

    /// <summary>Refuses what comes after the step, until that is taken back.</summary>
    private void Fail(Step last)
    {
        const int ForEver = 100_000;
        if (last == Step.Husks) Logs.Keys.Store.Faults.Next(Operation.Replace, When.Before, Fault.Status(403), ForEver);
        else Logs.Store.Faults.Next(Operation.Replace, When.Before, Fault.Status(403), ForEver, asked => CosmosRecordLogs.IsOfRecords(asked) && (last == Step.Tombstone || asked.Id == "2"));
    }

    /// <summary>The last that was done.</summary>
    public enum Step
    {
        Tombstone,
        SomeHusks,
        Husks,
    }

    /// <summary>Another replica that erases again, or reads the feed, or starts.</summary>
    public enum Finisher
    {
        Repeat,
        Feed,
        Start,
    }
}
