using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Cli.Tests.Logs;

/// <summary><c>fsck</c> of a whole log, in a folder and over the gateway.</summary>
public sealed class CheckLogTests : IDisposable
{
    private readonly SampleLog _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(600)]
    public async Task A_log_that_is_whole_is_said_to_be_so(int entries)
    {
        await _log.GrowAsync(entries);
        var (code, output, _) = await RunAsync(_log.Folder);
        Assert.Equal(0, code);
        Assert.Contains($"consent.example/log/bakkers has {entries} entries", output, StringComparison.Ordinal);
        Assert.Contains("Entries, tiles and checkpoint agree, and times never go back. Signed by consent.example/log/bakkers (ECDSA, ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_the_gateway_it_is_the_same_with_a_token_where_one_is_given()
    {
        await _log.GrowAsync(600);
        await using var gateway = await LogGateway.StartAsync(() => _log.Folder);
        var (code, output, errors) = await RunAsync(gateway.Log, "--token", "given", "--json");
        Assert.Equal((0, ""), (code, errors));
        var told = JsonNode.Parse(output)!;
        Assert.Equal((SampleLog.Origin, 600, "2026-06-03T12:09:59Z"), ((string)told["log"]!, (int)told["size"]!, (string)told["newest"]!));
        Assert.Equal(_log.Key, (string)told["signers"]!.AsArray().Single()!);
        Assert.Null(told["fault"]);
        Assert.All(gateway.Asked, asked => Assert.EndsWith(" Bearer given", asked, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("edited", "tiles", "tile/0/000 is not what the entries of the log make it.")]
    [InlineData("swapped", "tiles", "tile/0/001 is not what the entries of the log make it.")]
    [InlineData("dropped", "tiles", "tile/0/001 is not what the entries of the log make it.")]
    [InlineData("another checkpoint", "entries", "lead to another root than its checkpoint")]
    [InlineData("foreign key", "signature", "none of its signatures is by a key that you gave.")]
    [InlineData("time back", "time", "Time goes back in the log: entry 600 is of 2026-06-03T12:00:00Z, the one before it of 2026-06-03T12:09:59Z.")]
    [InlineData("something else", "form", "Entry 600 is not what a log of Consent holds.")]
    [InlineData("flipped tile", "tiles", "tile/0/001 is not what the entries of the log make it.")]
    [InlineData("no bundle", "tiles", "The log has no tile/entries/001, which a log of its size has.")]
    [InlineData("no tile", "tiles", "The log has no tile/0/000, which a log of its size has.")]
    [InlineData("no checkpoint", "checkpoint", "The log has no checkpoint.")]
    public async Task Whatever_is_not_as_it_was_signed_is_found(string what, string fault, string says)
    {
        await _log.GrowAsync(600);
        await DoAsync(what);
        var (code, output, errors) = await RunAsync(_log.Folder);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(says, errors, StringComparison.Ordinal);

        await using var gateway = await LogGateway.StartAsync(() => _log.Folder);
        (code, output, _) = await RunAsync(gateway.Log, "--json");
        Assert.Equal((1, fault), (code, (string)JsonNode.Parse(output)!["fault"]!));
    }

    [Fact]
    public async Task It_says_how_far_it_is_but_not_to_programs()
    {
        await _log.GrowAsync(600);
        Assert.EndsWith("100 %: 600 of 600 entries", (await RunAsync(_log.Folder)).Errors, StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync(_log.Folder, "--json")).Errors);
    }

    [Fact]
    public async Task A_log_that_is_not_public_asks_for_a_token_and_an_absent_gateway_is_unreachable()
    {
        await using var gateway = await LogGateway.StartAsync(() => _log.Folder, (_, context) => LogGateway.TellAsync(context, 401));
        var (code, _, errors) = await RunAsync(gateway.Log);
        Assert.Equal(1, code);
        Assert.Contains("--token", errors, StringComparison.Ordinal);
        Assert.Equal(3, (await RunAsync("http://127.0.0.1:1/log/bakkers")).Code);
        Assert.Equal(2, (await RunAsync(_log.File("nothing"))).Code);
    }

    [Fact]
    public async Task Help_says_what_is_checked()
    {
        var (code, output, _) = await CommandLine.RunAsync("fsck", "--help");
        Assert.Equal(0, code);
        foreach (var word in (string[])["--key", "--receipts", "--sample", "--json", "Exit codes"]) Assert.Contains(word, output, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(string log, params string[] more) => CommandLine.RunAsync(["fsck", log, "--key", _log.Key, .. more]);

    private async Task DoAsync(string what)
    {
        switch (what)
        {
            case "edited": _log.ChangeEntries(entries => entries[7] = SampleLog.EntryOf(7, "edited")); break;
            case "swapped": _log.ChangeEntries(entries => (entries[400], entries[401]) = (entries[401], entries[400])); break;
            case "dropped": _log.ChangeEntries(entries => entries.RemoveAt(400)); break;
            case "another checkpoint":
                using (var other = await SampleLog.OfAsync(600, _log.Signer, "other")) File.Copy(other.CheckpointFile, _log.CheckpointFile, overwrite: true);
                break;
            case "foreign key":
                using (var foreign = SampleLog.NewKey()) _log.Sign(foreign);
                break;
            case "time back":
                await _log.AppendAsync(SampleLog.EntryOf(0));
                _log.Sign();
                break;
            case "something else":
                await _log.AppendAsync("nonsense"u8.ToArray());
                _log.Sign();
                break;
            case "flipped tile":
                var tile = await File.ReadAllBytesAsync(_log.FileOf(0, 1));
                tile[^1] ^= 1;
                await File.WriteAllBytesAsync(_log.FileOf(0, 1), tile);
                break;
            case "no bundle": File.Delete(_log.FileOf(TileAddress.Entries, 1)); break;
            case "no tile": File.Delete(_log.FileOf(0, 0)); break;
            case "no checkpoint": File.Delete(_log.CheckpointFile); break;
            default: throw new ArgumentOutOfRangeException(nameof(what), what, null);
        }
    }
}
