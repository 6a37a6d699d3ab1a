using Consent.Audit.Logs;
using Consent.Tests.Support;
using Consent.VerifiableLog;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>A file that was derived and is gone is told as that, and as nothing worse.</summary>
public sealed class MissingTileTests : IDisposable
{
    private const string Check = "logs-complete";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(TileAddress.Entries)]
    public async Task TheSelfCheck_NamesTheFile_AndCallsNoRecordMissing(int level)
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        for (var i = 0; i < 3; i++) await audit.HearAsync(Samples.Choice($"choice-{i}"));
        await audit.RoundAsync();
        var address = TileAddress.InTree(level, 0, (await audit.CheckpointAsync()).Size);
        var file = _folder.File("data", "audit", "logs", "of", "tuinhuis", address.Path);
        var good = await File.ReadAllBytesAsync(file);
        File.Delete(file);

        await LookAsync(audit, TimeSpan.FromMinutes(2));
        var health = await audit.HealthAsync(Check);
        Assert.True(health.Status == HealthStatus.Degraded, health.Description);
        Assert.Contains($"3 records whose entry in the log of tuinhuis cannot be shown, because {address.Path} is missing", health.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("without an entry", health.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("as it was signed", health.Description, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(file, good);
        await LookAsync(audit, TimeSpan.Zero);
        health = await audit.HealthAsync(Check);
        Assert.True(health.Status == HealthStatus.Healthy, health.Description);
    }

    [Fact]
    public async Task WhereItKeepsTheKeptCheckpointFromBeingCompared_TheCheckpointIsNotCalledBroken()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        var kept = Path.Combine(_folder.File("data.checkpoints"), "tuinhuis.checkpoint");
        await audit.HearAsync(Samples.Choice("one"));
        await audit.RoundAsync();
        var older = await File.ReadAllTextAsync(kept);
        await audit.HearAsync(Samples.Choice("two"));
        await audit.RoundAsync();
        // As another replica's that is behind: it is compared again.
        await File.WriteAllTextAsync(kept, older);
        Directory.Delete(_folder.File("data", "audit", "logs", "of", "tuinhuis", "tile", "0"), recursive: true);
        await audit.HearAsync(Samples.Choice("three"));
        await audit.RoundAsync();

        var health = await audit.HealthAsync();
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("the tiles of the log tuinhuis cannot be read", health.Description, StringComparison.Ordinal);
        Assert.Contains("tile/0/000", health.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("the kept checkpoint of the log tuinhuis cannot be read", health.Description, StringComparison.Ordinal);
    }

    private static async Task LookAsync(AuditWithLogs audit, TimeSpan passes)
    {
        audit.Clock.Pass(passes);
        for (var step = 0; step < 30; step++) await audit.Of<CheckItself>().StepAsync(CancellationToken.None);
    }
}
