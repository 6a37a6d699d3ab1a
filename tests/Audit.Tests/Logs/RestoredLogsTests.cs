using Consent.Contracts;
using Consent.Tests.Support;
using Consent.VerifiableLog;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>What was derived can be made anew, and what was signed for is never unsaid.</summary>
public sealed class RestoredLogsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Tiles_MadeAnewFromTheBatches_AreTheSame_PartialOnesOfEarlierCheckpointsToo()
    {
        var before = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using (var audit = await AuditWithLogs.StartAsync(_folder))
        {
            for (var i = 0; i < 300; i++)
            {
                await audit.HearAsync(Samples.Choice($"choice-{i}"));
                if (i % 20 != 0) continue;
                await audit.RoundAsync();
                foreach (var path in PathsAt((await audit.CheckpointAsync()).Size))
                    before[path] = await (await audit.GetAsync($"/log/tuinhuis/{path}")).Content.ReadAsByteArrayAsync();
            }

            await audit.RoundAsync();
            foreach (var path in PathsAt((await audit.CheckpointAsync()).Size).Append("checkpoint").Append("keys"))
                before[path] = await (await audit.GetAsync($"/log/tuinhuis/{path}")).Content.ReadAsByteArrayAsync();
        }

        Directory.Delete(_folder.File("data", "audit", "logs"), recursive: true);
        await using var anew = await AuditWithLogs.StartAsync(_folder);

        foreach (var (path, bytes) in before) Assert.Equal(bytes, await (await anew.GetAsync($"/log/tuinhuis/{path}")).Content.ReadAsByteArrayAsync());
        AuditWithLogs.Verify(await anew.ProofAsync("choice-20"), await anew.KeysAsync());
    }

    [Theory]
    [InlineData("tile/0/000.p/1")]
    [InlineData("tile/entries/000.p/1")]
    public async Task Tiles_ThatAreNotThoseOfTheCheckpoint_AreMadeAnew(string tile)
    {
        await using (var audit = await AuditWithLogs.StartAsync(_folder))
        {
            await audit.HearAsync(Samples.Choice());
            await audit.RoundAsync();
            var size = (await audit.CheckpointAsync()).Size;
            var file = _folder.File("data", "audit", "logs", "of", "tuinhuis", tile.Replace(".p/1", $".p/{size}", StringComparison.Ordinal));
            var bytes = await File.ReadAllBytesAsync(file);
            bytes[^3] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);
        }

        await using var again = await AuditWithLogs.StartAsync(_folder);
        Assert.Equal(["decision"], await again.ClassesAsync());
    }

    [Fact]
    public async Task RestoredFromAnOldCopyOfAllData_ItSignsNothing_SaysSo_AndHearsOn_UntilNewLogsAreBegun()
    {
        await using (var audit = await AuditWithLogs.StartAsync(_folder))
        {
            await audit.HearAsync(Samples.Publication());
            await audit.HearAsync(Samples.Choice("old"));
            await audit.RoundAsync();
        }

        Copy(_folder.File("data"), _folder.File("copy"));
        await using (var audit = await AuditWithLogs.StartAsync(_folder))
        {
            await audit.HearAsync(Samples.Choice("lost"));
            await audit.RoundAsync();
        }

        Directory.Delete(_folder.File("data"), recursive: true);
        Copy(_folder.File("copy"), _folder.File("data"));
        string shown;
        await using (var restored = await AuditWithLogs.StartAsync(_folder))
        {
            shown = await restored.TextAsync("/log/tuinhuis/checkpoint");
            await restored.HearAsync(Samples.Choice("another"));
            await restored.RoundAsync();

            Assert.Equal(shown, await restored.TextAsync("/log/tuinhuis/checkpoint"));
            var health = await restored.HealthAsync();
            Assert.Equal(HealthStatus.Degraded, health.Status);
            Assert.Contains("Audit:LogSuffix", health.Description, StringComparison.Ordinal);
            Assert.Contains(restored.Outbox.Of<ConsentApplied>(), a => a.RecordId == "another");
            Assert.Contains("another", await restored.TextAsync("/v1/audit/trace/another", restored.Token("audit", "*")), StringComparison.Ordinal);
            Assert.Equal("pending", (string?)(await restored.ProofAsync("another"))["status"]);
        }

        await using var begun = await AuditWithLogs.StartAsync(_folder, ("Audit:LogSuffix", ".2"));
        Assert.Equal(["declaration", "decision", "decision", "access"], await begun.ClassesAsync("tuinhuis.2"));
        Assert.Equal(HealthStatus.Healthy, (await begun.HealthAsync()).Status);
        AuditWithLogs.Verify(await begun.ProofAsync("another"), await begun.KeysAsync("tuinhuis.2"));
        // What was told of the old one is still to be had.
        Assert.Equal(shown, await begun.TextAsync("/log/tuinhuis/checkpoint"));
    }

    [Fact]
    public async Task NewerDataPutBack_ItSignsAgain_AndMissesNothing()
    {
        await using (var audit = await AuditWithLogs.StartAsync(_folder))
        {
            await audit.HearAsync(Samples.Choice("one"));
            await audit.RoundAsync();
        }

        var kept = Path.Combine(_folder.File("data.checkpoints"), "tuinhuis.checkpoint");
        var note = await File.ReadAllTextAsync(kept);
        await using var again = await AuditWithLogs.StartAsync(_folder);
        await File.WriteAllTextAsync(kept, "nothing that was signed");
        await again.HearAsync(Samples.Choice("two"));
        await again.RoundAsync();
        await again.HearAsync(Samples.Choice("three"));
        await again.RoundAsync();
        Assert.Equal(HealthStatus.Degraded, (await again.HealthAsync()).Status);
        Assert.Equal(["decision"], await again.ClassesAsync());

        await File.WriteAllTextAsync(kept, note);
        for (var i = 0; i < 2; i++) await again.RoundAsync();

        Assert.Equal(["decision", "decision", "decision"], await again.ClassesAsync());
        Assert.Equal(HealthStatus.Healthy, (await again.HealthAsync()).Status);
    }

    [Fact]
    public async Task AllDataAndKeysGone_NothingIsSigned_AndNoKeyIsMade_UntilNewLogsAreBegun()
    {
        await using (var audit = await AuditWithLogs.StartAsync(_folder))
        {
            await audit.HearAsync(Samples.Choice("one"));
            await audit.RoundAsync();
        }

        var kept = await File.ReadAllTextAsync(Path.Combine(_folder.File("data.checkpoints"), "tuinhuis.checkpoint"));
        Directory.Delete(_folder.File("data"), recursive: true);
        await using (var refused = await AuditWithLogs.StartAsync(_folder))
        {
            await refused.HearAsync(Samples.Choice("other"));
            await refused.RoundAsync();

            var health = await refused.HealthAsync();
            Assert.Equal(HealthStatus.Degraded, health.Status);
            Assert.Contains("Audit:LogSuffix", health.Description, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(_folder.File("data", "keys", "audit"), "log-tuinhuis.*.key"));
            Assert.Equal(404, (int)(await refused.GetAsync("/log/tuinhuis/checkpoint", refused.Token("audit", "*"))).StatusCode);
            Assert.Equal(kept, await File.ReadAllTextAsync(Path.Combine(_folder.File("data.checkpoints"), "tuinhuis.checkpoint")));
        }

        await using var begun = await AuditWithLogs.StartAsync(_folder, ("Audit:LogSuffix", ".2"));
        Assert.Equal(["decision"], await begun.ClassesAsync("tuinhuis.2"));
        Assert.Equal(HealthStatus.Healthy, (await begun.HealthAsync()).Status);
    }

    private static IEnumerable<string> PathsAt(long size)
    {
        foreach (var level in (int[])[TileAddress.Entries, 0])
            for (var index = 0L; index * TileAddress.FullWidth < size; index++) yield return TileAddress.InTree(level, index, size).Path;
        if (size >= TileAddress.FullWidth) yield return TileAddress.InTree(1, 0, size).Path;
    }

    internal static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.GetDirectories(from, "*", SearchOption.AllDirectories)) Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories)) File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}
