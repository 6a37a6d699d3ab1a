using System.Globalization;
using Consent.Tests.Support;
using Npgsql;

namespace Consent.Storage.Tests;

/// <summary>A database that loses what it had committed while the service lives on, as at a failover to a replica that lagged.</summary>
public sealed partial class PostgresRecordLogTests
{
    [Fact]
    public async Task NewestRecordsLost_BehindALivingReplicasBack_BeginAnEpoch_AndNoPositionOrIdIsGivenTwice()
    {
        var log = Open();
        var kept = await log.AppendedAsync("a", 1);
        var lease = (await log.AcquireAsync("relay", "one", TimeSpan.FromMinutes(1)))!;
        LogRecord[] lost = [await log.AppendedAsync("a", 2), await log.AppendedAsync("b", 1)];
        Assert.Null(log.Alarm);

        Execute(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM test.record WHERE position > {kept.Position}; UPDATE test.log SET position = {kept.Position}"));

        var again = await log.AppendOnTopAsync("a");
        Assert.Equal(2, again.Version);
        Assert.True(again.Epoch > kept.Epoch && again.Epoch == log.Epoch);
        Assert.True(again.Position > lost[^1].Position);
        Assert.NotEqual(lost[0].Id, again.Id);
        Assert.Equal([kept.Id, again.Id], (await log.WholeFeedAsync()).Select(r => r.Id));
        // Whoever read what is lost may not say how far he came.
        Assert.False(await log.MoveCursorAsync(lease, lost[^1].Position));
        Assert.Equal(0L, await log.CursorAsync("relay"));
        // A look that was under way may still say that it is to be begun.
        await Eventually.IsSoAsync("it is told", () => Task.FromResult(log.Alarm?.Contains("a new epoch has begun", StringComparison.Ordinal) == true), seen: () => log.Alarm ?? "");
    }

    [Fact]
    public async Task NewestRecordsLost_WhosePlacesAnotherReplicaHasGivenAwayMeanwhile_BeginAnEpochToo()
    {
        var log = Open();
        var kept = await log.AppendedAsync("declaration/a", 1);
        await log.AppendedAsync("a", 1);
        await log.AppendedAsync("b", 1);

        // The head is as high as it was, and another record stands in the place of the last but one.
        Execute(string.Create(CultureInfo.InvariantCulture, $"""
            DELETE FROM test.record WHERE position > {kept.Position};
            INSERT INTO test.record (position, stream, version, epoch, kind, recorded_at, slot, name, request, body)
            SELECT {kept.Position + 1}, decode(lpad('7', 20, '0'), 'hex'), 1, epoch, kind, recorded_at, NULL, 'declaration/b', NULL, body FROM test.record
            """));

        await Eventually.IsSoAsync("an epoch has begun", () => Task.FromResult(log.Epoch > kept.Epoch));
        Assert.True((await log.AppendedAsync("b", 1)).Position > kept.Position + 2);
    }

    [Fact]
    public async Task WhatAnErasureTookAway_IsNotLost_UntilItsTombstoneIs()
    {
        var log = Open();
        await log.AppendedAsync("a", 1);
        await using var source = PostgresSource.Of(_data);
        var before = await PostgresHead.ReadAsync(source, "test", Known.Nothing);
        var known = new Known(before.Mark, before.Newest);
        await log.EraseAsync("a", default, Make.Moment);
        await log.AppendedAsync("a", 3);
        Assert.False((await PostgresHead.ReadAsync(source, "test", known)).IsLost);
        Assert.Null(await PostgresHead.BeginEpochAsync(source, "test", 9, known));
        Close(log);

        Execute("DELETE FROM test.record WHERE version = 2");

        Assert.True((await PostgresHead.ReadAsync(source, "test", known)).IsLost);
        Assert.Equal(9, (await PostgresHead.BeginEpochAsync(source, "test", 9, known))!.Value.Epoch);
        // Another replica that had seen the same begins no second one for it.
        Assert.Null(await PostgresHead.BeginEpochAsync(source, "test", 10, known));
    }

    [Fact]
    public async Task Erasure_InADatabaseThatHasLostRecords_IsUnavailable_UntilTheEpochHasBegun()
    {
        var log = Open();
        var kept = await log.AppendedAsync("a", 1);
        await log.AppendedAsync("b", 1);
        await using var source = PostgresSource.Of(_data);
        var known = (await PostgresHead.ReadAsync(source, "test", Known.Nothing)).Mark;
        Close(log);
        Execute(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM test.record WHERE position > {kept.Position}; UPDATE test.log SET position = {kept.Position}"));

        await Assert.ThrowsAsync<LogUnavailableException>(() => PostgresWork.EraseAsync(source, "test", kept.StreamKey, default, Make.Moment, null, known));

        using var again = (PostgresRecordLog)Open();
        Assert.Equal(kept.Id, Assert.Single(await again.WholeFeedAsync()).Id);
        Assert.Equal(LogRecord.Erased, (await again.EraseAsync("a", default, Make.Moment))!.Kind);
    }

    [Fact]
    public async Task WhatWasLost_IsAwaitedByNobody_AndWhatComesInItsPlaceWakesWhoeverWaits()
    {
        var log = Open();
        var kept = await log.AppendedAsync("a", 1);
        await log.AppendedAsync("b", 1);
        Execute(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM test.record WHERE position > {kept.Position}; UPDATE test.log SET position = {kept.Position}"));
        await Eventually.IsSoAsync("an epoch has begun", () => Task.FromResult(log.Epoch > kept.Epoch));

        // Woken for what is not there, a follower would look again and again without a pause.
        var waiting = log.WaitForAppendAsync(kept.Position, TimeSpan.FromHours(1));
        Assert.False(waiting.IsCompleted);
        await log.AppendedAsync("b", 1);
        Assert.True(await waiting);
    }

    [Fact]
    public async Task LossForWhichAnotherReplicaBeganTheEpoch_IsToldNoMoreAsOneThatStands()
    {
        var log = Open();
        var kept = await log.AppendedAsync("a", 1);
        await log.AppendedAsync("b", 1);
        // An epoch takes the leases back: so none can be begun.
        Execute(string.Create(CultureInfo.InvariantCulture, $"""
            ALTER TABLE test.lease RENAME TO lease_away; DELETE FROM test.record WHERE position > {kept.Position}; UPDATE test.log SET position = {kept.Position}
            """));
        await Eventually.IsSoAsync("the loss stands", () => Task.FromResult(log.Alarm?.Contains("a new epoch is to be begun", StringComparison.Ordinal) == true));

        Execute("UPDATE test.log SET epoch = epoch + 1, position = position + 1000; ALTER TABLE test.lease_away RENAME TO lease");

        await Eventually.IsSoAsync("it has been dealt with", () => Task.FromResult(log.Alarm?.Contains("a new epoch has begun", StringComparison.Ordinal) == true), seen: () => log.Alarm ?? "");
        Assert.Equal(kept.Epoch + 1, log.Epoch);
        await log.AppendedAsync("b", 1);
    }

    [Fact]
    public async Task LossThatWasNone_IsToldNoMore()
    {
        var log = Open();
        var newest = await log.AppendedAsync("a", 1);
        Execute("ALTER TABLE test.lease RENAME TO lease_away; UPDATE test.log SET position = 0");
        await Eventually.IsSoAsync("a loss is told", () => Task.FromResult(log.Alarm is not null));

        Execute(string.Create(CultureInfo.InvariantCulture, $"UPDATE test.log SET position = {newest.Position}; ALTER TABLE test.lease_away RENAME TO lease"));

        await Eventually.IsSoAsync("nothing is told", () => Task.FromResult(log.Alarm is null), seen: () => log.Alarm ?? "");
        Assert.Equal(newest.Epoch, log.Epoch);
    }

    [Fact]
    public async Task ALookThatSeesTheNewEpoch_BeforeItsRecoveryHasEnded_TakesNoAlarmBack()
    {
        var log = Open();
        var kept = await log.AppendedAsync("a", 1);
        await log.AppendedAsync("b", 1);
        Close(log);
        await using var source = PostgresSource.Of(_data);
        using var mark = new HighWaterMark(Path.Combine(_folder.Log().Keys, "log.mark"), TimeProvider.System);
        using var head = new FollowHead(source, "test", mark, TimeProvider.System);
        var before = await PostgresHead.ReadAsync(source, "test", Known.Nothing);
        head.Announce(before.Mark, before.Newest);
        var known = head.Known;
        Execute(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM test.record WHERE position > {kept.Position}; UPDATE test.log SET position = {kept.Position}"));

        // The epoch waits for the one, and what is read behind it for the other.
        using NpgsqlConnection first = Connect(), second = Connect();
        Execute(first, "BEGIN; SELECT 1 FROM test.log FOR UPDATE");
        var recovering = head.RecoverAsync(known);
        await WaitAsync(1);
        var locking = Task.Run(() => Execute(second, "BEGIN; LOCK TABLE test.log IN ACCESS EXCLUSIVE MODE"), TestContext.Current.CancellationToken);
        await WaitAsync(2);
        Execute(first, "COMMIT");
        await locking;
        await Eventually.IsSoAsync("the epoch has begun", () => Task.FromResult(head.Epoch > kept.Epoch));
        head.Stand(head.Known.Mark, null);
        Execute(second, "COMMIT");
        await recovering;

        Assert.Contains("a new epoch has begun", head.Alarm, StringComparison.Ordinal);
    }

    /// <summary>Until so many wait for a lock of this database.</summary>
    private Task WaitAsync(int many) => Eventually.IsSoAsync($"{many} wait", () =>
    {
        using var connection = Connect();
        using var command = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", connection);
        return Task.FromResult((long)command.ExecuteScalar()! == many);
    });
}
