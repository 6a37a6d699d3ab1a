using System.Text.Json.Nodes;
using Consent.Audit.Logs;
using Consent.Tests.Support;
using Consent.VerifiableLog;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>Witnesses that answer when the log has grown already, one before the other, or not at all.</summary>
public sealed class SlowWitnessTests : IDisposable
{
    private const string Check = "log-witnesses";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatAWitnessCosigns_AfterTheNextCheckpoint_IsShown_AndProofsRestOnIt_AndWhereAnEntryStandsWaitsForNobody()
    {
        await using var witness = await StandInWitness.StartAsync();
        await using var audit = await AuditWithLogs.StartAsync(_folder, witness.Settings);
        await audit.HearAsync(Samples.Choice("first"));
        await audit.RoundAsync();
        witness.Trust(await audit.KeysAsync());
        await audit.AskWitnessesAsync();

        // As a log does that grows each half second: there is always a newer checkpoint when the answer comes.
        for (var turn = 0; turn < 3; turn++)
        {
            await audit.HearAsync(Samples.Choice($"asked-{turn}"));
            await audit.RoundAsync();
            var (asked, late) = (Newest(audit), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            witness.Before = () => late.Task;
            var calls = turn + 2;
            var asking = audit.AskWitnessesAsync();
            await Eventually.IsSoAsync("the witness was asked", () => Task.FromResult(witness.Asked.Count == calls));
            await audit.HearAsync(Samples.Choice($"after-{turn}"));
            await audit.RoundAsync();
            Assert.True(Newest(audit) > asked);
            Assert.True((await audit.CheckpointAsync()).Size < asked);

            late.SetResult();
            await asking;

            Assert.Equal(asked, (await audit.CheckpointAsync()).Size);
            await WitnessTests.IsCosignedAsync(audit, witness);
            var proof = InclusionProofNote.Parse((string)(await audit.ProofAsync($"asked-{turn}"))["proof"]!);
            Assert.Equal(asked, proof.Checkpoint.Size);
            AuditWithLogs.Verify(await audit.ProofAsync($"asked-{turn}"), [.. await audit.KeysAsync(), witness.Key]);
            Assert.NotNull(Cosignature.Of(proof.Note, witness.Key));
            Assert.Equal("pending", (string?)(await audit.ProofAsync($"after-{turn}"))["status"]);
            Assert.Equal("included", await StatusAsync(audit, $"after-{turn}"));
        }
    }

    [Fact]
    public async Task AWitnessThatAnswersNoMore_HoldsTheCheckpointBack_ForAsLongAsIsAllowed_AndIsTold()
    {
        await using var witness = await StandInWitness.StartAsync();
        await using var audit = await AuditWithLogs.StartAsync(_folder, witness.Settings);
        await audit.HearAsync(Samples.Choice("first"));
        await audit.RoundAsync();
        witness.Trust(await audit.KeysAsync());
        await audit.AskWitnessesAsync();
        var cosigned = (await audit.CheckpointAsync()).Size;
        // The seconds that it is given are to pass.
        audit.Clock.Slower = 1;
        witness.Instead = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(gone => { }, TaskScheduler.Default);
        await audit.HearAsync(Samples.Choice("second"));
        await audit.RoundAsync();

        await audit.AskWitnessesAsync();
        Assert.Equal(cosigned, (await audit.CheckpointAsync()).Size);
        var health = await audit.HealthAsync(Check);
        Assert.Equal((HealthStatus.Degraded, true), (health.Status, health.Description!.Contains("tuinhuis (timeout)", StringComparison.Ordinal)));

        audit.Clock.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(Newest(audit), (await audit.CheckpointAsync()).Size);
        await WitnessTests.IsNotCosignedAsync(audit, "timeout");
        Assert.Equal("included", (string?)(await audit.ProofAsync("second"))["status"]);

        witness.Instead = null;
        audit.Clock.Pass(TimeSpan.FromMinutes(1));
        await audit.AskWitnessesAsync();
        await WitnessTests.IsCosignedAsync(audit, witness);
        Assert.Equal(Newest(audit), (await audit.CheckpointAsync()).Size);
    }

    [Fact]
    public async Task CosignaturesThatComeTooSlowly_AreTold_AndWhatIsShownNeverBecomesLess()
    {
        await using var witness = await StandInWitness.StartAsync();
        await using var audit = await AuditWithLogs.StartAsync(_folder, [.. witness.Settings, ("Audit:CosignedWithin", "00:00:05")]);
        await audit.HearAsync(Samples.Choice("first"));
        await audit.RoundAsync();
        witness.Trust(await audit.KeysAsync());
        await audit.AskWitnessesAsync();
        await audit.HearAsync(Samples.Choice("second"));
        await audit.RoundAsync();
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync(Check)).Status);

        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        witness.Before = () => late.Task;
        var asking = audit.AskWitnessesAsync();
        await Eventually.IsSoAsync("the witness was asked", () => Task.FromResult(witness.Asked.Count == 2));
        await audit.HearAsync(Samples.Choice("third"));
        await audit.RoundAsync();
        audit.Clock.Pass(TimeSpan.FromSeconds(5));
        var shown = (await audit.CheckpointAsync()).Size;
        Assert.Equal(Newest(audit), shown);
        var health = await audit.HealthAsync(Check);
        Assert.Equal((HealthStatus.Degraded, true), (health.Status, health.Description!.Contains("the log tuinhuis come more slowly", StringComparison.Ordinal)));

