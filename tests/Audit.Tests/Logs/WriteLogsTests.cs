using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.Tests.Support;
using Consent.VerifiableLog;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consent.Audit.Tests.Logs;

public sealed class WriteLogsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Round_HasAnEntryOfEachClass_InTheOrderOfHearing_AndOneForAllAcknowledgements()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Applied("newsletter", 80));
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Choice());
        await audit.HearAsync(Samples.Applied("analytics", 90));
        await audit.HearAsync(Samples.OptOut());
        await audit.HearAsync(Erasure("erasure-1"));
        await audit.HearAsync(new SubscriberRetired("retired-1", Samples.Noon, "consent", "newsletter", "gone", "operator", Samples.Noon));
        await audit.RoundAsync();

        var entries = await audit.EntriesAsync();

        Assert.Equal(["declaration", "decision", "decision", "erasure", "subscriber", "delivery"], entries.Select(e => e.Class).Where(c => c != "key"));
        Assert.All(entries.Where(e => e.Class == "key"), e => Assert.Equal(entries[0].Class, e.Class));
        Assert.Equal((await audit.KeysAsync()).Select(k => k.ToString()), entries.Where(e => e.Class == "key").Select(e => e.Key));
        Assert.Equal("localhost/log/tuinhuis", (await audit.CheckpointAsync()).Origin);
    }

    [Fact]
    public async Task Round_WithNothingNew_SignsNothing_AndLateOrRepeatedEventsMakeNoSecondEntry()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        for (var time = 0; time < 3; time++)
        {
            await audit.HearAsync(Samples.Publication());
            await audit.HearAsync(Samples.Choice());
            await audit.HearAsync(Samples.Applied("newsletter", 80));
            await audit.RoundAsync();
        }

        var note = await audit.TextAsync("/log/tuinhuis/checkpoint");
        await audit.RoundAsync();

        Assert.Equal(["declaration", "decision", "delivery"], await audit.ClassesAsync());
        Assert.Equal(note, await audit.TextAsync("/log/tuinhuis/checkpoint"));
    }

    [Fact]
    public async Task Times_NeverDecrease_WhenTheClockJumpsBack()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice("first"));
        await audit.RoundAsync();
        audit.Clock.Pass(TimeSpan.FromHours(-1));
        await audit.HearAsync(Samples.Choice("second"));
        await audit.RoundAsync();

        var entries = await audit.EntriesAsync();

        Assert.Equal(entries.Select(e => e.At).Order(), entries.Select(e => e.At));
        Assert.Equal(entries[0].At, entries[^1].At);
        Assert.All(entries, e => Assert.Equal(0, e.At.Ticks % TimeSpan.TicksPerSecond));
    }

    [Fact]
    public async Task Round_FromAnOldCursor_AppendsNothingTwice()
    {
        string before;
        await using (var audit = await AuditWithLogs.StartAsync(_folder))
        {
            await audit.HearAsync(Samples.OptOut());
            await audit.HearAsync(Samples.Publication());
            await audit.HearAsync(Samples.Choice());
            await audit.HearAsync(Samples.Applied("newsletter", 80));
            await audit.RoundAsync();
            before = await audit.TextAsync("/log/tuinhuis/checkpoint");
        }

        // As a crash between the append and the move of the cursor leaves it.
        using (var file = new SqliteConnection($"Data Source={_folder.File("data", "audit", "log.db")};Pooling=False"))
        {
            file.Open();
            using var command = file.CreateCommand();
            command.CommandText = "DELETE FROM cursor WHERE name = 'logs'";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        await using var again = await AuditWithLogs.StartAsync(_folder);
        await again.RoundAsync();
        Assert.Equal(before, await again.TextAsync("/log/tuinhuis/checkpoint"));
    }

    [Fact]
    public async Task TwoWriters_AtOnce_AppendEachEventOnce()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        var (settings, sites) = (audit.Of<LogSettings>(), new LogSites(audit.Records, audit.Of<AuditLog>()));
        using var derived = new DerivedLogs(audit.Records, sites, audit.Of<KeptCheckpoints>(), audit.Of<ILogSigners>(), settings, NullLogger<DerivedLogs>.Instance);
        using var other = new WriteLogs(
            audit.Records, derived, new GatherEntries(audit.Records, sites), audit.Of<ILogSigners>(), settings, audit.Clock, NullLogger<WriteLogs>.Instance);
        for (var i = 0; i < 20; i++)
        {
            await audit.HearAsync(Samples.Choice($"choice-{i}"));
            await Task.WhenAll(Task.Run(() => audit.RoundAsync()), Task.Run(() => other.RoundAsync(CancellationToken.None)));
        }

        for (var i = 0; i < 2; i++) await audit.RoundAsync();
        Assert.Equal(20, (await audit.ClassesAsync()).Count);
    }

    [Fact]
    public async Task WhatIsHeardOfASiteBeforeItsDeclaration_ComesWithIt_AcknowledgementsToo()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Applied("newsletter", 10, "opt-out-1", "marketing-unsubscribe"));
        await audit.HearAsync(Samples.OptOut());
        await audit.HearAsync(Samples.Applied("analytics", 20, "opt-out-1", "marketing-unsubscribe"));
        await audit.RoundAsync();
        Assert.Equal(404, (int)(await audit.GetAsync("/log/tuinhuis/checkpoint", audit.Token("audit", "*"))).StatusCode);

        await audit.HearAsync(Samples.Publication());
        await audit.RoundAsync();

        Assert.Equal(["decision", "declaration", "delivery"], await audit.ClassesAsync());
        foreach (var subscriber in (string[])["newsletter", "analytics"])
            AuditWithLogs.Verify(await audit.ProofAsync($"opt-out-1/deliveries/{subscriber}"), await audit.KeysAsync());
    }

    [Fact]
    public async Task ManyPages_OfOneRound_AreInOneCheckpoint()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await Task.WhenAll(Enumerable.Range(0, 2300).Select(i => audit.HearAsync(Samples.Choice($"choice-{i}", claimedAt: Samples.Noon))));
        await audit.RoundAsync();
        await audit.RoundAsync();

        Assert.Equal(2300, (await audit.ClassesAsync()).Count);
        AuditWithLogs.Verify(await audit.ProofAsync("choice-1234"), await audit.KeysAsync());
    }

    [Fact]
    public async Task ASucceededKey_IsAnnouncedInTheLog_AndOldProofsVerifyWithTheOldOne()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice("old"));
        await audit.RoundAsync();
        var (oldKeys, oldProof) = (await audit.KeysAsync(), await audit.ProofAsync("old"));

        ((LogKeys)audit.Of<ILogSigners>()).Succeed(Samples.Controller, (await audit.CheckpointAsync()).Origin);
        await audit.RoundAsync();
        var keys = await audit.KeysAsync();

        Assert.Equal(2 * oldKeys.Count, keys.Count);
        Assert.Equal(keys.Select(k => k.Type).Order(), keys.Select(k => k.Type));
        Assert.DoesNotContain(keys[0].ToString(), oldKeys.Select(k => k.ToString()));
        // The note of the look at the proof comes behind it.
        Assert.Equal(["key", "access"], (await audit.EntriesAsync()).TakeLast(2).Select(e => e.Class));
        AuditWithLogs.Verify(oldProof, oldKeys);
        AuditWithLogs.Verify(await audit.ProofAsync("old"), keys);
        Assert.False(InclusionProofNote.Parse((string)(await audit.ProofAsync("old"))["proof"]!).Verify(Convert.FromBase64String((string)oldProof["entry"]!), oldKeys));
    }

    internal static ConsentErased Erasure(string id, string stream = "0123456789abcdef0123", long version = 9) =>
        new(id, Samples.Noon, Samples.Site, stream, 1, version, Samples.Noon, ErasureReason.Request);
}
