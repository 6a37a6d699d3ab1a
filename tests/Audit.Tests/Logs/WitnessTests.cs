using System.Net;
using Consent.Tests.Support;
using Consent.VerifiableLog;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>The logs before a witness that does as the specification says; that an outside program verifies its cosignatures is seen in <see cref="OutsideProgramsOverHttpTests"/>.</summary>
public sealed class WitnessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheFirstCheckpoint_IsServedAtOnce_AndEachOnceTheWitnessHasCosignedIt_InProofsToo()
    {
        await using var witness = await StandInWitness.StartAsync();
        await using var audit = await AuditWithLogs.StartAsync(_folder, witness.Settings);
        await audit.HearAsync(Samples.Choice());
        await audit.RoundAsync();
        var first = await audit.CheckpointAsync();
        Assert.DoesNotContain(StandInWitness.Name, await audit.TextAsync("/log/tuinhuis/checkpoint"), StringComparison.Ordinal);
        witness.Trust(await audit.KeysAsync());

        await audit.AskWitnessesAsync();
        await IsCosignedAsync(audit, witness);
        // Not asked again for what it has cosigned.
        await audit.AskWitnessesAsync();
        Assert.Equal(["old 0"], witness.Asked);

        for (var i = 0; i < 5; i++) await audit.HearAsync(Samples.Choice($"choice-{i}"));
        await audit.RoundAsync();
        // What it has cosigned is shown, until it has cosigned more.
        await IsCosignedAsync(audit, witness);
        Assert.Equal(first.Size, (await audit.CheckpointAsync()).Size);
        await audit.AskWitnessesAsync();
        await IsCosignedAsync(audit, witness);
        Assert.Equal(["old 0", $"old {first.Size}"], witness.Asked);
        // The log's own lines hold as before, and its size is the newer one.
        Assert.True((await audit.CheckpointAsync()).Size > first.Size);

        var proof = await audit.ProofAsync("choice-1");
        var entry = Convert.FromBase64String((string)proof["entry"]!);
        List<NoteVerifierKey> known = [.. await audit.KeysAsync(), witness.Key];
        Assert.Contains(witness.Key, InclusionProofNote.Parse((string)proof["proof"]!).SignersOf(entry, known));
    }

    [Fact]
    public async Task ALogThatWasStartedAgain_GoesOnFromTheSizeThatTheWitnessTells()
    {
        await using var witness = await StandInWitness.StartAsync();
        long first;
        await using (var audit = await AuditWithLogs.StartAsync(_folder, witness.Settings))
        {
            await audit.HearAsync(Samples.Choice());
            await audit.RoundAsync();
            first = (await audit.CheckpointAsync()).Size;
            witness.Trust(await audit.KeysAsync());
            await audit.AskWitnessesAsync();
            await IsCosignedAsync(audit, witness);
        }

        await using var again = await AuditWithLogs.StartAsync(_folder, witness.Settings);
        for (var i = 0; i < 5; i++) await again.HearAsync(Samples.Choice($"choice-{i}"));
        await again.RoundAsync();
        await again.AskWitnessesAsync();

        await IsCosignedAsync(again, witness);
        Assert.Equal(["old 0", "old 0", $"old {first}"], witness.Asked);
    }

    [Fact]
    public async Task AWitness_RefusesAnotherHistoryUnderTheSameKeys_AndThatIsTold()
    {
        await using var witness = await StandInWitness.StartAsync();
        string cosigned;
        await using (var audit = await AuditWithLogs.StartAsync(_folder, witness.Settings))
        {
            await audit.HearAsync(Samples.Choice());
            await audit.RoundAsync();
            witness.Trust(await audit.KeysAsync());
            await audit.AskWitnessesAsync();
            await IsCosignedAsync(audit, witness);
            cosigned = await audit.TextAsync("/log/tuinhuis/checkpoint");
        }

        using var elsewhere = new TemporaryFolder();
        await using var fork = await ForkAsync(_folder, elsewhere, witness);
        for (var i = 0; i < 5; i++) await fork.HearAsync(Samples.Choice($"choice-{i}"));
        await fork.RoundAsync();
        await fork.AskWitnessesAsync();

        await IsNotCosignedAsync(fork, "inconsistent");
        Assert.Equal(SignedNote.Parse(cosigned).Signatures[0].KeyId, SignedNote.Parse(await fork.TextAsync("/log/tuinhuis/checkpoint")).Signatures[0].KeyId);
    }

    [Fact]
    public async Task AWitnessThatHoldsMoreThanTheLog_IsAlarming_OnlyAfterAMinute()
    {
        await using var witness = await StandInWitness.StartAsync();
        await using var audit = await AuditWithLogs.StartAsync(_folder, witness.Settings);
        await audit.HearAsync(Samples.Choice());
        await audit.RoundAsync();
        witness.Instead = (http, _) => Reply.WithAsync(http, 409, "text/x.tlog.size", "1000000\n");
        await audit.AskWitnessesAsync();
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync("log-witnesses")).Status);

        audit.Clock.Pass(TimeSpan.FromMinutes(1));
        await audit.AskWitnessesAsync();
        await IsNotCosignedAsync(audit, "ahead");
        // What it told was not believed.
        Assert.All(witness.Asked, line => Assert.Equal("old 0", line));

        witness.Instead = null;
        witness.Trust(await audit.KeysAsync());
        audit.Clock.Pass(TimeSpan.FromMinutes(1));
        await audit.AskWitnessesAsync();
        await IsCosignedAsync(audit, witness);
    }

    /// <summary>That the witness of these tests is none that says yes to everything.</summary>
    [Fact]
    public async Task TheStandIn_RefusesABadProof_AndKeysThatItDoesNotTrust()
    {
        await using var witness = await StandInWitness.StartAsync();
        await using var audit = await AuditWithLogs.StartAsync(_folder, witness.Settings);
        await audit.HearAsync(Samples.Choice());
        await audit.RoundAsync();
        var keys = await audit.KeysAsync();
        using var http = new HttpClient();
        (string? Type, string Text) told = (null, "");
        Assert.Equal(HttpStatusCode.NotFound, await SayAsync(0, []));
        using var namesake = new EcdsaNoteSigner(keys[0].Name, System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256));
        witness.Trust([namesake.Key]);
        Assert.Equal(HttpStatusCode.Forbidden, await SayAsync(0, []));
        witness.Trust(keys);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SayAsync(0, [NodeHash.Empty]));
        Assert.Equal(HttpStatusCode.Conflict, await SayAsync(1, [NodeHash.Empty]));
        Assert.Equal(("text/x.tlog.size", "0\n"), told);
        Assert.Equal(HttpStatusCode.OK, await SayAsync(0, []));
        var size = (await audit.CheckpointAsync()).Size;
        Assert.Equal(HttpStatusCode.Conflict, await SayAsync(0, []));
        Assert.Equal(("text/x.tlog.size", $"{size}\n"), told);
        Assert.Equal(HttpStatusCode.OK, await SayAsync(size, []));
        // The same size with another root, by a key that it trusts as well.
        witness.Trust([.. keys, namesake.Key]);
        var other = SignedNote.Sign(new Checkpoint(keys[0].Name, size, NodeHash.Empty).Text, namesake);
        Assert.Equal(HttpStatusCode.Conflict, await SayAsync(size, [], other));
        Assert.NotEqual("text/x.tlog.size", told.Type);
        for (var i = 0; i < 5; i++) await audit.HearAsync(Samples.Choice($"choice-{i}"));
        await audit.RoundAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SayAsync(size, [NodeHash.Empty]));
        var proof = await audit.Reader().ConsistencyAsync(size, (await audit.CheckpointAsync()).Size);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SayAsync(size, [.. proof.Take(proof.Count - 1)]));
        Assert.Equal(HttpStatusCode.OK, await SayAsync(size, proof));

        async Task<HttpStatusCode> SayAsync(long old, IReadOnlyList<NodeHash> hashes, SignedNote? note = null)
        {
            note ??= SignedNote.Parse(await audit.TextAsync("/log/tuinhuis/checkpoint"));
            using var body = new ByteArrayContent(WitnessProtocol.Request(old, hashes, note));
            using var answer = await http.PostAsync(new Uri($"{witness.Url}/add-checkpoint"), body);
            told = (answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync());
            return answer.StatusCode;
        }
    }

    /// <summary>Another audit that signs with the keys of the first, and begins another log with them.</summary>
    internal static Task<AuditWithLogs> ForkAsync(TemporaryFolder first, TemporaryFolder elsewhere, StandInWitness witness)
    {
        Directory.CreateDirectory(elsewhere.File("data", "keys", "audit"));
        foreach (var key in Directory.GetFiles(first.File("data", "keys", "audit"), "log-*")) File.Copy(key, elsewhere.File("data", "keys", "audit", Path.GetFileName(key)));
        // As if the log were to begin there: without the marker nothing would be signed with keys that are here already.
        Directory.CreateDirectory(elsewhere.File("data.checkpoints"));
        File.Copy(Path.Combine(first.File("data.checkpoints"), "tuinhuis.begun"), Path.Combine(elsewhere.File("data.checkpoints"), "tuinhuis.begun"));
        return AuditWithLogs.StartAsync(elsewhere, witness.Settings);
    }

    internal static async Task IsCosignedAsync(AuditWithLogs audit, StandInWitness witness)
    {
        var note = SignedNote.Parse(await audit.TextAsync("/log/tuinhuis/checkpoint"));
        Assert.NotNull(Cosignature.Of(note, witness.Key));
        // Behind our own.
        Assert.Equal(witness.Key.Name, note.Signatures[^1].Name);
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync("log-witnesses")).Status);
    }

    internal static async Task IsNotCosignedAsync(AuditWithLogs audit, string because)
    {
        Assert.DoesNotContain(StandInWitness.Name, await audit.TextAsync("/log/tuinhuis/checkpoint"), StringComparison.Ordinal);
        var health = await audit.HealthAsync("log-witnesses");
        Assert.Equal((HealthStatus.Degraded, true), (health.Status, health.Description!.Contains($"tuinhuis ({because})", StringComparison.Ordinal)));
    }
}
