using System.Diagnostics;
using System.Globalization;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.Storage.Tests;
using Consent.Tests.Support;
using Consent.VerifiableLog;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>Audit finds by itself what its logs lack, and shouts at nothing that is as it should be.</summary>
public sealed class CheckItselfTests : IDisposable
{
    private const string Check = "logs-complete";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatIsHeardLate_Again_OutOfOrder_OrErased_AndWhoIsRetired_IsNoFault()
    {
        const string person = "0123456789abcdef0123", address = "a1-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        // Before its declaration, and an acknowledgement before its event.
        await audit.HearAsync(Samples.Applied("newsletter", 10, "opt-out-1", "marketing-unsubscribe"));
        await audit.HearAsync(Samples.OptOut());
        await LookAsync(audit, TimeSpan.FromMinutes(5));
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Applied("analytics", 20));
        for (var time = 0; time < 3; time++)
        {
            await audit.HearAsync(Samples.Choice());
            await audit.HearAsync(Samples.Choice("erased") with { Stream = person });
            foreach (var subscriber in (string[])["newsletter", "webhooks"]) await audit.HearAsync(Samples.Applied(subscriber, 80));
            await audit.HearAsync(Samples.Applied("newsletter", 80, "erased"));
            await audit.HearAsync(new SubscriberRetired("retired-1", Samples.Noon, "consent", "newsletter", "gone", "operator", Samples.Noon));
            await audit.RoundAsync();
        }

        await audit.ProofAsync("receipt-1");
        await audit.RoundAsync();
        await LookAsync(audit, TimeSpan.FromMinutes(2));
        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1", person));
        await audit.HearAsync(new MarketingErased("erased-1", Samples.Noon, Samples.Site, address, Samples.Noon));
        await audit.HearAsync(Samples.Choice("erased") with { Stream = person });
        await audit.RoundAsync();
        await LookAsync(audit, TimeSpan.FromHours(2));