        late.SetResult();
        await asking;
        // Of fewer entries than were shown.
        Assert.Equal(shown, (await audit.CheckpointAsync()).Size);
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync(Check)).Status);
        await audit.AskWitnessesAsync();
        await WitnessTests.IsCosignedAsync(audit, witness);
    }

    [Fact]
    public async Task OfSeveralWitnesses_TheOneThatIsDoneWaits_UntilAllHaveCosignedTheSame()
    {
        await using var fast = await StandInWitness.StartAsync();
        await using var slow = await StandInWitness.StartAsync();
        await using var audit = await AuditWithLogs.StartAsync(_folder, [.. fast.Settings, .. slow.SettingsWith(slow.Key, 1)]);
        await audit.HearAsync(Samples.Choice("first"));
        await audit.RoundAsync();
        foreach (var witness in (StandInWitness[])[fast, slow]) witness.Trust(await audit.KeysAsync());
        await audit.AskWitnessesAsync();
        await audit.HearAsync(Samples.Choice("second"));
        await audit.RoundAsync();
        var (asked, late) = (Newest(audit), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        slow.Before = () => late.Task;

        var asking = audit.AskWitnessesAsync();
        await Eventually.IsSoAsync("both were asked", () => Task.FromResult((fast.Asked.Count, slow.Asked.Count) == (2, 2)));
        await audit.HearAsync(Samples.Choice("third"));
        await audit.RoundAsync();
        var log = audit.Of<CosignedLogs>().All.Single();
        var one = audit.Of<WitnessSettings>().Witnesses[0];
        await Eventually.IsSoAsync("the fast one has nothing to do", () => Task.FromResult(log.NextFor(one) is null));
        Assert.True((await audit.CheckpointAsync()).Size < asked);

        late.SetResult();
        await asking;
        var note = SignedNote.Parse(await audit.TextAsync("/log/tuinhuis/checkpoint"));
        Assert.Equal(asked, Checkpoint.Parse(note.Text).Size);
        Assert.All((StandInWitness[])[fast, slow], witness => Assert.NotNull(Cosignature.Of(note, witness.Key)));
        await audit.AskWitnessesAsync();
        Assert.Equal(Newest(audit), (await audit.CheckpointAsync()).Size);
    }

    private static long Newest(AuditWithLogs audit) => audit.Of<DerivedLogs>().Served(Samples.Controller)!.Size;

    private static async Task<string?> StatusAsync(AuditWithLogs audit, string id)
    {
        var answer = await audit.PostAsync("/v1/audit/proofs/included", new { ids = new[] { id } }, audit.Token("audit", Samples.Controller));
        return (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["records"]![0]!["status"];
    }
}
