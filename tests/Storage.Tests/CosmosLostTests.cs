using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>An account that loses what it had committed, as at a failover to a region that lagged, or is put back from a backup: while the log is open, and while it is not.</summary>
public sealed class CosmosLostTests : OnCosmosLogs
{
    private static readonly TimeSpan Term = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task NewestRecordLost_BehindALivingReplicasBack_BeginsAnEpoch_AndNoPlaceOrIdIsGivenTwice()
    {
        var log = Logs.Open();
        var kept = await log.AppendedAndPlacedAsync("a", 1);
        var lease = (await log.AcquireAsync("relay", "one", Term))!;
        var lost = await log.AppendedAndPlacedAsync("a", 2);
        Assert.Null(log.Alarm);

        Logs.Store.LoseTail(CosmosRecordLogs.Records, Logs.RangeOf(log, "a"), 1);

        var again = await log.AppendOnTopAsync("a");
        Assert.Equal(2, again.Version);
        Assert.True(again.Epoch > kept.Epoch && again.Epoch == log.Epoch);
        Assert.NotEqual(lost.Id, again.Id);
        Assert.True((await log.PlacedAsync(again)).Position > lost.Position);
        Assert.Equal([kept.Id, again.Id], (await log.WholeFeedAsync()).Select(r => r.Id));
        Assert.Null(await log.FindByPositionAsync(lost.Position));
        Assert.Equal(0L, Assert.Single(await log.PositionsOfAsync([lost.Id])));
        // Whoever read what is lost may not say how far he came, and another has the lease as soon as he asks.
        Assert.False(await log.MoveCursorAsync(lease, lost.Position));
        Assert.Equal(0L, await log.CursorAsync("relay"));
        Assert.Equal(("two", 2L), await log.AcquireAsync("relay", "two", Term) is { } next ? (next.Holder, next.Fence) : default);
        Assert.Contains("a new epoch has begun", log.Alarm, StringComparison.Ordinal);
    }

    /// <summary>No cursor may be moved over it, and nothing appended, until it is dealt with.</summary>
    [Fact]
    public async Task NewestRecordLost_WhichNobodyAsksFor_IsNoticed()
    {
        var (log, other) = (Logs.Open(), Logs.Open());
        // Placed first: on one page with the other it may be the last, and that is the one that is looked at.
        await log.AppendedAndPlacedAsync("b", 1);
        await log.AppendedAndPlacedAsync("a", 1);
        await other.WholeFeedAsync();

        Logs.Store.LoseTail(CosmosRecordLogs.Records, Logs.RangeOf(log, "a"), 1);

        await Eventually.IsSoAsync("an epoch has begun, of which all know", () => Task.FromResult(log.Epoch > 1 && other.Epoch == log.Epoch), TimeSpan.FromSeconds(60));
        Assert.Equal(log.Epoch, (await other.AppendOnTopAsync("a")).Epoch);
        Assert.Contains("a", (await log.WholeFeedAsync()).Select(r => r.Stream));
        Assert.All(await other.HistoryAsync("a"), r => Assert.Equal(log.Epoch, r.Epoch));
    }

    [Fact]
    public async Task OrderLost_BehindALivingReplicasBack_NothingThatIsThereIsMissing()
    {
        var log = Logs.Open();
        for (var version = 1; version <= 4; version++)
            foreach (var stream in new[] { "a", "b", "c" }) await log.AppendedAndPlacedAsync(stream, version);
        var cursor = (await log.WholeFeedAsync())[^1].Position;

        Logs.Store.LoseTail(CosmosRecordLogs.Order, Logs.Store.RangeOf(CosmosRecordLogs.Order, "state"), 3);
        // At once, before anybody can have looked: it may not get a place that was given out.
        var during = await log.AppendedAsync("d", 1);

        await Eventually.IsSoAsync("an epoch has begun", () => Task.FromResult(log.Epoch > 1), TimeSpan.FromSeconds(60));
        var since = await log.AppendOnTopAsync("a");
        Assert.Equal(14, (await log.WholeFeedAsync()).Select(r => r.Id).Distinct().Count());
        var behind = (await log.FeedAsync(cursor, 100)).Select(r => r.Id).ToList();
        Assert.Contains(during.Id, behind);
        Assert.Contains(since.Id, behind);
    }

