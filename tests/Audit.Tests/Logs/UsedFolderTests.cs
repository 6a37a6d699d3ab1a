using Consent.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>Two services over different data that were given one folder of kept checkpoints.</summary>
public sealed class UsedFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _elsewhere = new();

    public void Dispose()
    {
        _folder.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public async Task SecondService_SignsNothingAndSaysWhy_UntilTheFirstIsGone()
    {
        await using var second = await AuditWithLogs.StartAsync(_elsewhere, ("Audit:Checkpoints", _folder.File("data.checkpoints")));
        await using (var first = await AuditWithLogs.StartAsync(_folder))
        {
            await first.HearAsync(Samples.Choice("one"));
            await first.RoundAsync();
            await first.CheckpointAsync();

            await second.HearAsync(Samples.Choice("two", controller: "bakkers"));
            await second.RoundAsync();

            var health = await second.HealthAsync();
            Assert.Equal(HealthStatus.Degraded, health.Status);
            Assert.Contains("Audit:Checkpoints of one of them", health.Description, StringComparison.Ordinal);
            Assert.Equal(404, (int)(await second.GetAsync("/log/bakkers/checkpoint", second.Token("audit", "*"))).StatusCode);
            Assert.Empty(Directory.GetFiles(_folder.File("data.checkpoints"), "bakkers.*"));
            await first.HearAsync(Samples.Choice("three"));
            await first.RoundAsync();
            Assert.Equal(HealthStatus.Healthy, (await first.HealthAsync()).Status);
        }

        for (var round = 0; round < 2; round++) await second.RoundAsync();
        Assert.Equal(["decision"], await second.ClassesAsync("bakkers"));
        Assert.Equal(HealthStatus.Healthy, (await second.HealthAsync()).Status);
    }
}
