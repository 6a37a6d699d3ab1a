using Consent.Audit.Logs;
using Consent.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>One log for which nothing may be signed, beside one that is well.</summary>
public sealed class HeldLogsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Kept => Path.Combine(_folder.File("data.checkpoints"), "tuinhuis.checkpoint");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ALogInTrouble_KeepsNoOtherWaiting_NorTheCursor_AndMissesNothing(bool isMendedWhileStopped)
    {
        var audit = await AuditWithLogs.StartAsync(_folder);
        await HearAsync(audit, "one");
        var note = await File.ReadAllTextAsync(Kept);
        await File.WriteAllTextAsync(Kept, "nothing that was signed");
        await HearAsync(audit, "two");
        await HearAsync(audit, "three");
        Assert.Equal(["decision", "decision", "decision"], await audit.ClassesAsync("bakkers"));
        Assert.Equal(["decision"], await audit.ClassesAsync());
        var passed = (await audit.Records.HistoryAsync(AuditLog.TraceOf("three-tuinhuis"))).Single().Position;
        Assert.InRange(await audit.Records.CursorAsync("logs"), passed, long.MaxValue);

        if (isMendedWhileStopped) await audit.DisposeAsync();
        await File.WriteAllTextAsync(Kept, note);
        if (isMendedWhileStopped) audit = await AuditWithLogs.StartAsync(_folder);
        await using var mended = audit;
        await HearAsync(mended, "four");

        Assert.Equal(["decision", "decision", "decision", "decision"], await mended.ClassesAsync());
        Assert.Equal(["decision", "decision", "decision", "decision"], await mended.ClassesAsync("bakkers"));
        Assert.Equal(HealthStatus.Healthy, (await mended.HealthAsync()).Status);
        // Nothing of it is left to be read again.
        Assert.Empty(await new HeldLogs(mended.Records, mended.Clock).TakeOverAsync(default));
    }

    /// <summary>Something for each of the two logs, and a round.</summary>
    private static async Task HearAsync(AuditWithLogs audit, string id)
    {
        await audit.HearAsync(Samples.Choice($"{id}-tuinhuis"));
        await audit.HearAsync(Samples.Choice($"{id}-bakkers", site: "brood", controller: "bakkers"));
        await audit.RoundAsync();
    }
}