    [Fact]
    public async Task PutBackFromABackup_WhileItIsClosed_BeginsAnEpochBehindEveryCursor()
    {
        var log = Logs.Open();
        var first = await log.AppendedAndPlacedAsync("a", 1);
        var lease = await log.AcquireAsync("relay", "one", Term);
        await log.MoveCursorAsync(lease!, first.Position);
        await log.ReleaseAsync(lease!);
        var backup = await Logs.Store.SnapshotAsync();
        var lost = await log.AppendedAndPlacedAsync("a", 2);
        Logs.Close(log);
        Logs.Store.Restore(backup);

        log = Logs.Open();

        Assert.True(log.Epoch > 1);
        Assert.Contains("a new epoch has begun", log.Alarm, StringComparison.Ordinal);
        Assert.Equal(first.Position, Assert.Single(await log.WholeFeedAsync()).Position);
        Assert.Equal(first.Position, await log.CursorAsync("relay"));
        var anew = await log.AppendedAndPlacedAsync("a", 2);
        Assert.True(anew.Position > lost.Position);
        Assert.NotEqual(lost.Id, anew.Id);
    }

    /// <summary>The range of one stream failed over alone, and nobody was there to see it.</summary>
    [Fact]
    public async Task RecordLost_WhileItIsClosed_WhichTheOrderTellsOf_BeginsAnEpoch()
    {
        var log = Logs.Open();
        var kept = await log.AppendedAndPlacedAsync("a", 1);
        var lost = await log.AppendedAndPlacedAsync("a", 2);
        var range = Logs.RangeOf(log, "a");
        Logs.Close(log);
        Logs.Store.LoseTail(CosmosRecordLogs.Records, range, 1);

        log = Logs.Open();

        Assert.True(log.Epoch > 1);
        Assert.Equal(kept.Id, Assert.Single(await log.WholeFeedAsync()).Id);
        Assert.NotEqual(lost.Id, (await log.AppendedAsync("a", 2)).Id);
    }

    [Fact]
    public async Task EpochThatAnotherBegan_IsKeptByAll_AndNoStreamGoesBack()
    {
        var (one, two) = (Logs.Open(), Logs.Open());
        await one.AppendedAsync("a", 1);
        await two.AppendedAsync("b", 1);
        var epoch = await one.RaiseEpochAsync();
        await one.AppendedAsync("a", 2);

        await two.AppendOnTopAsync("a");
        await two.AppendOnTopAsync("a");

        Assert.Equal([1, epoch, epoch, epoch], (await one.HistoryAsync("a")).Select(r => r.Epoch));
        Assert.Equal(epoch, two.Epoch);
        Assert.Equal(5, (await two.WholeFeedAsync()).Count);
        Assert.Null(one.Alarm);
    }

    [Fact]
    public async Task OlderCopyOfTheKeys_BesideNewerData_IsRefused()
    {
        var log = Logs.Open();
        await log.AppendedAsync("a", 1);
        Logs.Close(log);
        var backup = await Logs.Keys.Store.SnapshotAsync();
        log = Logs.Open();
        await log.AppendedAsync("b", 1);
        Logs.Close(log);
        Logs.Keys.Store.Restore(backup);

        Assert.Contains("older than the log", Assert.Throws<IOException>(() => Logs.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherSecret_IsRefused()
    {
        var log = Logs.Open();
        await log.AppendedAsync("a", 1);
        Logs.Close(log);
        var file = Path.Combine(Logs.Folder.Log().Keys, "log.secret");
        File.Delete(file);
        await File.WriteAllTextAsync(file, Convert.ToBase64String(new byte[32]));

        Assert.Contains("another secret", Assert.Throws<IOException>(() => Logs.Open()).Message, StringComparison.Ordinal);
    }

    /// <summary>Killed between the commit and its place: another gives it one.</summary>
    [Fact]
    public async Task ARecordWhoseProcessWasKilled_BeforeItHadAPlace_IsToldByAnother()
    {
        var (one, two) = (Logs.Open(), Logs.Open());
        Logs.Store.Faults.Next(
            Operation.Create, When.Before, Fault.Status(403), times: 1000, only: asked => asked.Container == CosmosRecordLogs.Order && asked.Partition!.StartsWith("page/", StringComparison.Ordinal));
        var record = await one.AppendedAsync("a", 1);
        await Assert.ThrowsAsync<LogUnavailableException>(() => two.WholeFeedAsync());
        Assert.Equal(record.Id, (await two.LatestAsync("a"))!.Id);
        Logs.Store.Faults.Clear();

        Assert.Equal(record.Id, Assert.Single(await two.WholeFeedAsync()).Id);
    }
}