        var health = await audit.HealthAsync(Check);
        Assert.True(health.Status == HealthStatus.Healthy, health.Description);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 16_383)]
    [InlineData(7, 1_000_000)]
    // Behind a restore, on the first day and on the last: epochs begin at their number times 2^30.
    [InlineData(3, (475_000L << 30) + 5)]
    [InlineData(100_000, (16_777_215L << 30) + 999_999_999)]
    public void APlaceThatIsNoted_IsReadAgain_NeverBeyondIt(long turn, long through)
    {
        var noted = CheckItselfWalk.NoteOf(turn, through);

        var (again, position) = CheckItselfWalk.PlaceOf(noted);

        Assert.Equal(turn, again);
        Assert.InRange(through - position, 0, 16_383);
        Assert.True(noted < CheckItselfWalk.NoteOf(turn + 1, 0));
    }

    [Fact]
    public async Task WhatIsNotInTheLog_AMinuteAfterItsHearing_IsTold_UntilItIs()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice("in-time"));
        await audit.RoundAsync();
        await audit.HearAsync(Samples.Choice("late"));
        await audit.HearAsync(Samples.Applied("newsletter", 80, "in-time"));
        await LookAsync(audit, TimeSpan.FromSeconds(40));
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync(Check)).Status);

        await LookAsync(audit, TimeSpan.FromSeconds(20));

        var health = await audit.HealthAsync(Check);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("1 records without an entry in the log of tuinhuis", health.Description, StringComparison.Ordinal);
        Assert.Contains("1 acknowledgements that no entry of the log of tuinhuis tells", health.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("late", health.Description, StringComparison.Ordinal);

        await audit.RoundAsync();
        await LookAsync(audit, TimeSpan.Zero);
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync(Check)).Status);
    }

    [Theory]
    [InlineData("entry", "400 records without an entry in the log of tuinhuis")]
    [InlineData("receipt", "400 receipts that the index of receipts lacks")]
    public async Task ALogOrAnIndex_ThatLostWhatItHad_IsFoundOut_AlsoAfterItWasWellOnce_AndAfterARestart(string table, string says)
    {
        await using (var audit = await AuditWithLogs.StartAsync(_folder))
        {
            await audit.HearAsync(Samples.Publication());
            await Task.WhenAll(Enumerable.Range(0, 400).Select(i => audit.HearAsync(Samples.Choice($"choice-{i}"))));
            await audit.RoundAsync();
            await LookAsync(audit, TimeSpan.FromMinutes(2));
            Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync(Check)).Status);
            DeleteAll(table);
            await LookAsync(audit, TimeSpan.Zero, steps: 60);
            var health = await audit.HealthAsync(Check);
            Assert.True(health.Status == HealthStatus.Degraded, health.Description);
            Assert.Contains(says, health.Description, StringComparison.Ordinal);
        }

        await using var again = await AuditWithLogs.StartAsync(_folder);
        await LookAsync(again, TimeSpan.FromMinutes(2), steps: 60);
        Assert.Contains(says, (await again.HealthAsync(Check)).Description, StringComparison.Ordinal);

        void DeleteAll(string its)
        {
            using var file = new SqliteConnection($"Data Source={_folder.File("data", "audit", its == "entry" ? "logs" : "receipts", "index")};Pooling=False");
            file.Open();
            using var command = file.CreateCommand();
            // Of the entries those of receipts: the others have a publication or a key.
            command.CommandText = its == "entry" ? "DELETE FROM entry WHERE entry > (SELECT max(size) FROM log) - 401" : "DELETE FROM receipt";
            Assert.Equal(400, command.ExecuteNonQuery());
        }
    }

    [Theory]
    [InlineData(0, 0, "Entry 200 of the log is not the one in its tile")]
    [InlineData(TileAddress.Entries, 0, "Entry 3 of the log is not the one in its tile")]
    [InlineData(1, 0, "The tiles above entry 256")]
    public async Task ATileThatWasAltered_IsToldOf_AndNoMoreWhenItIsPutBack(int level, int index, string says)
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => audit.HearAsync(Samples.Choice($"choice-{i}"))));
        await audit.RoundAsync();
        var address = TileAddress.InTree(level, index, (await audit.CheckpointAsync()).Size);
        var file = _folder.File("data", "audit", "logs", "of", "tuinhuis", address.Path);
        var good = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, Altered(good, level));

        await LookAsync(audit, TimeSpan.FromMinutes(2), steps: 30);

        var health = await audit.HealthAsync(Check);
        Assert.True(health.Status == HealthStatus.Degraded, health.Description);
        Assert.Contains(says, health.Description, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(file, good);
        await LookAsync(audit, TimeSpan.Zero, steps: 30);
        health = await audit.HealthAsync(Check);
        Assert.True(health.Status == HealthStatus.Healthy, health.Description);
    }

    [Fact]
    public async Task ALogOfWhichMuchIsMissing_KeepsNoOtherFromBeingLookedAt()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await Task.WhenAll(Enumerable.Range(0, 1100).Select(i => audit.HearAsync(OfSomebody(i))));
        await audit.HearAsync(Samples.Choice("last", site: "brood", controller: "bakkers"));

        await LookAsync(audit, TimeSpan.FromMinutes(2), steps: 30);

        var health = await audit.HealthAsync(Check);
        Assert.True(health.Status == HealthStatus.Degraded, health.Description);
        Assert.Contains("records without an entry in the log of tuinhuis", health.Description, StringComparison.Ordinal);
        Assert.Contains("1 records without an entry in the log of bakkers", health.Description, StringComparison.Ordinal);

        await audit.RoundAsync();
        await LookAsync(audit, TimeSpan.Zero, steps: 60);
        health = await audit.HealthAsync(Check);
        Assert.True(health.Status == HealthStatus.Healthy, health.Description);

        static ConsentChanged OfSomebody(int i)
        {
            var choice = Samples.Choice($"choice-{i}");
            return choice with { Receipt = choice.Receipt with { SubjectId = i.ToString("x32", CultureInfo.InvariantCulture) } };
        }
    }

    [Fact]
    public async Task TroubleThatLasts_IsLookedAtRarely_AndAllOfItAsSoonAsSomeIsRight()
    {
        WatchedLog watched = null!;
        await using var audit = await AuditWithLogs.StartOverAsync(_folder, log =>
        {
            (var over, watched) = WatchedLog.Of(log);
            return over;
        });
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => audit.HearAsync(Samples.Choice($"choice-{i}"))));
        await LookAsync(audit, TimeSpan.FromMinutes(2), steps: 60);
        Assert.Contains("300 records without an entry", (await audit.HealthAsync(Check)).Description, StringComparison.Ordinal);

        var (before, took) = (watched.Positions, Stopwatch.StartNew());
        await LookAsync(audit, TimeSpan.Zero, steps: 20);
        // By both ways; its own timer, which runs by the real time, may make a step each second among these.
        Assert.InRange(watched.Positions - before, 20, 2 * (20 + 3 + (int)took.Elapsed.TotalSeconds) * 10);
        Assert.Contains("300 records without an entry", (await audit.HealthAsync(Check)).Description, StringComparison.Ordinal);

        await audit.RoundAsync();
        await LookAsync(audit, TimeSpan.Zero, steps: 10);
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync(Check)).Status);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("1000000")]
    public async Task APaceThatCannotBeMeant_IsRefusedAtTheStart(string pace) =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => AuditWithLogs.StartAsync(_folder, ("Audit:CheckPerSecond", pace)));

    /// <summary>Another hash; of the entries another time of the one at index 3, and nothing by which it is found.</summary>
    private static byte[] Altered(byte[] bytes, int level)
    {
        if (level != TileAddress.Entries)
        {
            var tile = bytes.ToArray();
            tile[level == 0 ? 32 * 200 : 0] ^= 1;
            return tile;
        }

        List<ReadOnlyMemory<byte>> entries = [.. EntryBundle.Read(bytes)];
        var entry = LogEntry.Read(entries[3].Span);
        entries[3] = (entry with { At = entry.At.AddSeconds(1) }).Write();
        return EntryBundle.Write(entries);
    }

    /// <param name="passes">Of the clock, before.</param>
    private static async Task LookAsync(AuditWithLogs audit, TimeSpan passes, int steps = 12)
    {
        audit.Clock.Pass(passes);
        for (var step = 0; step < steps; step++) await audit.Of<CheckItself>().StepAsync(CancellationToken.None);
    }
}
