using Consent.Audit.Tests.Logs;
using Consent.Audit.Tests.Timelines;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Holds;

/// <summary>A backup of before an erasure shows nobody whom that took, from the first answer on: the keys of the erased are in no backup.</summary>
public sealed class RestoredErasureTests : IDisposable
{
    private const string Visitor = "0123456789abcdef0123456789abcdef";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AfterARestoreOfWhatWasBeforeAnErasure_TheErasedIsUnknown_BeforeAnythingIsHeard_AndAgainWhenItIsTold()
    {
        await using (var audit = await AuditWithLogs.StartAsync(_folder))
        {
            await audit.HearAsync(Samples.Publication());
            await audit.HearAsync(TimelineTests.Decided("erased", 1, Samples.Noon));
            await audit.HearAsync(TimelineTests.Decided("other", 1, Samples.Noon, subject: new string('f', 32)) with { Stream = "9876543210abcdef0123" });
            await audit.RoundAsync();
            DataBackup.Take(audit.Data, _folder.File("copies"));
            await IsToldAsync(audit, "erased");
            await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
            await audit.RoundAsync();
        }

        DataBackup.Restore(_folder.File("copies"), _folder.File("data"), TimeProvider.System);
        await using var restored = await AuditWithLogs.StartAsync(_folder);

        await IsForgottenAsync(restored);
        await IsToldAsync(restored, "other");
        // A copy that was still on its way, before the erasure is told again.
        await restored.HearAsync(TimelineTests.Decided("erased", 1, Samples.Noon));
        await restored.HearAsync(WriteLogsTests.Erasure("erasure-1"));
        await IsForgottenAsync(restored);
        await restored.HearAsync(TimelineTests.Decided("erased", 1, Samples.Noon));
        await IsForgottenAsync(restored);
    }

    private static async Task IsForgottenAsync(AuditWithLogs audit)
    {
        var auditor = audit.Token("audit", "*");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/trace/erased", auditor), 404, "unknown-receipt");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/proofs/erased", auditor), 404, "unknown-receipt");
        Assert.Empty((await TimelineTests.ReadAsync(await audit.GetAsync($"/v1/audit/subjects/{Visitor}/timeline?site={Samples.Site}", auditor)))["events"]!.AsArray());
        var listed = (await TimelineTests.ReadAsync(await audit.GetAsync($"/v1/audit/receipts?site={Samples.Site}", auditor)))["receipts"]!.AsArray();
        Assert.Equal("other", (string?)Assert.Single(listed)!["id"]);
    }

    private static async Task IsToldAsync(AuditWithLogs audit, string id) => Assert.Contains(id, await audit.TextAsync($"/v1/audit/trace/{id}", audit.Token("audit", "*")), StringComparison.Ordinal);
}
