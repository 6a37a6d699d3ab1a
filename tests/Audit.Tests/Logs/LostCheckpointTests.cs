using Consent.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>Where the checkpoint that was kept outside of the data is gone, nothing is signed until an operator says what is the newest; and a log that begins needs nobody.</summary>
public sealed class LostCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task OlderDataAndNoKeptCheckpoint_NothingIsSigned_AlsoAfterAnotherStart_UntilAnOperatorNamesTheOneInTheData(int signed)
    {
        string[] ids = ["one", "two"];
        await SignAsync(ids[..signed]);
        RestoredLogsTests.Copy(_folder.File("data"), _folder.File("copy"));
        await SignAsync("lost");
        Directory.Delete(_folder.File("data"), recursive: true);
        Directory.Delete(_folder.File("data.checkpoints"), recursive: true);
        RestoredLogsTests.Copy(_folder.File("copy"), _folder.File("data"));

        var size = 0L;
        foreach (var (id, accept) in ((string, string)[])[("first", ""), ("second", "tuinhuis@1, tuinhuis")])
        {
            await using var refused = await AuditWithLogs.StartAsync(_folder, ("Audit:AcceptCheckpoint", accept));
            await refused.HearAsync(Samples.Choice(id));
            await refused.RoundAsync();
            Assert.Equal(signed, (await refused.ClassesAsync()).Count);
            size = (await refused.CheckpointAsync()).Size;
            await IsRefusedAsync(refused, size);
        }

        await using (var accepted = await AuditWithLogs.StartAsync(_folder, ("Audit:AcceptCheckpoint", $"bakkers@5, tuinhuis@{size}")))
        {
            await accepted.RoundAsync();
            Assert.Equal(signed + 2, (await accepted.ClassesAsync()).Count);
            Assert.Equal(await accepted.TextAsync("/log/tuinhuis/checkpoint"), await File.ReadAllTextAsync(KeptFile("checkpoint")));
        }

        await using var again = await AuditWithLogs.StartAsync(_folder);
        Assert.Equal(HealthStatus.Healthy, (await again.HealthAsync()).Status);
    }

    [Fact]
    public async Task KeysOfALogThatIsNotInTheData_AndNoKeptCheckpoint_BeginNoOther_UntilAnOperatorSaysSo()
    {
        await SignAsync("one");
        LeaveKeysOfTheLogOnly();
        Directory.Delete(_folder.File("data.checkpoints"), recursive: true);
        foreach (var id in (string[])["other", "third"])
        {
            await using var refused = await AuditWithLogs.StartAsync(_folder);
            await refused.HearAsync(Samples.Choice(id));
            await refused.RoundAsync();
            Assert.Equal(404, (int)(await refused.GetAsync("/log/tuinhuis/checkpoint", refused.Token("audit", "*"))).StatusCode);
            await IsRefusedAsync(refused, 0);
        }

        await using var accepted = await AuditWithLogs.StartAsync(_folder, ("Audit:AcceptCheckpoint", "tuinhuis@0"));
        await accepted.RoundAsync();
        Assert.Equal(["decision", "decision"], await accepted.ClassesAsync());
    }

    [Fact]
    public async Task AKeptCheckpointThatIsGone_BesideItsMarker_IsMadeUpForByNothing()
    {
        await SignAsync("one", "two");
        File.Delete(KeptFile("checkpoint"));
        await using var refused = await AuditWithLogs.StartAsync(_folder);
        await refused.HearAsync(Samples.Choice("three"));
        await refused.RoundAsync();
        Assert.Equal(["decision", "decision"], await refused.ClassesAsync());
        await IsRefusedAsync(refused, (await refused.CheckpointAsync()).Size);
    }

    [Theory]
    [InlineData("marker")]
    [InlineData("keys")]
    [InlineData("first batch")]
    public async Task ACrashWhileALogBegins_NeedsNobody(string after)
    {
        await SignAsync("one");
        File.Delete(KeptFile("checkpoint"));
        if (after == "keys") LeaveKeysOfTheLogOnly();
        if (after == "marker") Directory.Delete(_folder.File("data"), recursive: true);

        await using var again = await AuditWithLogs.StartAsync(_folder);
        await again.HearAsync(Samples.Choice("two"));
        await again.RoundAsync();
        Assert.Equal(after == "first batch" ? 2 : 1, (await again.ClassesAsync()).Count);
        Assert.Equal(HealthStatus.Healthy, (await again.HealthAsync()).Status);
        Assert.Equal(await again.TextAsync("/log/tuinhuis/checkpoint"), await File.ReadAllTextAsync(KeptFile("checkpoint")));
    }

    [Fact]
    public async Task ALogOfBeforeThereWereMarkers_GetsItsOwn()
    {
        await SignAsync("one", "two");
        File.Delete(KeptFile("begun"));
        await using var again = await AuditWithLogs.StartAsync(_folder);
        Assert.True(File.Exists(KeptFile("begun")));
        Assert.Equal(HealthStatus.Healthy, (await again.HealthAsync()).Status);
    }

    [Fact]
    public async Task AKeptCheckpointThatIsGone_WithTheKeys_IsMadeUpForByNothing()
    {
        await SignAsync("one", "two");
        Directory.Delete(_folder.File("data.checkpoints"), recursive: true);
        foreach (var key in Directory.GetFiles(_folder.File("data", "keys", "audit"), "log-tuinhuis.*.key")) File.Delete(key);
        await using var again = await AuditWithLogs.StartAsync(_folder);

        var health = await again.HealthAsync();
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("no key that is here signed", health.Description, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("data.checkpoints")));
    }

    private string KeptFile(string ending) => Path.Combine(_folder.File("data.checkpoints"), $"tuinhuis.{ending}");

    private void LeaveKeysOfTheLogOnly()
    {
        var (keys, aside) = (_folder.File("data", "keys", "audit"), _folder.File("keys"));
        RestoredLogsTests.Copy(keys, aside);
        Directory.Delete(_folder.File("data"), recursive: true);
        Directory.CreateDirectory(keys);
        foreach (var key in Directory.GetFiles(aside, "log-tuinhuis.*.key")) File.Copy(key, Path.Combine(keys, Path.GetFileName(key)));
    }

    private static async Task IsRefusedAsync(AuditWithLogs audit, long size)
    {
        var health = await audit.HealthAsync();
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains($"Audit:AcceptCheckpoint to tuinhuis@{size} ", health.Description, StringComparison.Ordinal);
    }

    private async Task SignAsync(params string[] ids)
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        foreach (var id in ids)
        {
            await audit.HearAsync(Samples.Choice(id));
            await audit.RoundAsync();
        }
    }
}
