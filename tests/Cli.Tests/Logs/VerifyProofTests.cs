using System.Text;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Cli.Tests.Logs;

/// <summary><c>verify</c> as somebody runs it who holds a proof and trusts nobody's word.</summary>
public sealed class VerifyProofTests : IDisposable
{
    private readonly SampleLog _log = new();

    private string Proof => _log.File("proof.json");

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task What_holds_is_told_in_sentences()
    {
        await WriteAsync(await ReceiptAsync());
        Assert.Equal(
            (0,
                $"""
                The commitment opens to this record: consent-changed receipt-1 of site baker, heard 2026-06-03T12:00:00.123Z.
                The entry is in the log consent.example/log/bakkers at index 3: class decision, taken 2026-06-03T12:20:01.000Z.
                The checkpoint of 4 entries is signed by consent.example/log/bakkers (ECDSA, {_log.Key.Split('+')[1]}).
                It verifies.
                """,
                ""),
            await RunAsync());
    }

    [Fact]
    public async Task An_acknowledgement_is_found_among_those_of_its_entry()
    {
        await _log.GrowAsync(2);
        var proof = await SampleProof.OfAcknowledgementAsync(_log);
        await WriteAsync(proof);
        var (code, output, _) = await RunAsync();
        Assert.Equal(0, code);
        Assert.Contains("consent-applied receipt-1.newsletter, heard 2026-06-03T12:00:00.123Z, as number 2 of the 3 of its entry.", output, StringComparison.Ordinal);

        proof["told"]!["index"] = 0;
        await WriteAsync(proof);
        (code, _, var errors) = await RunAsync();
        Assert.Equal(1, code);
        Assert.Contains("it is not among those that the entry is for", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("body", "The commitment does not open to this record, a consent-changed")]
    [InlineData("salt", "The commitment does not open to this record, a consent-changed")]
    [InlineData("short salt", "a salt of 32 bytes")]
    [InlineData("time", "The commitment does not open to this record, a consent-changed")]
    [InlineData("kind", "The commitment does not open to this record, a consent-erased")]
    [InlineData("kind of two lines", "There is nothing in it that could open the commitment")]
    [InlineData("no opening", "There is nothing in it that could open the commitment")]
    [InlineData("entry", "The entry is not in the log consent.example/log/bakkers at index 3")]
    [InlineData("other spelling", "The entry is not what a log of Consent holds.")]
    [InlineData("place", "The entry is not in the log consent.example/log/bakkers at index 2")]
    [InlineData("told index", "but index, class or time beside it say otherwise")]
    [InlineData("told class", "but index, class or time beside it say otherwise")]
    [InlineData("told time", "but index, class or time beside it say otherwise")]
    [InlineData("signature", "the signature by consent.example/log/bakkers (ECDSA")]
    [InlineData("size", "the signature by consent.example/log/bakkers (ECDSA")]
    [InlineData("no proof", "The proof is none.")]
    [InlineData("no entry", "There is no entry in it.")]
    [InlineData("pending", "The record is not in the log yet")]
    public async Task What_was_changed_does_not_verify(string what, string says)
    {
        var proof = await ReceiptAsync();
        Change(proof, what);
        await WriteAsync(proof);
        var (code, output, errors) = await RunAsync();
        Assert.Equal(1, code);
        Assert.Contains(says, errors, StringComparison.Ordinal);
        Assert.EndsWith("It does not verify.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("It verifies.", output, StringComparison.Ordinal);
        // What is true of it is told all the same.
        if (what == "body") Assert.Contains("is signed by", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_key_makes_nothing_believed_and_a_key_of_another_name_no_log()
    {
        await WriteAsync(await ReceiptAsync());
        using var foreign = SampleLog.NewKey();
        var (code, _, errors) = await RunAsync("--key", foreign.Key.ToString());
        Assert.Equal(1, code);
        Assert.Contains("The checkpoint of 4 entries cannot be trusted: none of its signatures is by a key that you gave.", errors, StringComparison.Ordinal);

        using var other = SampleLog.NewKey("consent.example/log/another");
        var proof = await ReceiptAsync();
        _log.Sign(other);
        proof["proof"] = (await _log.ProofAsync((long)proof["index"]!)).ToString();
        await WriteAsync(proof);
        (code, _, errors) = await RunAsync("--key", other.Key.ToString());
        Assert.Equal(1, code);
        Assert.Contains("it is signed by no key of consent.example/log/bakkers", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_come_from_a_file_as_the_log_shows_them()
    {
        await WriteAsync(await ReceiptAsync());
        using var foreign = SampleLog.NewKey();
        await File.WriteAllTextAsync(_log.File("keys"), $"# of the controller\n{foreign.Key}\n\n{_log.Key}\n");
        Assert.Equal(0, (await RunAsync("--key", _log.File("keys"))).Code);

        await File.WriteAllTextAsync(_log.File("keys"), $"{_log.Key}\nnonsense\n");
        var (code, _, errors) = await RunAsync("--key", _log.File("keys"));
        Assert.Equal(2, code);
        Assert.Contains("Line 2 of", errors, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("--key", "nonsense")).Code);
    }

    [Fact]
    public async Task A_tlog_proof_is_verified_with_the_opening_that_it_does_not_carry()
    {
        var proof = await ReceiptAsync();
        await File.WriteAllTextAsync(Proof, (string)proof["proof"]!);
        proof.Remove("proof");
        await File.WriteAllTextAsync(_log.File("opening.json"), proof.ToJsonString());
        Assert.Equal(0, (await RunAsync("--key", _log.Key, "--opening", _log.File("opening.json"))).Code);

        var (code, _, errors) = await RunAsync();
        Assert.Equal(2, code);
        Assert.Contains("--opening", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"entry":"not base64!"}""")]
    [InlineData("""{"entry":"AAAA","opening":{"heardAt":"never"}}""")]
    public async Task What_is_no_proof_at_all_does_not_verify(string text)
    {
        await File.WriteAllTextAsync(Proof, text);
        var (code, output, errors) = await RunAsync();
        Assert.Equal((1, ""), (code, output));
        Assert.EndsWith("It does not verify.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_file_or_a_key_the_command_is_not_understood()
    {
        Assert.Equal(2, (await RunAsync()).Code);
        Assert.Equal(2, (await CommandLine.RunAsync("verify", Proof)).Code);
    }

    [Fact]
    public async Task For_programs_all_is_told_as_JSON()
    {
        var proof = await ReceiptAsync();
        await WriteAsync(proof);
        var (code, output, _) = await RunAsync("--key", _log.Key, "--json");
        var told = JsonNode.Parse(output)!;
        Assert.Equal((0, true, 3, 4), (code, (bool)told["verifies"]!, (int)told["index"]!, (int)told["size"]!));
        Assert.Equal(("receipt-1", SampleLog.Origin), ((string)told["record"]!, (string)told["log"]!));
        Assert.Equal(_log.Key, (string)told["signers"]!.AsArray().Single()!);

        Change(proof, "body");
        await WriteAsync(proof);
        (code, output, _) = await RunAsync("--key", _log.Key, "--json");
        told = JsonNode.Parse(output)!;
        Assert.Equal((1, false), (code, (bool)told["verifies"]!));
        Assert.Null(told["record"]);
        Assert.Equal([false, true, true], told["checks"]!.AsArray().Select(check => (bool)check!["holds"]!));
    }

    [Fact]
    public async Task Help_says_what_the_exit_codes_mean()
    {
        var (code, output, _) = await CommandLine.RunAsync("verify", "--help");
        Assert.Equal(0, code);
        foreach (var word in (string[])["--key", "--opening", "--json", "Exit codes"]) Assert.Contains(word, output, StringComparison.Ordinal);
    }

    private async Task<JsonObject> ReceiptAsync()
    {
        if (_log.Size == 0) await _log.GrowAsync(3);
        return await SampleProof.OfReceiptAsync(_log, "receipt-1");
    }

    private Task WriteAsync(JsonObject proof) => File.WriteAllTextAsync(Proof, proof.ToJsonString());

    private Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) =>
        CommandLine.RunAsync(["verify", Proof, .. arguments.Length > 0 ? arguments : ["--key", _log.Key]]);

    private static void Change(JsonObject proof, string what)
    {
        var (opening, note) = (proof["opening"]!, InclusionProofNote.Parse((string)proof["proof"]!));
        switch (what)
        {
            case "body": opening["body"] = SampleProof.Base64("{}"u8); break;
            case "salt": opening["salt"] = SampleProof.Base64(new byte[32]); break;
            case "short salt": opening["salt"] = SampleProof.Base64(Convert.FromBase64String((string)opening["salt"]!).AsSpan(1)); break;
            case "time": opening["heardAt"] = "2026-06-03T12:00:00.124Z"; break;
            case "kind": opening["kind"] = "consent-erased"; break;
            case "kind of two lines": opening["kind"] = $"consent-changed\n{SampleProof.HeardAt}"; break;
            case "no opening": proof.Remove("opening"); break;
            case "entry": proof["entry"] = SampleProof.Base64(SampleLog.EntryOf(3)); break;
            case "other spelling": proof["entry"] = WithBlanks((string)proof["entry"]!); break;
            case "place": proof["proof"] = new InclusionProofNote(2, note.Proof, note.Note).ToString(); break;
            case "told index": proof["index"] = 2; break;
            case "told class": proof["class"] = "erasure"; break;
            case "told time": proof["at"] = "2026-06-03T12:20:02.000Z"; break;
            case "signature": proof["proof"] = WithOtherSignature(note); break;
            case "size": proof["proof"] = ((string)proof["proof"]!).Replace("bakkers\n4\n", "bakkers\n5\n", StringComparison.Ordinal); break;
            case "no proof": proof.Remove("proof"); break;
            case "no entry": proof.Remove("entry"); break;
            default: proof["status"] = "pending"; break;
        }
    }

    private static string WithBlanks(string entry) =>
        SampleProof.Base64(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Convert.FromBase64String(entry)).Replace(",", ", ", StringComparison.Ordinal)));

    private static string WithOtherSignature(InclusionProofNote proof)
    {
        var line = proof.Note.Signatures[0];
        var bytes = line.Signature.ToArray();
        bytes[^1] ^= 1;
        var note = SignedNote.Parse($"{proof.Note.Text}\n{new NoteSignature(line.Name, line.KeyId, bytes)}\n");
        return new InclusionProofNote(proof.Index, proof.Proof, note).ToString();
    }
}
