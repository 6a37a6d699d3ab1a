using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Cli.Tests.Logs;

/// <summary><c>monitor</c> as somebody runs it who watches a log that is not his.</summary>
public sealed class MonitorLogTests : IDisposable
{
    private readonly SampleLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_log_that_grows_honestly_is_followed_from_run_to_run_and_each_checkpoint_kept()
    {
        await _log.GrowAsync(300);
        var first = await File.ReadAllTextAsync(_log.CheckpointFile);
        Assert.Equal(
            (0,
                "consent.example/log/bakkers has 300 entries, 300 of them not seen before, the newest of 2026-06-03T12:04:59Z. "
                + "Its checkpoint is signed and follows from all that were seen.",
                ""),
            await LookAsync());
        foreach (var more in (int[])[1, 211, 88, 0])
        {
            await _log.GrowAsync(more);
            var (code, output, errors) = await LookAsync();
            Assert.Equal((0, ""), (code, errors));
            Assert.Contains($"has {_log.Size} entries, {more} of them not seen before", output, StringComparison.Ordinal);
        }

        Assert.Equal(
            ["checkpoint-300", "checkpoint-301", "checkpoint-512", "checkpoint-600", "lock", "newest.json"],
            Directory.GetFiles(_log.State).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.Equal(first, await File.ReadAllTextAsync(Path.Combine(_log.State, "checkpoint-300")));
    }

    [Theory]
    [InlineData("edited", "entries", "Entry 400 of the log is not the one that was signed.")]
    [InlineData("swapped", "entries", "Entry 400 of the log is not the one that was signed.")]
    [InlineData("dropped", "tiles", "A bundle of 88 entries has 87.")]
    [InlineData("shrunk", "shrunk", "The log has shrunk: its checkpoint is of 299 entries, and one of 300 was seen before.")]
    [InlineData("rolled back", "shrunk", "The log has shrunk: its checkpoint is of 200 entries, and one of 300 was seen before.")]
    [InlineData("forked", "fork", "The log was forked: its signed checkpoint of 600 entries does not follow from the one of 300 that was seen before.")]
    [InlineData("forked at once", "fork", "The log was forked: two checkpoints of 300 entries are signed that have different roots.")]
    [InlineData("foreign key", "signature", "cannot be trusted: none of its signatures is by a key that you gave.")]
    [InlineData("bad signature", "signature", "cannot be trusted: the signature by consent.example/log/bakkers (ECDSA")]
    [InlineData("time back", "time", "Time goes back in the log: entry 300 is of 2026-06-03T12:04:58Z, the one before it of 2026-06-03T12:04:59Z.")]
    [InlineData("something else", "form", "Entry 300 is not what a log of Consent holds.")]
    [InlineData("no bundle", "tiles", "The log has no tile/entries/001, which a log of its size has.")]
    [InlineData("no tile", "tiles", "The log has no tile/0/002.p/88, which a log of its size has.")]
    [InlineData("flipped tile", "tiles", "The tiles of the log do not lead to the root that its checkpoint of 600 entries signs.")]
    [InlineData("no checkpoint", "checkpoint", "The log has no checkpoint.")]
    [InlineData("broken checkpoint", "checkpoint", "What the log has as its checkpoint is none.")]
    [InlineData("another log", "signature", "it is signed by no key of consent.example/log/another")]
    public async Task Whatever_no_honest_log_does_is_shouted_about(string what, string fault, string says)
    {
        await _log.GrowAsync(300);
        Assert.Equal(0, (await LookAsync()).Code);
        using var other = await DoAsync(what);
        var log = other?.Folder ?? _log.Folder;

        var (code, output, errors) = await LookAsync(log);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(says, errors, StringComparison.Ordinal);

        // And again, as long as it is so: what was kept is what was good.
        (code, output, _) = await LookAsync(log, "--json");
        Assert.Equal((1, fault), (code, (string)JsonNode.Parse(output)!["fault"]!));
        if (fault is "fork" or "shrunk" or "time") Assert.Contains(Directory.GetFiles(_log.State), file => Path.GetFileName(file).StartsWith("refused-", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(_log.State, "checkpoint-300")));
        Assert.False(File.Exists(Path.Combine(_log.State, "checkpoint-600")));
    }

    [Fact]
    public async Task It_goes_on_until_the_log_is_forked_and_a_moment_without_an_answer_is_no_fork()
    {
        await _log.GrowAsync(300);
        using var fork = await SampleLog.OfAsync(310, _log.Signer, "other");
        var (asked, folder) = (0, _log.Folder);
        await using var gateway = await LogGateway.StartAsync(() => folder, async (path, context) =>
        {
            if (!path.EndsWith("/checkpoint", StringComparison.Ordinal)) return false;
            asked++;
            if (asked == 2) return await LogGateway.TellAsync(context, 500);
            if (asked == 3) await _log.GrowAsync(5);
            if (asked == 4) folder = fork.Folder;
            return false;
        });

        var (code, output, errors) = await CommandLine.RunAsync("monitor", gateway.Log, "--key", _log.Key, "--state", _log.State, "--every", "1");

        Assert.Equal((1, 4), (code, asked));
        Assert.Matches("(?s)^[^\n]*300 entries, 300 of them[^\n]*\n[^\n]*305 entries, 5 of them[^\n]*$", output);
        Assert.Contains("The log could not be reached:", errors, StringComparison.Ordinal);
        Assert.Contains("its signed checkpoint of 310 entries does not follow from the one of 305 that was seen before. The signed checkpoint is kept: ", errors, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(fork.CheckpointFile), await File.ReadAllTextAsync(Path.Combine(_log.State, "refused-310")));
    }

    [Fact]
    public async Task A_server_that_is_behind_another_is_waited_for_and_is_no_alarm()
    {
        await _log.GrowAsync(200);
        var older = await File.ReadAllBytesAsync(_log.CheckpointFile);
        await _log.GrowAsync(100);
        Assert.Equal(0, (await LookAsync()).Code);
        await using var gateway = await ShowingAsync(older, 3);

        var (code, output, errors) = await LookAsync(gateway.Log, "--behind", "60");

        Assert.True(code == 0, errors);
        Assert.Contains("has 300 entries, 0 of them not seen before", output, StringComparison.Ordinal);
        Assert.Contains("The log has shrunk: its checkpoint is of 200 entries, and one of 300 was seen before. A server may be behind another", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(_log.State), file => Path.GetFileName(file).StartsWith("refused-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fewer_entries_of_another_history_are_a_fork_however_soon_the_right_ones_are_shown_again()
    {
        await _log.GrowAsync(300);
        Assert.Equal(0, (await LookAsync()).Code);
        using var other = await SampleLog.OfAsync(200, _log.Signer, "other");
        await using var gateway = await ShowingAsync(await File.ReadAllBytesAsync(other.CheckpointFile), 1);

        var (code, output, errors) = await LookAsync(gateway.Log, "--behind", "60");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("The log was forked: its signed checkpoint of 200 entries is no part of the one of 300 that it shows too. The signed checkpoint is kept: ", errors, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(other.CheckpointFile), await File.ReadAllTextAsync(Path.Combine(_log.State, "refused-200")));
    }

    [Fact]
    public async Task A_tile_that_comes_a_moment_late_is_no_alarm_and_a_gateway_that_asks_to_wait_is_waited_for()
    {
        await _log.GrowAsync(300);
        var (checkpoints, bundles) = (0, 0);
        await using var gateway = await LogGateway.StartAsync(() => _log.Folder, async (path, context) =>
        {
            if (path.EndsWith("/checkpoint", StringComparison.Ordinal) && ++checkpoints == 1)
            {
                context.Response.Headers.RetryAfter = "1";
                return await LogGateway.TellAsync(context, 429);
            }

            // Asked for twice, since a partial bundle may have become a full one.
            return path.EndsWith("/tile/entries/000", StringComparison.Ordinal) && ++bundles <= 2 && await LogGateway.TellAsync(context, 404);
        });
        var (code, output, errors) = await LookAsync(gateway.Log);
        Assert.Equal((0, "", 3), (code, errors, bundles));
        Assert.Contains("has 300 entries", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_cannot_be_reached_is_told_apart_from_one_that_is_wrong()
    {
        Assert.Equal(3, (await LookAsync("http://127.0.0.1:1/log/bakkers")).Code);
        var (code, _, errors) = await LookAsync(_log.File("nothing"));
        Assert.Equal(2, code);
        Assert.Contains("There is no folder", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("nonsense")]
    [InlineData("""{"note":"none","edge":[],"at":""}""")]
    public async Task What_it_kept_must_be_whole(string kept)
    {
        await _log.GrowAsync(3);
        Directory.CreateDirectory(_log.State);
        await File.WriteAllTextAsync(Path.Combine(_log.State, "newest.json"), kept);
        var (code, _, errors) = await LookAsync();
        Assert.Equal(2, code);
        Assert.Contains("is not what a monitor kept there", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_programs_each_look_is_a_line_of_JSON()
    {
        await _log.GrowAsync(3);
        var (code, output, errors) = await LookAsync(_log.Folder, "--json");
        Assert.Equal((0, ""), (code, errors));
        var told = JsonNode.Parse(output)!;
        Assert.Equal((SampleLog.Origin, 3, 3, "2026-06-03T12:00:02Z"), ((string)told["log"]!, (int)told["size"]!, (int)told["new"]!, (string)told["newest"]!));
        Assert.Equal(LogFolder.Open(_log.Folder, 3).Root.ToString(), (string)told["root"]!);
    }

    [Fact]
    public async Task A_first_look_at_a_long_log_says_how_far_it_is()
    {
        await _log.GrowAsync(12_000);
        var (code, _, errors) = await LookAsync();
        Assert.Equal(0, code);
        Assert.Contains("  2 %: 256 of 12,000 entries", errors, StringComparison.Ordinal);
        Assert.EndsWith("100 %: 12,000 of 12,000 entries", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_says_what_it_looks_for()
    {
        var (code, output, _) = await CommandLine.RunAsync("monitor", "--help");
        Assert.Equal(0, code);
        foreach (var word in (string[])["--key", "--state", "--once", "--every", "--behind", "--json", "Exit codes"]) Assert.Contains(word, output, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output, string Errors)> LookAsync(string? log = null, params string[] more) =>
        CommandLine.RunAsync(["monitor", log ?? _log.Folder, "--key", _log.Key, "--state", _log.State, "--once", .. (more.Contains("--behind") ? (string[])[] : ["--behind", "1"]), .. more]);

    /// <summary>The log, with another checkpoint for so many times that it is asked for one.</summary>
    private Task<LogGateway> ShowingAsync(byte[] checkpoint, int times)
    {
        var asked = 0;
        return LogGateway.StartAsync(() => _log.Folder, async (path, context) =>
        {
            if (!path.EndsWith("/checkpoint", StringComparison.Ordinal) || ++asked > times) return false;
            await context.Response.Body.WriteAsync(checkpoint);
            return true;
        });
    }

    /// <returns>The log that is shown in place of the first; null when that was changed itself.</returns>
    private async Task<SampleLog?> DoAsync(string what)
    {
        switch (what)
        {
            case "shrunk": return await SampleLog.OfAsync(299, _log.Signer);
            case "rolled back": return await SampleLog.OfAsync(200, _log.Signer);
            case "forked": return await SampleLog.OfAsync(600, _log.Signer, "other");
            case "forked at once": return await SampleLog.OfAsync(300, _log.Signer, "other");
            case "time back": await _log.AppendAsync(SampleLog.EntryOf(300, secondsLater: -2)); break;
            case "something else": await _log.AppendAsync("""{"at":"2026-06-04T12:00:00Z"}"""u8.ToArray()); break;
        }

        await _log.GrowAsync(600 - (int)_log.Size);
        switch (what)
        {
            case "edited": _log.ChangeEntries(entries => entries[400] = SampleLog.EntryOf(400, "edited")); break;
            case "swapped": _log.ChangeEntries(entries => (entries[400], entries[401]) = (entries[401], entries[400])); break;
            case "dropped": _log.ChangeEntries(entries => entries.RemoveAt(400)); break;
            case "foreign key":
                using (var foreign = SampleLog.NewKey()) _log.Sign(foreign);
                break;
            case "bad signature": await WriteAsync(text => text.Replace("\n600\n", "\n601\n", StringComparison.Ordinal)); break;
            case "another log":
                var another = new Checkpoint("consent.example/log/another", 600, LogFolder.Open(_log.Folder, 600).Root);
                await File.WriteAllTextAsync(_log.CheckpointFile, SignedNote.Sign(another.Text, _log.Signer).ToString());
                break;
            case "no bundle": File.Delete(_log.FileOf(TileAddress.Entries, 1)); break;
            case "no tile": File.Delete(_log.FileOf(0, 2)); break;
            case "flipped tile":
                var tile = await File.ReadAllBytesAsync(_log.FileOf(0, 2));
                tile[5] ^= 1;
                await File.WriteAllBytesAsync(_log.FileOf(0, 2), tile);
                break;
            case "no checkpoint": File.Delete(_log.CheckpointFile); break;
            case "broken checkpoint": await WriteAsync(text => text[..^20]); break;
        }

        return null;
    }

    private async Task WriteAsync(Func<string, string> change) => await File.WriteAllTextAsync(_log.CheckpointFile, change(await File.ReadAllTextAsync(_log.CheckpointFile)));
}
