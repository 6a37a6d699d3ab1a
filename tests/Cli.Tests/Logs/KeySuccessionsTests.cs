using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Cli.Logs;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Cli.Tests.Logs;

/// <summary>Whoever pinned a key goes on when the log announces another under it; a key that nobody announced so is foreign.</summary>
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
        NoteVerifierKey[] pinned = [_log.Signer.Key];

        Assert.Equal(3, KeySuccessions.Extended(pinned, chain).Count);
        Assert.Equal(3, KeySuccessions.Extended(pinned, [chain[0], chain[0], chain[1]]).Count);
        Assert.Single(KeySuccessions.Extended(pinned, [chain[1]]));
    }

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

    private Task<(int Code, string Output, string Errors)> RunAsync(string command) =>
        CommandLine.RunAsync([command, _log.Folder, "--key", _log.Key, .. (command == "monitor" ? (string[])["--state", _log.State, "--once"] : [])]);
}
