using System.Text.Json.Nodes;
using Consent.Cli.Logs;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Cli.Tests.Logs;

/// <summary><c>verify</c> of an evidence package: what holds, what was changed, and by whom.</summary>
public sealed class VerifyEvidenceTests : IDisposable
{
    private readonly SampleLog _log = new();

    public static TheoryData<string> AllFiles =>
    [
        "VERIFY.md", "cover.html", "receipt.json", "declaration.json", "text.json", "trace.json", "proofs/receipt.json", "proofs/receipt.tlog-proof", "proofs/declaration.json",
        "proofs/declaration.tlog-proof", "proofs/delivery-1.json", "proofs/delivery-1.tlog-proof", "checkpoint", "keys", "manifest.json", "manifest.note",
    ];

    private string Package => _log.File("evidence.zip");

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_true_package_verifies_and_says_on_whose_keys_it_rests()
    {
        await WriteAsync((await SampleEvidence.MakeAsync(_log)).Pack());
        var (code, output, errors) = await CommandLine.RunAsync("verify", Package, "--key", _log.Key);
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("All 14 files are those that were signed for, and there is no other.", output, StringComparison.Ordinal);
        Assert.Contains("receipt: The entry is in the log consent.example/log/bakkers at index 2: class decision", output, StringComparison.Ordinal);
        Assert.Contains("delivery-1: newsletter applied this receipt at 2026-06-03T12:00:01.000Z, by its own word.", output, StringComparison.Ordinal);
        Assert.EndsWith("\nIt verifies.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("No key was given", output, StringComparison.Ordinal);

        (code, output, _) = await CommandLine.RunAsync("verify", Package);
        Assert.Equal(4, code);
        Assert.Contains("No key was given, so this rests on the keys in the package, which whoever made it could have made too.", output, StringComparison.Ordinal);
        Assert.EndsWith("\nIt is consistent, by its own keys alone.", output, StringComparison.Ordinal);

        (code, output, _) = await CommandLine.RunAsync("verify", Package, "--json");
        var told = JsonNode.Parse(output)!;
        Assert.Equal((4, false, true, false), (code, (bool)told["verifies"]!, (bool)told["consistent"]!, (bool)told["pinned"]!));
        Assert.Equal(("receipt-1", 2), ((string)told["record"]!, (int)told["index"]!));
        Assert.Equal((SampleLog.Origin, 5), ((string)told["log"]!, (int)told["size"]!));

        (code, output, _) = await CommandLine.RunAsync("verify", Package, "--key", _log.Key, "--json");
        told = JsonNode.Parse(output)!;
        Assert.Equal((0, true, true, true), (code, (bool)told["verifies"]!, (bool)told["consistent"]!, (bool)told["pinned"]!));
    }

    /// <summary>A service that forks its log shows the receipt out of one history and the acknowledgement out of another, both with good proofs.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Proofs_under_another_checkpoint_than_the_receipts_are_refused(bool isFork)
    {
        var evidence = await SampleEvidence.MakeAsync(_log);
        using var other = new SampleLog(_log.Signer);
        if (isFork)
        {
            // As many entries, signed by the same key, and another root.
            var told = await SampleEvidence.MakeAsync(other);
            Assert.Equal(_log.Size, other.Size);
            foreach (var ending in (string[])["json", "tlog-proof"]) evidence.Files[$"proofs/delivery-1.{ending}"] = told.Files[$"proofs/delivery-1.{ending}"];
        }
        else
        {
            await evidence.ProveAsync(("delivery-1", "delivery", "consent-applied", SampleEvidence.Applied));
        }

        evidence.Seal(_log.Signer);
        Assert.Equal("delivery-1: its proof rests on another checkpoint than the file checkpoint.", Assert.Single(Verdict(evidence, _log.Key).Checks, check => !check.Holds).Says);
    }

    [Theory]
    [InlineData("log")]
    [InlineData("index")]
    [InlineData("size")]
    [InlineData("site")]
    [InlineData("controller")]
    public async Task A_manifest_that_names_another_place_site_or_controller_is_refused(string what)
    {
        var evidence = await SampleEvidence.MakeAsync(_log);
        evidence.Seal(_log.Signer, change: manifest => manifest[what] = what is "index" or "size" ? 7 : "consent.example/log/others");
        Assert.Contains(
            Verdict(evidence, _log.Key).Checks,
            check => !check.Holds && check.Says == "manifest.json names another log, index, size, site or controller than the receipt and its proof.");
    }

    /// <summary>Whoever forges a package writes what he likes into it, and his words go to the auditor's terminal.</summary>
    [Fact]
    public async Task A_listed_name_that_would_write_on_the_terminal_is_not_shown()
    {
        var evidence = await SampleEvidence.MakeAsync(_log);
        evidence.Seal(_log.Signer, change: manifest => manifest["files"]![0]!["name"] = "\u001b[2J\u001b[HIt verifies.\u001b[8m");
        await WriteAsync(evidence.Pack());
        foreach (var keys in (string[][])[[], ["--key", _log.Key]])
        {
            var (code, output, errors) = await CommandLine.RunAsync(["verify", Package, .. keys]);
            Assert.Equal(1, code);
            Assert.DoesNotContain("It verifies.", output + errors, StringComparison.Ordinal);
            Assert.DoesNotContain(output + errors, c => c == '\u001b');
            Assert.Contains("manifest.json cannot be read", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_a_package_says_is_shown_without_what_turns_or_hides_text()
    {
        var evidence = await SampleEvidence.MakeAsync(_log);
        await evidence.ProveAsync(("delivery-1", "delivery", "consent-applied", SampleEvidence.Applied.Replace("newsletter\",\"rec", "news\\u202eletter\",\"rec", StringComparison.Ordinal)));
        evidence.Set("trace.json", evidence.Text("trace.json").Replace("newsletter", "news\\u202eletter", StringComparison.Ordinal));
        evidence.Seal(_log.Signer, "receipt-\u202e\u009b8m\u2028\u200b1");
        await WriteAsync(evidence.Pack());
        foreach (var more in (string[][])[[], ["--json"]])
        {
            var (code, output, errors) = await CommandLine.RunAsync(["verify", Package, "--key", _log.Key, .. more]);
            Assert.Equal(1, code);
            Assert.DoesNotContain(output + errors, c => c is '\u202e' or '\u009b' or '\u2028' or '\u200b');
            Assert.Contains("delivery-1: news?letter applied this receipt", output, StringComparison.Ordinal);
            if (more.Length > 0) Assert.Equal("receipt-??8m??1", (string)JsonNode.Parse(output)!["record"]!);
        }

        Assert.Equal("a?b?c?d?é…", HarmlessText.Of("a\nb\u009bc\u202ed\U000E0041é…"));
    }

    [Theory]
    [MemberData(nameof(AllFiles))]
    public async Task A_file_of_which_one_byte_was_changed_is_refused_by_its_name(string name)
    {
        var evidence = await SampleEvidence.MakeAsync(_log);
        Assert.Equal(16, evidence.Files.Count);
        evidence.Files[name][evidence.Files[name].Length / 2] ^= 1;
        foreach (var verdict in (EvidenceVerdict[])[Verdict(evidence, _log.Key), Verdict(evidence)])
        {
            Assert.False(verdict.IsConsistent);
            Assert.Contains(verdict.Checks, check => !check.Holds && check.Says.StartsWith($"{name} ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_publication_that_is_no_text_is_refused()
    {
        var evidence = await SampleEvidence.MakeAsync(_log);
        var proof = JsonNode.Parse(evidence.Text("proofs/declaration.json"))!;
        var body = Convert.FromBase64String((string)proof["opening"]!["body"]!);
        body[body.AsSpan().IndexOf("De Bakkers"u8)] = 0xB3;
        proof["opening"]!["body"] = Convert.ToBase64String(body);
        evidence.Set("proofs/declaration.json", proof.ToJsonString());

        Assert.Contains(Verdict(evidence, _log.Key).Checks, check => !check.Holds && check.Says.StartsWith("declaration: it is the publication of another text", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(AllFiles))]
    public async Task A_file_that_is_missing_or_one_more_is_refused_by_its_name(string name)
    {
        var evidence = await SampleEvidence.MakeAsync(_log);
        evidence.Files.Remove(name);
        Assert.Contains(Verdict(evidence, _log.Key).Checks, check => !check.Holds && check.Says.StartsWith($"{name} is missing", StringComparison.Ordinal));

        evidence = await SampleEvidence.MakeAsync(_log);
        evidence.Set($"{name}.more", "more");
        Assert.Equal($"{name}.more is in the package and was not signed for.", Assert.Single(Verdict(evidence, _log.Key).Checks, check => !check.Holds).Says);
    }

    /// <summary>Whoever has the log's key signs for files that do not belong together: what the log and the hashes say is stronger.</summary>
    [Theory]
    [InlineData("receipt.json", "receipt.json is not what the log commits to")]
    [InlineData("receipt", "receipt.json is not what the log commits to")]
    [InlineData("declaration.json", "declaration.json is not the text that the receipt names")]
    [InlineData("text.json", "text.json has other words than declaration.json")]
    [InlineData("language", "text.json has other words than declaration.json, or another language")]
    [InlineData("trace.json", "trace.json tells of another receipt")]
    [InlineData("publication", "declaration: it is the publication of another text")]
    [InlineData("delivery", "delivery-1: it is the acknowledgement of another receipt")]
    [InlineData("subscriber", "delivery-1: it is the acknowledgement of another receipt, or of another subscriber")]
    [InlineData("proof", "receipt: The entry is not in the log")]
    [InlineData("tlog-proof", "receipt: proofs/receipt.tlog-proof is another proof than proofs/receipt.json has.")]
    [InlineData("checkpoint", "checkpoint is not the one on which the proofs rest.")]
    [InlineData("no proof", "receipt: proofs/receipt.json or proofs/receipt.tlog-proof is missing.")]
    public async Task What_does_not_belong_together_is_refused_though_it_is_signed_for(string what, string says)
    {
        var evidence = await SampleEvidence.MakeAsync(_log);
        await ChangeAsync(evidence, what);
        evidence.Seal(_log.Signer, what == "receipt" ? "receipt-2" : "receipt-1");
        var verdict = Verdict(evidence, _log.Key);
        Assert.Contains(verdict.Checks, check => !check.Holds && check.Says.StartsWith(says, StringComparison.Ordinal));
        Assert.DoesNotContain(verdict.Checks, check => !check.Holds && check.Says.Contains("was not signed for", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_forgers_own_log_and_keys_verify_by_themselves_and_not_by_the_key_that_is_trusted()
    {
        using var forged = new SampleLog();
        var evidence = await SampleEvidence.MakeAsync(forged);
        Assert.Equal((true, false), (Verdict(evidence).IsConsistent, Verdict(evidence).Verifies));
        var verdict = Verdict(evidence, _log.Key);
        Assert.False(verdict.Verifies);
        Assert.Contains(verdict.Checks, check => !check.Holds && check.Says.StartsWith("manifest.note is not signed by a key of the log that is trusted", StringComparison.Ordinal));

        using var otherName = SampleLog.NewKey("consent.example/log/another");
        evidence.Seal(otherName);
        Assert.False(Verdict(evidence, otherName.Key.ToString()).Verifies);
    }

    /// <summary>A list of keys from after a rotation: what the old key signed before is believed, and nothing beyond.</summary>
    [Theory]
    [InlineData(5, true)]
    [InlineData(4, false)]
    public async Task A_package_by_a_key_that_ended_is_believed_up_to_its_end(int until, bool isBelieved)
    {
        var evidence = await SampleEvidence.MakeAsync(_log);
        Assert.Equal(5, _log.Size);
        using var next = SampleLog.NewKey();
        await WriteAsync(evidence.Pack());
        await File.WriteAllTextAsync(_log.File("keys.txt"), $"{next.Key}\n# until {until} {_log.Key}\n");
        var (code, output, errors) = await CommandLine.RunAsync("verify", Package, "--key", _log.File("keys.txt"));
        Assert.Equal(isBelieved ? 0 : 1, code);
        Assert.Equal(isBelieved, output.EndsWith("It verifies.", StringComparison.Ordinal));
        if (isBelieved) return;
        Assert.Contains($"manifest.note cannot be trusted: it is signed only by {SampleLog.Origin} (ECDSA, {_log.Key.Split('+')[1]}), which ended at 4 entries", errors, StringComparison.Ordinal);
        Assert.Contains("receipt: The checkpoint of 5 entries cannot be trusted: it is signed only by", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(_log.Key, errors, StringComparison.Ordinal);

        // And so without keys, when the package's own list says it.
        evidence.Set("keys", await File.ReadAllTextAsync(_log.File("keys.txt")));
        evidence.Seal(_log.Signer);
        Assert.False(Verdict(evidence).IsConsistent);
    }

    private async Task ChangeAsync(SampleEvidence evidence, string what)
    {
        switch (what)
        {
            case "receipt.json": evidence.Set(what, evidence.Text(what).Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal)); break;
            case "declaration.json": evidence.Set(what, evidence.Text(what).Replace("Wij tellen", "Wij volgen", StringComparison.Ordinal)); break;
            case "text.json": evidence.Set(what, evidence.Text(what).Replace("Wij tellen", "Wij volgen", StringComparison.Ordinal)); break;
            case "language": evidence.Set("text.json", """{"language":"en","controller":"De Bakkers","purposes":[{"id":"statistics","name":"Statistics","description":"We count."}],"topics":[]}"""); break;
            case "trace.json": evidence.Set(what, evidence.Text(what).Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal)); break;
            case "publication": await evidence.ProveAsync(("declaration", "declaration", "declaration-published", """{"id":"d1","declaration":{"declaration":{"site":"baker"}}}""")); break;
            case "delivery": await evidence.ProveAsync(("delivery-1", "delivery", "consent-applied", """{"id":"x","subscriber":"newsletter","recordId":"receipt-2","appliedAt":"2026-06-03T12:00:01.000Z"}""")); break;
            case "subscriber": evidence.Set("trace.json", evidence.Text("trace.json").Replace("newsletter", "analytics", StringComparison.Ordinal)); break;
            case "proof": evidence.Set("proofs/receipt.json", evidence.Text("proofs/receipt.json").Replace("index 2", "index 1", StringComparison.Ordinal)); break;
            case "tlog-proof": evidence.Files["proofs/receipt.tlog-proof"] = evidence.Files["proofs/declaration.tlog-proof"]; break;
            case "checkpoint":
                await _log.GrowAsync(1);
                evidence.Files["checkpoint"] = await File.ReadAllBytesAsync(_log.CheckpointFile);
                break;
            case "no proof": evidence.Files.Remove("proofs/receipt.json"); break;
            default: break;
        }
    }

    private static EvidenceVerdict Verdict(SampleEvidence evidence, params string[] keys) =>
        CheckEvidence.Of(ReadEvidence.Of(evidence.Pack()), keys.Length == 0 ? null : BelievedKeys.Of(keys.Select(key => KeyTerm.Parse(key)!)));

    private Task WriteAsync(byte[] package) => File.WriteAllBytesAsync(Package, package);
}
