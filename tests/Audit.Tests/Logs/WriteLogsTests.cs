using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;
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
    public async Task AClockThatIsSetForwardOrBack_IsTold()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice("first"));
        await audit.RoundAsync();
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync()).Status);

        audit.Clock.Pass(TimeSpan.FromHours(2));
        await audit.HearAsync(Samples.Choice("second"));
        await audit.RoundAsync();
        var forward = await audit.HealthAsync();
        audit.Clock.Pass(TimeSpan.FromHours(-2));
        await audit.RoundAsync();
        var behind = await audit.HealthAsync();

        Assert.Equal((HealthStatus.Degraded, HealthStatus.Degraded), (forward.Status, behind.Status));
        Assert.Contains("the clock was set forward by ", forward.Description, StringComparison.Ordinal);
        Assert.Contains("behind the newest entry of a log", behind.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADeclarationThatIsHeardLate_GivesTheSiteBackToNobody()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        var second = Samples.Declaration(2);
        second = second with { Declaration = second.Declaration with { Controller = second.Declaration.Controller with { Id = "nieuwhuis" } } };
        await audit.HearAsync(Samples.Publication(second));
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.OptOut());
        await audit.RoundAsync();

        Assert.Equal(["declaration", "decision"], await audit.ClassesAsync("nieuwhuis"));
        Assert.Equal(["declaration"], await audit.ClassesAsync());
    }

    [Fact]
    public async Task ARetiredSubscriber_IsInTheLogsOfThoseAloneWhomItConcerned()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        var other = Samples.Declaration();
        other = other with { Declaration = other.Declaration with { Site = "brood", Controller = other.Declaration.Controller with { Id = "bakkers" } } };
        await audit.HearAsync(new DeclarationPublished("declaration-b", Samples.Noon, other));
        await audit.HearAsync(new SubscriberAnnounced(RandomId.New(), "connectors/listmonk/1", [ConsentChanged.Kind], false, Samples.Noon, Site: Samples.Site));
        await audit.HearAsync(new SubscriberRetired("retired-1", Samples.Noon, "consent", "connectors/listmonk/1", "gone", "operator", Samples.Noon));
        await audit.HearAsync(new SubscriberRetired("retired-2", Samples.Noon, "consent", "newsletter", "gone", "operator", Samples.Noon));
        await audit.RoundAsync();

        Assert.Equal(["declaration", "subscriber", "subscriber"], await audit.ClassesAsync());
        Assert.Equal(["declaration", "subscriber"], await audit.ClassesAsync("bakkers"));
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/proofs/retired-1", audit.Token("audit", "bakkers")), 404, "unknown-receipt");
        Assert.Contains("included", await audit.TextAsync("/v1/audit/proofs/retired-1", audit.Token("audit", Samples.Controller)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task APageOfLargeRecords_EndsByItsBytes_AndNoneIsLost()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await Task.WhenAll(Enumerable.Range(0, 140).Select(i => audit.Records.AppendAsync(
            new NewRecord { Stream = $"large/{i}", Version = 1, Kind = "large", RecordedAt = Samples.Noon, Payload = new byte[100_000] })));
        var (pages, after) = (new List<FeedPart>(), 0L);
        do
        {
            pages.Add(await FeedPart.ReadAsync(audit.Records, after, default));
            after = pages[^1].Through(after);
        }
        while (pages[^1].IsFull);

        Assert.All(pages, page => Assert.InRange(page.Records.Count, 0, FeedPart.AtOnce));
        Assert.Equal((await audit.Records.FeedAsync(0, 10_000)).Select(r => r.Position).Where(position => position <= after), pages.SelectMany(page => page.Records).Select(r => r.Position));
    }

    internal static ConsentErased Erasure(string id, string stream = "0123456789abcdef0123", long version = 9) =>
        new(id, Samples.Noon, Samples.Site, stream, 1, version, Samples.Noon, ErasureReason.Request);
}
