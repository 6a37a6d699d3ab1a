using Consent.Audit.Logs;
using Consent.Tests.Support;
using Consent.VerifiableLog;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>A key that was announced is succeeded in the log, or put back from a backup; it is never made anew.</summary>
public sealed class LogKeysTests : IDisposable
{
    private const string Header = "c2sp.org/tlog-proof@v1\n";
    private readonly TemporaryFolder _folder = new();

    private string Keys => _folder.File("data", "keys", "audit");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ASucceedingKey_IsAnnouncedUnderACheckpointThatBothSign_AndSignsAloneFromTheNextOn()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice("old"));
        await audit.RoundAsync();
        var (oldKeys, oldProof) = (await audit.KeysAsync(), await audit.ProofAsync("old"));
        Assert.Equal("", await audit.TextAsync("/log/tuinhuis/successions"));

        Rotate();
        await audit.RoundAsync();
        var (both, keys, terms) = (await NoteAsync(audit), await audit.KeysAsync(), await audit.TermsAsync());
        await audit.HearAsync(Samples.Choice("new"));
        await audit.RoundAsync();
        var next = await NoteAsync(audit);

        // In force first, as others' programs read them; then where those before ended: at the entries that announced the new ones.
        Assert.Equal(oldKeys.Count, keys.Count);
        Assert.Equal(keys.Select(k => k.Type).Order(), keys.Select(k => k.Type));
        Assert.Equal(oldKeys.Select(k => k.ToString()), terms.Skip(keys.Count).Select(term => term.Key.ToString()));
        var places = (await audit.EntriesAsync()).Index().Where(e => e.Item.Key is not null).ToDictionary(e => e.Item.Key!, e => (long)e.Index, StringComparer.Ordinal);
        Assert.Equal(keys.Select(key => (long?)places[key.ToString()]), terms.Skip(keys.Count).Select(term => term.Until));
        Assert.Equal(2 * oldKeys.Count, both.VerifiedBy([.. keys, .. oldKeys]).Count);
        Assert.Equal((0, oldKeys.Count), (next.VerifiedBy(oldKeys).Count, next.VerifiedBy(keys).Count));
        AuditWithLogs.Verify(oldProof, oldKeys);
        AuditWithLogs.Verify(await audit.ProofAsync("old"), keys);
    }

    [Fact]
    public async Task WhoTrustsTheOldKeys_FindsTheNewOnesByProofs_AlsoWhenTheTilesWereMadeAnew()
    {
        string told;
        List<NoteVerifierKey> oldKeys;
        await using (var audit = await AuditWithLogs.StartAsync(_folder))
        {
            await audit.HearAsync(Samples.Choice("old"));
            await audit.RoundAsync();
            oldKeys = await audit.KeysAsync();
            Rotate();
            await audit.RoundAsync();
            await audit.HearAsync(Samples.Choice("new"));
            await audit.RoundAsync();
            told = await audit.TextAsync("/log/tuinhuis/successions");
            Assert.Equal(told, string.Concat((await audit.ProofAsync("new"))["successions"]!.AsArray().Select(proof => (string?)proof)));
        }

        Directory.Delete(_folder.File("data", "audit", "logs"), recursive: true);
        await using var anew = await AuditWithLogs.StartAsync(_folder);
        Assert.Equal(told, await anew.TextAsync("/log/tuinhuis/successions"));
        var keys = (await anew.KeysAsync()).Select(k => k.ToString()).Except(oldKeys.Select(k => k.ToString()));
        var proofs = told.Split(Header, StringSplitOptions.RemoveEmptyEntries).Select(proof => InclusionProofNote.Parse(Header + proof)).ToList();
        Assert.All(proofs, proof => Assert.True(proof.Verify(proof.Extra.Span, oldKeys)));
        Assert.Equal(keys.Order(StringComparer.Ordinal), proofs.Select(proof => LogEntry.Read(proof.Extra.Span).Key!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task KeysThatAreGone_AreNotMadeAnew_AndSignAgainWhenTheyArePutBack()
    {
        await HearAsync("one");
        var backup = Directory.CreateDirectory(_folder.File("backup")).FullName;
        foreach (var key in KeyFiles()) File.Move(key, Path.Combine(backup, Path.GetFileName(key)));

        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice("two"));
        await audit.RoundAsync();
        var health = await audit.HealthAsync();
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("put back the keys", health.Description, StringComparison.Ordinal);
        Assert.Empty(KeyFiles());
        Assert.Equal(["decision"], await audit.ClassesAsync());

        foreach (var key in Directory.GetFiles(backup)) File.Move(key, Path.Combine(Keys, Path.GetFileName(key)));
        await audit.RoundAsync();
        Assert.Equal(["decision", "decision"], await audit.ClassesAsync());
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync()).Status);
    }

    [Fact]
    public async Task KeysOfAnOlderBackup_SignNothing()
    {
        await HearAsync("one");
        Rotate();
        await HearAsync("two");
        foreach (var key in KeyFiles().Where(file => file.EndsWith(".2.key", StringComparison.Ordinal))) File.Delete(key);

        await using var audit = await AuditWithLogs.StartAsync(_folder);
        var before = await audit.TextAsync("/log/tuinhuis/checkpoint");
        await audit.HearAsync(Samples.Choice("three"));
        await audit.RoundAsync();

        Assert.Contains("put back the keys", (await audit.HealthAsync()).Description, StringComparison.Ordinal);
        Assert.Equal(before, await audit.TextAsync("/log/tuinhuis/checkpoint"));
    }

    [Fact]
    public async Task ASuccessorThatCannotBeRead_IsTold_AndTheOneInForceSignsOn()
    {
        await HearAsync("one");
        var successor = Path.Combine(Keys, "log-tuinhuis.ecdsa.2.key");
        await File.WriteAllTextAsync(successor, "PRIVATE+KEY+loc");
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice("two"));
        await audit.RoundAsync();

        Assert.Equal(["decision", "decision"], await audit.ClassesAsync());
        var health = await audit.HealthAsync();
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("version 2 of the Ecdsa key of the log tuinhuis cannot be read", health.Description, StringComparison.Ordinal);

        File.Delete(successor);
        await audit.RoundAsync();
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync()).Status);
    }

    /// <summary>A lost file of one algorithm ends no log: the other signs on, and announces the pair that the operator makes.</summary>
    [Theory]
    [InlineData("ed25519", false)]
    [InlineData("ed25519", true)]
    [InlineData("ecdsa", false)]
    public async Task OneAlgorithmsKeyThatIsLost_IsTold_TheOtherSignsOn_AndAnnouncesAFullNewPair(string lost, bool isUnreadable)
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, "There is one algorithm without OpenSSL 3.");
        await HearAsync("one");
        var file = Path.Combine(Keys, $"log-tuinhuis.{lost}.1.key");
        var text = await File.ReadAllTextAsync(file);
        if (isUnreadable) await File.WriteAllTextAsync(file, "PRIVATE+KEY+loc");
        else File.Delete(file);

        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice("two"));
        await audit.RoundAsync();
        var (keys, health) = (await audit.KeysAsync(), await audit.HealthAsync());
        Assert.Equal(["decision", "decision"], await audit.ClassesAsync());
        Assert.Equal(2, keys.Count);
        Assert.Single((await NoteAsync(audit)).Signatures);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("its checkpoints are signed by the other key alone: put it back from its own backup, or make a new pair", health.Description, StringComparison.Ordinal);
        Assert.Equal(isUnreadable, File.Exists(file));

        var (code, _, errors) = await CommandLine.RunAsync("audit", "log-key", "--rotate", "--log", "tuinhuis", "--data", _folder.File("data"));
        Assert.Equal((0, isUnreadable), (code, errors.Contains("cannot be read", StringComparison.Ordinal)));
        await audit.RoundAsync();
        var succession = await NoteAsync(audit);
        await audit.HearAsync(Samples.Choice("three"));
        await audit.RoundAsync();
        var left = keys.Single(key => key.Type != (lost == "ecdsa" ? NoteKeyType.Ecdsa : NoteKeyType.Ed25519));
        var now = await audit.KeysAsync();
        Assert.Equal([NoteKeyType.Ed25519, NoteKeyType.Ecdsa], now.Select(key => key.Type));
        Assert.Empty(now.Select(key => key.ToString()).Intersect(keys.Select(key => key.ToString())));
        Assert.Equal(3, succession.VerifiedBy([.. now, left]).Count);
        Assert.Equal(2, (await NoteAsync(audit)).VerifiedBy(now).Count);
        Assert.Equal(4, (await audit.TermsAsync()).Count);
        // The file that was lost may come back: it ended, and signs nothing.
        await File.WriteAllTextAsync(file, text);
        await audit.HearAsync(Samples.Choice("four"));
        await audit.RoundAsync();
        Assert.Equal(2, (await NoteAsync(audit)).Signatures.Count);
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync()).Status);
    }

    [Fact]
    public async Task ALostKeyThatIsPutBack_SignsAgain()
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, "There is one algorithm without OpenSSL 3.");
        await HearAsync("one");
        var file = Path.Combine(Keys, "log-tuinhuis.ed25519.1.key");
        var text = await File.ReadAllTextAsync(file);
        File.Delete(file);
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice("two"));
        await audit.RoundAsync();
        Assert.Single((await NoteAsync(audit)).Signatures);
        Assert.False(File.Exists(file));

        await File.WriteAllTextAsync(file, text);
        await audit.HearAsync(Samples.Choice("three"));
        await audit.RoundAsync();
        Assert.Equal(2, (await NoteAsync(audit)).VerifiedBy(await audit.KeysAsync()).Count);
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync()).Status);
    }

    private string[] KeyFiles() => Directory.GetFiles(Keys, "log-tuinhuis.*.key");

    private async Task HearAsync(string id)
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice(id));
        await audit.RoundAsync();
    }

    private void Rotate()
    {
        var keys = new NoteKeyFolder(Keys, "log-tuinhuis");
        foreach (var algorithm in NoteKeyFolder.Algorithms) keys.Make(algorithm, keys.Versions(algorithm)[^1] + 1, "localhost/log/tuinhuis");
    }

    private static async Task<SignedNote> NoteAsync(AuditWithLogs audit) => SignedNote.Parse(await audit.TextAsync("/log/tuinhuis/checkpoint"));
}
