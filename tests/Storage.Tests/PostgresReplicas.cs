using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>Replicas on one log: they write and hear side by side, and share epoch, secret, keys and mark, none of which one may take from another.</summary>
public sealed partial class PostgresRecordLogTests
{
    [Fact]
    public async Task TwoReplicas_WritingTheSameStreamsInOppositeOrders_NeitherDeadlockNorLose()
    {
        var replicas = new[] { Open(), Open() };

        var appended = await Task.WhenAll(Enumerable.Range(0, 32).Select(w => Task.Run(async () =>
        {
            var streams = Enumerable.Range(0, 8).Select(i => $"s{(w % 2 == 0 ? i : 7 - i)}");
            var own = new List<LogRecord>();
            for (var round = 0; round < 5; round++)
                foreach (var stream in streams) own.Add(await replicas[w % 2].AppendOnTopAsync(stream));
            return own;
        })));

        var all = appended.SelectMany(a => a).ToList();
        Assert.Equal(32 * 40, all.Select(r => r.Position).Distinct().Count());
        foreach (var stream in all.GroupBy(r => r.Stream))
            Assert.Equal(Enumerable.Range(1, stream.Count()).Select(v => (long)v), (await replicas[0].HistoryAsync(stream.Key)).Select(r => r.Version));
    }

    [Fact]
    public async Task Append_OfAnotherReplica_WakesWhoWaitsHere()
    {
        var (here, there) = (Open(), Open());
        var waiting = here.WaitForAppendAsync(0, TimeSpan.FromSeconds(30));

        await there.AppendedAsync("a", 1);

        Assert.True(await waiting);
        Assert.Single(await here.FeedAsync(0, 10));
    }

    [Fact]
    public async Task LostAppendsAndANewEpoch_OfAnotherReplica_WakeNobody_NorDoTheyAfterTheNextStart()
    {
        var (here, there) = (Open(), (PostgresRecordLog)Open());
        var record = await here.AppendedAsync("a", 1);
        await there.AppendAsync(Make.Record("a", 1));
        await there.RaiseEpochAsync();
        await Eventually.IsSoAsync("the other has looked", () => Task.FromResult(here.Epoch == there.Epoch));

        IRecordLog[] logs = [here, there, Open()];
        Assert.All(logs, log => Assert.False(log.WaitForAppendAsync(record.Position, TimeSpan.FromHours(1)).IsCompleted));
    }

    [Fact]
    public async Task EpochRaisedByOneReplica_IsTakenOverByTheOther_AndWhatItDecidedBeforeConflicts()
    {
        var (one, other) = ((PostgresRecordLog)Open(), Open());
        await other.AppendedAsync("a", 1);
        using var head = Connect();
        Execute(head, "BEGIN; SELECT 1 FROM test.log FOR UPDATE");
        var raising = one.RaiseEpochAsync();
        await WaitAsync(1);
        // Decided before the epoch began, and written behind it.
        var decided = other.AppendAsync(Make.Record("a", 2));
        await WaitAsync(2);
        Execute(head, "COMMIT");
        await raising;

        Assert.IsType<AppendOutcome.Conflict>(await decided);
        var record = await other.AppendedAsync("a", 2);

        Assert.Equal((one.Epoch, one.Epoch), (record.Epoch, other.Epoch));
    }

    [Fact]
    public async Task EpochOfARestore_ThatTwoReplicasFind_IsNeverTakenBackByTheOneWithTheSlowerClock()
    {
        var slower = new ManualTime();
        var faster = new ManualTime();
        faster.Advance(TimeSpan.FromMinutes(2));
        var (one, other) = ((PostgresRecordLog)Open(faster), (PostgresRecordLog)Open(slower));

        using var head = Connect();
        Execute(head, "BEGIN; SELECT 1 FROM test.log FOR UPDATE");
        var first = one.RaiseEpochAsync();
        await WaitAsync(1);
        // Found before it could hear of the first.
        var second = other.RaiseEpochAsync();
        await WaitAsync(2);
        Execute(head, "COMMIT");
        var (begun, again) = (await first, await second);

        Assert.Equal((begun, begun, begun), (again, other.Epoch, (await other.AppendedAsync("a", 1)).Epoch));
    }

    [Fact]
    public void Replica_WithAnotherSecret_IsRefused()
    {
        Open();
        using var elsewhere = new TestFolder();

        Assert.Throws<IOException>(() => PostgresRecordLog.Open(_data, _keys, elsewhere.Log(), "test", TimeProvider.System));
    }

    [Fact]
    public async Task Keys_AskedForByManyAtOnce_AreNeverTakenForDestroyed()
    {
        // A living record that is taken for an erased one hides a "no": the next grant would be decided as if there were none.
        using var maker = new PostgresSubjectKeys(_keys, "test", _folder.Controllers());
        List<long> slots = [];
        while (slots.Count < 1000) slots.Add((await maker.NextAsync()).Slot);

        for (var replica = 0; replica < 10; replica++)
        {
            using var keys = new PostgresSubjectKeys(_keys, "test", _folder.Controllers());
            var expecting = Task.Run(async () => await keys.ExpectAsync(slots));
            var finding = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                var missing = 0;
                while (!expecting.IsCompleted) missing += slots.Count(slot => keys.Find(slot) is null);
                return missing;
            }));
            Assert.All(await Task.WhenAll(finding), missing => Assert.Equal(0, missing));
            await expecting;
        }
    }

    [Fact]
    public async Task Mark_IsNotTakenBack_ByAReplicaThatHasSeenLess()
    {
        var mark = Path.Combine(_folder.Log().Keys, "log.mark");
        var behind = Open();
        await behind.AppendedAsync("a", 1);
        await Eventually.IsSoAsync("the mark is written", () => Task.FromResult(new FileInfo(mark) is { Exists: true, Length: 40 }));
        await File.WriteAllTextAsync(mark, "1 5000");
        await behind.AppendedAsync("a", 2);
        Close(behind);

        Assert.Equal("1 5000", (await File.ReadAllTextAsync(mark)).Trim());
        Assert.True(Open().Epoch > 1);
    }
}
