using Consent.Storage.Tests;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Logs;

/// <summary>The logs over a record log that gives out places in its feed behind the commit, and tells them in the feed alone.</summary>
public sealed class PlacedLateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Acknowledgements_BeforeTheirEventAndAfterIt_AreAllToldByAnEntry()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(Samples.Applied("newsletter", 80));
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Choice());
        await audit.RoundAsync();
        await audit.HearAsync(Samples.Applied("analytics", 90));
        await audit.RoundAsync();

        Assert.Equal(["decision", "declaration", "delivery", "delivery"], (await audit.ClassesAsync()).Order(StringComparer.Ordinal));
        foreach (var subscriber in (string[])["newsletter", "analytics"])
            AuditWithLogs.Verify(await audit.ProofAsync($"receipt-1/deliveries/{subscriber}"), await audit.KeysAsync());
    }

    [Fact]
    public async Task AnEventThatNamesNoController_StaysWithWhomTheSiteWasThen()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.OptOut());
        await audit.RoundAsync();
        var second = Samples.Declaration(2);
        second = second with { Declaration = second.Declaration with { Controller = second.Declaration.Controller with { Id = "nieuwhuis" } } };
        await audit.HearAsync(Samples.Publication(second));
        await audit.RoundAsync();
        var (then, now) = (audit.Token("audit", Samples.Controller), audit.Token("audit", "nieuwhuis"));

        Assert.Contains("included", await audit.TextAsync("/v1/audit/proofs/opt-out-1", then), StringComparison.Ordinal);
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/proofs/opt-out-1", now), 404, "unknown-receipt");
        Assert.Contains("included", await IncludedAsync(then), StringComparison.Ordinal);
        Assert.Contains("unknown", await IncludedAsync(now), StringComparison.Ordinal);

        async Task<string> IncludedAsync(string token)
        {
            using var answer = await audit.PostAsync("/v1/audit/proofs/included", new { ids = new[] { "opt-out-1" } }, token);
            return await answer.Content.ReadAsStringAsync();
        }
    }

    private Task<AuditWithLogs> StartAsync() => AuditWithLogs.StartOverAsync(_folder, log => new PlacedLateLog(log, new GivenPlaces()));
}
