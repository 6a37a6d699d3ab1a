using Consent.Audit.Tests.Logs;
using Consent.Audit.Tests.Timelines;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Holds;

/// <summary>The database loses, under the living service, what an officer was told to stand and what subscribers said.</summary>
public sealed class LostHoldsTests : IAsyncLifetime
{
    private const string Visitor = "0123456789abcdef0123456789abcdef";
    private readonly TemporaryFolder _folder = new();
    private LosingPostgres _database = null!;

    public async ValueTask InitializeAsync() => _database = await LosingPostgres.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task AHoldThatWasLost_IsPutBack_BeforeItIsDecidedWhetherAnErasureWaits()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
        var through = (await audit.Records.FeedAsync(0, 1000))[^1];
        var body = new { site = Samples.Site, subject = Visitor, ground = "legal-claims", until = audit.Clock.At.AddYears(1) };
        var hold = await TimelineTests.ReadAsync(await audit.PostAsync("/v1/audit/holds", body, Officer(audit)));

        await LoseAsync(audit, through);
        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));

        Assert.NotEmpty(await audit.Of<AuditLog>().ReadAsync(AuditLog.TraceOf("first"), CancellationToken.None));
        var held = Assert.Single((await TimelineTests.ReadAsync(await audit.GetAsync($"/v1/audit/holds?site={Samples.Site}", Officer(audit))))["placed"]!.AsArray())!;
        Assert.Equal(((string?)hold["id"], "in-force", 1), ((string?)held["id"], (string?)held["state"], (int)held["erasuresWaiting"]!));
    }

    [Fact]
    public async Task AnAnnouncementThatWasLost_IsKeptWhenItIsRepeated()
    {
        await using var audit = await StartAsync();
        var through = (await audit.Records.FeedAsync(0, 1000))[^1];
        var newsletter = new SubscriberAnnounced(RandomId.New(), "newsletter", [ConsentChanged.Kind], false, Samples.Noon.AddDays(-1));
        await audit.HearAsync(newsletter);

        await LoseAsync(audit, through);
        await audit.HearAsync(newsletter);

        Assert.Single(await audit.Of<KnownSubscribers>().ReadAsync(CancellationToken.None), known => known.Name == "newsletter");
    }

    private async Task LoseAsync(AuditWithLogs audit, LogRecord through)
    {
        await _database.LoseAsync(through.Position);
        await Eventually.IsSoAsync("an epoch has begun", () => Task.FromResult(audit.Records.Epoch > through.Epoch));
    }

    private static string Officer(AuditWithLogs audit) => audit.Token("privacy-officer", Samples.Controller);

    private async Task<AuditWithLogs> StartAsync()
    {
        var audit = await AuditWithLogs.StartAsync(_folder, _database.Settings);
        await audit.HearAsync(Samples.Publication());
        return audit;
    }
}
