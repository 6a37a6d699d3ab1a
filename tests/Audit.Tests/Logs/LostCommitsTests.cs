using System.Globalization;
using System.Text;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>PostgreSQL loses what it had committed under the living service, as at a failover to a replica that lagged.</summary>
public sealed class LostCommitsTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private LosingPostgres _database = null!;

    public async ValueTask InitializeAsync() => _database = await LosingPostgres.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task LostWithTheirBatches_WhatWasSignedStays_AndAllThatIsHeldAfterwardsHasOneEntry()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Choice("first"));
        await audit.RoundAsync();
        await audit.HearAsync(Samples.Choice("survives"));
        var through = (await audit.Records.FeedAsync(0, 1000))[^1];
        await audit.RoundAsync();
        await audit.HearAsync(Samples.Choice("lost"));
        await audit.RoundAsync();
        var signed = await audit.CheckpointAsync();

        await _database.LoseAsync(through.Position);
        for (var i = 0; i < 5; i++) await audit.HearAsync(Samples.Choice($"after-{i}"));
        await audit.HearAsync(Samples.Choice("lost"));

        string[] ids = ["first", "survives", "lost", .. Enumerable.Range(0, 5).Select(i => $"after-{i}")];
        await IsWellAsync(audit);
        Assert.True(audit.Records.Epoch > through.Epoch);
        Assert.Equal(signed.Root, await audit.Reader().RootAsync(signed.Size));
        // Of what was lost and heard again there is the old entry, which opens to nothing, and the new one.
        Assert.Equal(ids.Length + 1, (await audit.ClassesAsync()).Count(c => c == LogClass.Decision));
        foreach (var id in ids) AuditWithLogs.Verify(await audit.ProofAsync(id), await audit.KeysAsync());
        Assert.Contains("lost records", (await audit.HealthAsync("store-audit")).Description, StringComparison.Ordinal);

        audit.Clock.Pass(TimeSpan.FromMinutes(2));
        await audit.RoundAsync();
        for (var step = 0; step < 15; step++) await audit.Of<CheckItself>().StepAsync(CancellationToken.None);
        var complete = await audit.HealthAsync("logs-complete");
        Assert.True(complete.Status == HealthStatus.Healthy, complete.Description);
    }

    [Fact]
    public async Task LostBeforeTheirBatches_WhatIsHeardInTheirPlaceHasItsEntry_AndSiteAndIndexAreThoseOfTheDatabase()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(Samples.OptOut("waits"));
        await audit.RoundAsync();
        var through = (await audit.Records.FeedAsync(0, 1000))[^1];
        // Read, and of no log: its site has no controller yet.
        await audit.HearAsync(Samples.OptOut("lost-1"));
        await audit.HearAsync(Samples.OptOut("lost-2"));
        await audit.RoundAsync();

        await _database.LoseAsync(through.Position);
        await audit.HearAsync(Samples.OptOut("after"));
        await audit.HearAsync(Samples.Publication());

        await IsWellAsync(audit);
        foreach (var id in (string[])["waits", "after"]) AuditWithLogs.Verify(await audit.ProofAsync(id), await audit.KeysAsync());
        Assert.Equal(2, (await audit.ClassesAsync()).Count(c => c == LogClass.Decision));
    }

    [Fact]
    public async Task BatchThatWasPassedBy_IsNotRefusedForEver_TheLogsAreOpenedAgain()
    {
        await using var audit = await StartAsync();
        await PassByAsync(audit);

        for (var round = 0; round < 3; round++) await audit.RoundAsync();
        Assert.Contains("refused again and again", (await audit.HealthAsync()).Description, StringComparison.Ordinal);

        await IsWellAsync(audit);
        AuditWithLogs.Verify(await audit.ProofAsync("next"), await audit.KeysAsync());
        Assert.Equal(1, audit.Records.Epoch);
    }

    [Fact]
    public async Task WhoHasLostTheLease_SaysNoMoreOfRefusedBatches_NorOfKeysThatItLacked()
    {
        await using var audit = await StartAsync();
        await PassByAsync(audit);
        for (var round = 0; round < 3; round++) await audit.RoundAsync();
        audit.Of<ILogSigners>().Tell(Samples.Controller, "the key of one algorithm is missing");
        Assert.Equal(HealthStatus.Degraded, (await audit.HealthAsync()).Status);

        // No round prolongs it meanwhile.
        await Eventually.IsSoAsync("another holds the lease", async () => await audit.Records.AcquireAsync("logs", "another", TimeSpan.FromMinutes(10)) is not null);
        Assert.False(await audit.RoundAsync());

        var health = await audit.HealthAsync();
        Assert.True(health.Status == HealthStatus.Healthy, health.Description);
    }

    private static NewRecord Note(long version) =>
        new() { Stream = "nobody", Version = version, Kind = "note", RecordedAt = Samples.Noon, Payload = Encoding.UTF8.GetBytes("{}") };

    /// <summary>A batch of the log lies where its feed was read already, so that whoever appends the next is refused.</summary>
    private async Task PassByAsync(AuditWithLogs audit)
    {
        await audit.HearAsync(Samples.Publication());
        await audit.RoundAsync();
        // A place that is given to nobody, and behind it what brings nothing to a log.
        Assert.IsType<AppendOutcome.Conflict>(await audit.Records.AppendAsync(Note(5)));
        var passed = Assert.IsType<AppendOutcome.Appended>(await audit.Records.AppendAsync(Note(1))).Record;
        await audit.RoundAsync();
        var state = Assert.Single(audit.Of<DerivedLogs>().All).State;
        var (stream, version) = LogBatch.PlaceOf(state.Name, state.Batches);
        var batch = new LogBatch(state.Controller, state.Size, state.Through, [], null);
        var other = Assert.IsType<AppendOutcome.Appended>(await audit.Records.AppendAsync(
            new NewRecord { Stream = stream, Version = version, Kind = LogBatch.Kind, RecordedAt = audit.Clock.Now(), Payload = ContractJson.Write(batch) })).Record;
        await audit.HearAsync(Samples.Choice("next"));
        await _database.RunAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE audit.record SET position = {passed.Position - 1} WHERE position = {other.Position}"));
    }

    private Task<AuditWithLogs> StartAsync() => AuditWithLogs.StartAsync(_folder, _database.Settings);

    /// <summary>All rounds that it takes.</summary>
    private static async Task IsWellAsync(AuditWithLogs audit)
    {
        HealthReportEntry health = default;
        await Eventually.IsSoAsync(
            "the logs are well, and all is signed",
            async () =>
            {
                await audit.RoundAsync();
                health = await audit.HealthAsync();
                return health.Status == HealthStatus.Healthy && audit.Of<DerivedLogs>().All.All(l => l.Held is null && l.SignedSize == l.State.Size && l.State.Size > 0);
            },
            seen: () => health.Description ?? "");
        await audit.RoundAsync();
    }
}
