using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Cli.Logs;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Cli.Tests.Logs;

/// <summary>
/// Whoever pinned a key goes on when the log announces another under it, and believes the first no further; a key that nobody announced so is foreign, and one that announces two is a fork.
/// </summary>
public sealed class KeySuccessionsTests : IDisposable
{
    private readonly SampleLog _log = new();
    private readonly EcdsaNoteSigner _next = SampleLog.NewKey();
    private readonly EcdsaNoteSigner _foreign = SampleLog.NewKey();

    public void Dispose()
    {
        _next.Dispose();
        _foreign.Dispose();
        _log.Dispose();
    }

    [Theory]
    [InlineData("monitor")]
    [InlineData("fsck")]
    public async Task A_log_whose_key_was_succeeded_is_believed_by_the_old_one(string command)
    {
        await _log.GrowAsync(300);
        Assert.Equal(0, (await RunAsync(command)).Code);
        await File.WriteAllTextAsync(Path.Combine(_log.Folder, "successions"), await SucceedAsync(_next, _log.Signer, _next));
        await _log.AppendAsync(SampleLog.EntryOf(301, secondsLater: 3600));
        _log.Sign(_next);

        var (code, output, errors) = await RunAsync(command);
        Assert.True(code == 0, errors);
        Assert.Contains("has 302 entries", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("signed by the new key alone")]
    [InlineData("signed by the old key alone")]
    [InlineData("no entry of the log")]
    [InlineData("another key announced")]
    [InlineData("no checkpoint of the log")]
    [InlineData("no proof")]
    public async Task A_foreign_key_is_refused(string what)
    {
        await _log.GrowAsync(3);
        using var fork = await SampleLog.OfAsync(4, _log.Signer, "other");
        var proof = what switch
        {
            "signed by the new key alone" => await SucceedAsync(_next, _next),
            "signed by the old key alone" => await SucceedAsync(_next, _log.Signer),
            "another key announced" => await SucceedAsync(_foreign, _log.Signer, _foreign),
            "no checkpoint of the log" => await SucceedAsync(_next, fork, _log.Signer, _next),
            "no entry of the log" => WithExtra(await SucceedAsync(_foreign, _log.Signer, _next), Entry(_next)),
            _ => "nonsense",
        };
        await File.WriteAllTextAsync(Path.Combine(_log.Folder, "successions"), proof);
        _log.Sign(_next);

        var (code, _, errors) = await RunAsync("fsck");
        Assert.Equal(1, code);
        Assert.Contains("none of its signatures is by a key that you gave", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proof_under_the_new_key_verifies_offline_by_the_old_one_when_it_brings_the_succession()
    {
        await _log.GrowAsync(3);
        var succession = await SucceedAsync(_next, _log.Signer, _next);
        // As audit answers it once the new key signs alone.
        var proof = await SampleProof.OfReceiptAsync(_log, "receipt-1");
        var signed = InclusionProofNote.Parse((string)proof["proof"]!);
        proof["proof"] = new InclusionProofNote(signed.Index, signed.Proof, SignedNote.Sign(signed.Checkpoint.Text, _next)).ToString();
        Assert.Equal(1, (await VerifyAsync(proof)).Code);

        proof["successions"] = new JsonArray(succession);
        var (code, output, errors) = await VerifyAsync(proof);
        Assert.True(code == 0, errors);
        Assert.Contains(_next.Key.ToString().Split('+')[1], output, StringComparison.Ordinal);

        proof["successions"] = new JsonArray("nonsense", null, await SucceedAsync(_foreign, _foreign));
        Assert.Equal(1, (await VerifyAsync(proof)).Code);
    }

    [Fact]
    public async Task A_chain_of_keys_is_followed_in_its_order()
    {
        await _log.GrowAsync(3);
        string[] chain = [await SucceedAsync(_next, _log.Signer, _next), await SucceedAsync(_foreign, _next, _foreign)];
        var pinned = BelievedKeys.Of([new KeyTerm(_log.Signer.Key)]);

        foreach (var proofs in (string[][])[chain, [chain[0], chain[0], chain[1]], [chain[1], chain[0]]])
        {
            var followed = KeySuccessions.Follow(pinned, proofs);
            Assert.Null(followed.Fork);
            Assert.Equal([_log.Key, _next.Key.ToString(), _foreign.Key.ToString()], followed.Keys.Terms.Select(term => term.Key.ToString()));
            Assert.Equal((long?[])[3, 4, null], followed.Keys.Terms.Select(term => term.Until));
        }

        Assert.Single(KeySuccessions.Follow(pinned, [chain[1]]).Keys.Terms);
    }

    /// <summary>A thief of the retired key, who writes on where the log went on.</summary>
    [Theory]
    [InlineData("monitor", true)]
    [InlineData("fsck", true)]
    [InlineData("monitor", false)]
    [InlineData("fsck", false)]
    public async Task A_checkpoint_beyond_its_end_that_only_a_retired_key_signed_is_refused_also_where_the_succession_is_not_shown(string command, bool isShown)
    {
        await _log.GrowAsync(300);
        var proof = await SucceedAsync(_next, _log.Signer, _next);
        if (isShown) await File.WriteAllTextAsync(Successions, proof);
        await _log.AppendAsync(SampleLog.EntryOf(301, secondsLater: 3600));
        _log.Sign();

        var (code, output, errors) = await RunAsync(command);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(
            $"The checkpoint of 302 entries of {SampleLog.Origin} cannot be trusted: it is signed only by {SampleLog.Origin} (ECDSA, {_log.Key.Split('+')[1]}), which ended at 300 entries", errors,
            StringComparison.Ordinal);
        Assert.DoesNotContain(_log.Key, errors, StringComparison.Ordinal);
        (code, output, _) = await RunAsync(command, "--json");
        Assert.Equal((1, "ended"), (code, (string)JsonNode.Parse(output)!["fault"]!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_monitor_remembers_where_a_key_ended_and_shouts_when_a_fork_denies_it(bool isAnnouncedAgain)
    {
        using var fork = await SampleLog.OfAsync(300, _log.Signer);
        await _log.GrowAsync(300);
        Assert.Equal(0, (await RunAsync("monitor")).Code);
        await File.WriteAllTextAsync(Successions, await SucceedAsync(_next, _log.Signer, _next));
        _log.Sign(_next);
        Assert.Equal(0, (await RunAsync("monitor")).Code);

        // The same entries up to the rotation; then a foreign key, or none, and the thief's signature.
        var forged = isAnnouncedAgain ? await SucceedAsync(_foreign, fork, _log.Signer, _foreign) : null;
        if (forged is not null) await File.WriteAllTextAsync(Path.Combine(fork.Folder, "successions"), forged);
        await fork.AppendAsync([.. Enumerable.Range(1, 10).Select(i => SampleLog.EntryOf(300 + i, secondsLater: 3600))]);
        fork.Sign(isAnnouncedAgain ? _foreign : _log.Signer);
        var (code, output, errors) = await CommandLine.RunAsync("monitor", fork.Folder, "--key", _log.Key, "--state", _log.State, "--once", "--json");
        Assert.Equal((1, isAnnouncedAgain ? "fork" : "ended"), (code, (string)JsonNode.Parse(output)!["fault"]!));
        Assert.Contains(isAnnouncedAgain ? "ended at 300 entries, where the next key was announced, and also announces" : "which ended at 300 entries", errors, StringComparison.Ordinal);
        Assert.Contains("The signed checkpoint is kept: ", errors, StringComparison.Ordinal);
        // Whoever has no memory, and only the old key, cannot know.
        Assert.Equal(0, (await CommandLine.RunAsync("fsck", fork.Folder, "--key", _log.Key)).Code);
        Assert.Equal(0, (await RunAsync("monitor")).Code);
    }

    [Fact]
    public async Task What_a_monitor_kept_before_it_kept_ends_is_gone_on_with()
    {
        await _log.GrowAsync(300);
        await File.WriteAllTextAsync(Successions, await SucceedAsync(_next, _log.Signer, _next));
        _log.Sign(_next);
        Assert.Equal(0, (await RunAsync("monitor")).Code);
        var file = Path.Combine(_log.State, "newest.json");
        var kept = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
        Assert.Equal((300, _next.Key.ToString()), ((int)kept["announced"]![0]!["index"]!, (string)kept["announced"]![0]!["key"]!));
        kept.Remove("announced");
        await File.WriteAllTextAsync(file, kept.ToJsonString());
        Assert.Equal(0, (await RunAsync("monitor")).Code);
        Assert.NotNull(JsonNode.Parse(await File.ReadAllTextAsync(file))!["announced"]![0]);
    }

    [Fact]
    public async Task Two_successors_of_one_key_at_different_places_are_a_fork()
    {
        using var fork = await SampleLog.OfAsync(5, _log.Signer, "other");
        await _log.GrowAsync(3);
        string[] proofs = [await SucceedAsync(_next, _log.Signer, _next), await SucceedAsync(_foreign, fork, _log.Signer, _foreign)];
        foreach (var order in (string[][])[proofs, [proofs[1], proofs[0]]])
        {
            var says = KeySuccessions.Follow(BelievedKeys.Of([new KeyTerm(_log.Signer.Key)]), order).Fork?.Message;
            Assert.Contains($"(ECDSA, {_log.Key.Split('+')[1]}) ended at 3 entries, where the next key was announced, and also announces", says, StringComparison.Ordinal);
            Assert.Contains("by entry 5.", says, StringComparison.Ordinal);
        }

        // In what audit answers, and in two views of which one is the log's own.
        var proof = await SampleProof.OfReceiptAsync(_log, "receipt-1");
        proof["successions"] = new JsonArray(proofs[0], proofs[1]);
        Assert.Contains("The log was forked", (await VerifyAsync(proof)).Errors, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Successions, string.Concat(proofs));
        await _log.GrowAsync(4);
        _log.Sign(_next);
        Assert.Contains("The log was forked", (await RunAsync("fsck")).Errors, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Successions, proofs[1]);
        Assert.Contains("does not follow from the one of 6 under which it announced a key", (await RunAsync("fsck", "--key", _next.Key.ToString())).Errors, StringComparison.Ordinal);
    }

    /// <summary>A list of keys that says where one ended: by that one nothing more is believed, whatever it signs.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_key_that_is_given_with_its_end_vouches_for_nothing_new(int until)
    {
        await _log.GrowAsync(3);
        var forged = await SucceedAsync(_foreign, _log.Signer, _foreign);
        var proof = await SampleProof.OfReceiptAsync(_log, "receipt-1");
        var signed = InclusionProofNote.Parse((string)proof["proof"]!);
        proof["proof"] = new InclusionProofNote(signed.Index, signed.Proof, SignedNote.Sign(signed.Checkpoint.Text, _foreign)).ToString();
        proof["successions"] = new JsonArray(forged);
        Assert.Equal(0, (await VerifyAsync(proof)).Code);

        var keys = _log.File("keys.txt");
        await File.WriteAllTextAsync(keys, string.Create(CultureInfo.InvariantCulture, $"{_next.Key}\n# until {until} {_log.Key}\n"));
        var (code, _, errors) = await CommandLine.RunAsync("verify", _log.File("proof-5.json"), "--key", keys);
        Assert.Equal(1, code);
        Assert.Contains("The log was forked", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proof_beyond_its_end_that_only_the_old_key_signed_is_refused_when_it_brings_the_succession()
    {
        await _log.GrowAsync(3);
        var succession = await SucceedAsync(_next, _log.Signer, _next);
        var proof = await SampleProof.OfReceiptAsync(_log, "receipt-1");
        proof["successions"] = new JsonArray(succession);
        var (code, _, errors) = await VerifyAsync(proof);
        Assert.Equal(1, code);
        Assert.Contains("The checkpoint of 5 entries cannot be trusted: it is signed only by", errors, StringComparison.Ordinal);
        Assert.Contains("which ended at 3 entries", errors, StringComparison.Ordinal);
    }

    private string Successions => Path.Combine(_log.Folder, "successions");

    private static byte[] Entry(EcdsaNoteSigner key) => Encoding.UTF8.GetBytes($$"""{"at":"2026-06-03T13:00:00Z","class":"key","key":"{{key.Key}}"}""");

    private Task<string> SucceedAsync(EcdsaNoteSigner announced, params EcdsaNoteSigner[] signers) => SucceedAsync(announced, _log, signers);

    /// <summary>Announces the key in the log, under a checkpoint that these sign.</summary>
    private static async Task<string> SucceedAsync(EcdsaNoteSigner announced, SampleLog log, params EcdsaNoteSigner[] signers)
    {
        var index = log.Size;
        await log.AppendAsync(Entry(announced));
        var note = SignedNote.Sign(new Checkpoint(SampleLog.Origin, log.Size, LogFolder.Open(log.Folder, log.Size).Root).Text, [.. signers]);
        var hashes = await new TileReader(new FolderReader(log.Folder)).InclusionAsync(index, log.Size);
        return new InclusionProofNote(index, hashes, note, Entry(announced)).ToString();
    }

    private static string WithExtra(string proof, byte[] extra)
    {
        var read = InclusionProofNote.Parse(proof);
        return new InclusionProofNote(read.Index, read.Proof, read.Note, extra).ToString();
    }

    private async Task<(int Code, string Output, string Errors)> VerifyAsync(JsonObject proof)
    {
        var file = _log.File(string.Create(CultureInfo.InvariantCulture, $"proof-{_log.Size}.json"));
        await File.WriteAllTextAsync(file, proof.ToJsonString());
        return await CommandLine.RunAsync("verify", file, "--key", _log.Key);
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(string command, params string[] more) =>
        CommandLine.RunAsync([command, _log.Folder, "--key", _log.Key, .. (command == "monitor" ? (string[])["--state", _log.State, "--once"] : []), .. more]);
}
