using System.Text;
using Consent.Contracts;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Audit.Tests.Logs;

public sealed class ProveRecordTests : IDisposable
{
    private const string Person = "0123456789abcdef0123";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Proof_IsPendingUntilTheNextCheckpoint_ThenVerifiesByItsBytesAlone()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Choice());
        var pending = await audit.ProofAsync("receipt-1");
        Assert.Equal("""{"status":"pending"}""", pending.ToJsonString());

        await audit.RoundAsync();
        var proof = await audit.ProofAsync("receipt-1");

        Assert.Equal(("included", "decision", "consent-changed"), ((string?)proof["status"], (string?)proof["class"], (string?)proof["opening"]!["kind"]));
        AuditWithLogs.Verify(proof, await audit.KeysAsync());
        Assert.Contains("accept-all", Encoding.UTF8.GetString(Convert.FromBase64String((string)proof["opening"]!["body"]!)), StringComparison.Ordinal);
        AuditWithLogs.Verify(await audit.ProofAsync("declaration-1"), await audit.KeysAsync());
    }

    [Fact]
    public async Task Proof_OfOneByteElse_DoesNotVerify()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice());
        await audit.HearAsync(Samples.Choice("receipt-2"));
        await audit.RoundAsync();
        var (proof, keys) = (await audit.ProofAsync("receipt-1"), await audit.KeysAsync());
        var entry = Convert.FromBase64String((string)proof["entry"]!);
        var other = Convert.FromBase64String((string)(await audit.ProofAsync("receipt-2"))["entry"]!);

        Assert.True(InclusionProofNote.Parse((string)proof["proof"]!).Verify(entry, keys));
        Assert.False(InclusionProofNote.Parse((string)proof["proof"]!).Verify(other, keys));
        entry[10] ^= 1;
        Assert.False(InclusionProofNote.Parse((string)proof["proof"]!).Verify(entry, keys));
    }

    [Fact]
    public async Task Acknowledgements_AreProvedOneByOne_InTheEntryOfTheirRound()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice());
        string[] subscribers = ["analytics", "newsletter", "webhooks", "connectors/listmonk/0123", "marketing-unsubscribe"];
        foreach (var (subscriber, i) in subscribers.Select((s, i) => (s, i))) await audit.HearAsync(Samples.Applied(subscriber, 80 + i));
        await audit.RoundAsync();

        Assert.Equal(["decision", "delivery"], await audit.ClassesAsync());
        foreach (var subscriber in subscribers)
        {
            var proof = await audit.ProofAsync($"receipt-1/deliveries/{subscriber}");
            Assert.Equal("delivery", AuditWithLogs.Verify(proof, await audit.KeysAsync()).Class);
            Assert.Equal(5, (long)proof["told"]!["size"]!);
        }

        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/proofs/receipt-1/deliveries/nobody", audit.Token("audit", "*")), 404, "unknown-receipt");
    }

    [Fact]
    public async Task OfAnErasure_TheEntryIsProved_AndWhoItWasIsToldToNobody()
    {
        const string somebody = "a1-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(new MarketingErased("erased-1", Samples.Noon, Samples.Site, somebody, Samples.Noon));
        await audit.RoundAsync();

        var proof = await audit.ProofAsync("erased-1");

        Assert.Equal(("included", "erasure", null), ((string?)proof["status"], (string?)proof["class"], proof["opening"]));
        var keys = await audit.KeysAsync();
        Assert.True(InclusionProofNote.Parse((string)proof["proof"]!).Verify(Convert.FromBase64String((string)proof["entry"]!), keys));
        Assert.DoesNotContain(somebody, proof.ToJsonString(), StringComparison.Ordinal);
    }

    /// <summary>Our own files beside the tiles have names too.</summary>
    [Theory]
    [InlineData("index")]
    [InlineData("lock")]
    public async Task AController_OfAnyName_HasItsLog(string controller)
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice(controller: controller));
        await audit.HearAsync(Samples.Choice("receipt-2"));
        await audit.RoundAsync();
        Assert.Equal(["decision"], await audit.ClassesAsync(controller));
        Assert.Equal(["decision"], await audit.ClassesAsync());
    }

    [Fact]
    public async Task AfterAnErasure_TheLogAndAllOtherProofsHold_AndTheErasedIsUnknownAndWithoutASalt()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Choice("erased") with { Stream = Person });
        await audit.HearAsync(Samples.Choice("other") with { Stream = "9876543210abcdef0123" });
        await audit.HearAsync(Samples.Applied("newsletter", 80, "erased"));
        await audit.HearAsync(Samples.Applied("newsletter", 81, "other"));
        await audit.RoundAsync();
        var (before, entries, old) = (await audit.CheckpointAsync(), await audit.EntriesAsync(), await audit.ProofAsync("other"));
        var record = (await audit.Records.HistoryAsync(AuditLog.TraceOf("erased")))[0];
        Assert.NotNull((await audit.Records.SaltsOfAsync([record]))[0]);

        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1", Person));
        await audit.RoundAsync();
        var after = await audit.CheckpointAsync();

        Assert.Null((await audit.Records.SaltsOfAsync([record]))[0]);
        Assert.Equal(entries.Select(e => Encoding.UTF8.GetString(e.Write())), (await audit.EntriesAsync()).Take(entries.Count).Select(e => Encoding.UTF8.GetString(e.Write())));
        Assert.True(TreeProof.IsConsistent(before.Size, before.Root, after.Size, after.Root, await audit.Reader().ConsistencyAsync(before.Size, after.Size)));
        Assert.Equal("erasure", (await audit.ClassesAsync())[^1]);
        AuditWithLogs.Verify(old, await audit.KeysAsync());
        AuditWithLogs.Verify(await audit.ProofAsync("other"), await audit.KeysAsync());
        AuditWithLogs.Verify(await audit.ProofAsync("other/deliveries/newsletter"), await audit.KeysAsync());
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/proofs/erased", audit.Token("audit", "*")), 404, "unknown-receipt");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/proofs/erased/deliveries/newsletter", audit.Token("audit", "*")), 404, "unknown-receipt");
    }

    [Fact]
    public async Task ErasedBeforeARound_ItGetsNoEntry_AndAnAcknowledgementThatComesLateNeither()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Choice("erased") with { Stream = Person });
        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1", Person));
        await audit.HearAsync(Samples.Applied("newsletter", 80, "erased"));
        await audit.RoundAsync();

        Assert.Equal(["declaration", "erasure"], await audit.ClassesAsync());
    }

    [Fact]
    public async Task Proofs_AreOpenToTheSiteAndTheController_AndUnknownToOthers()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice());
        await audit.RoundAsync();

        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/proofs/receipt-1"), 401, "token-needed");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/proofs/receipt-1", audit.Token("consent", "*")), 403, "scope-needed");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/proofs/receipt-1", audit.Token("audit", "bakkers")), 404, "unknown-receipt");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/proofs/no-such", audit.Token("audit", "*")), 404, "unknown-receipt");
        Assert.True((await audit.GetAsync("/v1/audit/proofs/receipt-1", audit.Token("audit", Samples.Controller))).IsSuccessStatusCode);
    }
}
