using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Consent.Cli.Tests.Logs;

/// <summary><c>fsck --receipts</c>: what audit tells of its receipts is held against the log.</summary>
public sealed class CheckReceiptsTests : IDisposable
{
    private const string Lists = "/v1/audit/receipts", Proofs = "/v1/audit/proofs/", Included = "/v1/audit/proofs/included";
    private readonly SampleLog _log = new();

    /// <summary>Of each receipt, what is told where it stands; in the order in which they are listed.</summary>
    private readonly List<JsonObject> _told = [];
    private readonly Dictionary<string, string> _proofs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _erased = new(StringComparer.Ordinal);
    private Func<Task> _onListing = () => Task.CompletedTask;
    private bool _isListed;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Receipts_that_the_log_does_not_have_are_named()
    {
        await _log.GrowAsync(300);
        foreach (var id in (string[])["proven", "newest-checkpoint"]) await ProveAsync(id);
        _told.Add(new JsonObject { ["id"] = "just-now", ["status"] = "pending" });
        _told.Add(new JsonObject { ["id"] = "long-ago", ["status"] = "pending" });
        _told.Add(new JsonObject { ["id"] = "unknown", ["status"] = "unknown" });
        // Listed no more when the list is asked for again.
        _told.Add(new JsonObject { ["id"] = "gone", ["status"] = "unknown" });
        _erased.Add("gone");
        Tell("twice", (long)_told[0]["index"]!, (string)_told[0]["at"]!);
        Tell("another-time", 7, "2026-06-03T12:00:08.000Z");
        Tell("a-look", _log.Size, "2026-06-03T13:00:00.000Z");
        await _log.AppendAsync(SampleLog.EntryAt(new DateTimeOffset(2026, 6, 3, 13, 0, 0, TimeSpan.Zero), "access", RandomNumberGenerator.GetBytes(32)));
        _log.Sign();
        Tell("elsewhere", 8, "2026-06-03T12:00:08.000Z", "somebody");
        await using var gateway = await StartAsync();

        var (code, output, errors) = await RunAsync(gateway);
        Assert.Equal(1, code);
        Assert.EndsWith("6 of 9 receipts are not in the log.", errors, StringComparison.Ordinal);
        Assert.Contains("9 receipts, ", errors, StringComparison.Ordinal);
        Assert.Contains("2 of 9 receipts are in it; 1 were heard just now and are not yet.", output, StringComparison.Ordinal);
        Assert.Contains("Of 2 of them, chosen by chance, the whole proof was checked.", output, StringComparison.Ordinal);
        Assert.Contains("missing long-ago: It was heard more than a minute ago, and is not in the log.", output, StringComparison.Ordinal);
        Assert.Contains("missing unknown: Audit lists it, and says that it knows of no such record.", output, StringComparison.Ordinal);
        Assert.Contains("missing twice: It is told to be entry 300 of the log, which another receipt is told to be.", output, StringComparison.Ordinal);
        Assert.Contains("missing another-time: It is told to be entry 7 of the log, of 2026-06-03 12:00:08, and that one is of 2026-06-03 12:00:07.", output, StringComparison.Ordinal);
        Assert.Contains("missing a-look: It is told to be entry 302 of the log, which is of class access.", output, StringComparison.Ordinal);
        Assert.Contains("missing elsewhere: It is in another log, somebody.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("gone", output, StringComparison.Ordinal);

        _isListed = false;
        (code, output, _) = await RunAsync(gateway, "--json", "--sample", "0");
        var told = JsonNode.Parse(output)!;
        Assert.Equal((1, "receipts", 6, 0), (code, (string)told["fault"]!, (int)told["receipts"]!["missing"]!, (int)told["receipts"]!["opened"]!));
        Assert.Equal(
            ["long-ago", "unknown", "twice", "another-time", "a-look", "elsewhere"], told["receipts"]!["named"]!.AsArray().Select(one => (string)one!["id"]!));
    }

    /// <summary>Each proof is a look at somebody, and noted; what is not opened is none.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    [InlineData(20, 12)]
    public async Task No_more_receipts_are_opened_than_were_asked_for(int sample, int opened)
    {
        for (var i = 0; i < 12; i++) await ProveAsync($"receipt-{i}");
        await using var gateway = await StartAsync();

        var (code, output, _) = await RunAsync(gateway, "--json", "--sample", sample.ToString(CultureInfo.InvariantCulture));

        var told = JsonNode.Parse(output)!["receipts"]!;
        Assert.Equal((0, 12, 12, opened), (code, (int)told["listed"]!, (int)told["proven"]!, (int)told["opened"]!));
        Assert.Equal((1, opened + 1), (gateway.AskedFor(Included), gateway.AskedFor(Proofs)));
    }

    [Fact]
    public async Task Whoever_tells_the_right_entry_and_cannot_prove_it_is_found_out()
    {
        await _log.GrowAsync(300);
        await ProveAsync("somebody-elses");
        _told[0]["id"] = "another";
        _proofs["another"] = _proofs["somebody-elses"];
        // Signed by the log's own key, and no part of what everybody else is shown.
        using var fork = await SampleLog.OfAsync(4, _log.Signer, "other");
        _proofs["split-view"] = (await SampleProof.OfReceiptAsync(fork, "split-view")).ToJsonString();
        Tell("split-view", 4, "2026-06-03T12:00:04.000Z");
        await ProveAsync("another-entry");
        _told[^1]["index"] = 5;
        _told[^1]["at"] = "2026-06-03T12:00:05.000Z";
        _proofs["nonsense"] = "[]";
        Tell("nonsense", 6, "2026-06-03T12:00:06.000Z");
        _proofs["pending"] = """{"status":"pending"}""";
        Tell("pending", 7, "2026-06-03T12:00:07.000Z");
        Tell("without", 8, "2026-06-03T12:00:08.000Z");
        Tell("erased", 9, "2026-06-03T12:00:09.000Z");
        _erased.Add("erased");
        await using var gateway = await StartAsync();

        var (code, output, errors) = await RunAsync(gateway);
        Assert.Equal(1, code);
        Assert.EndsWith("6 of 6 receipts are not in the log.", errors, StringComparison.Ordinal);
        Assert.Contains("missing another: Its proof is of another record, somebody-elses.", output, StringComparison.Ordinal);
        Assert.Contains("missing split-view: Its proof rests on a checkpoint of 5 entries that is no part of this log", output, StringComparison.Ordinal);
        Assert.Contains("missing another-entry: It is told to be entry 5 of the log, and its proof is of entry 301.", output, StringComparison.Ordinal);
        Assert.Contains("missing nonsense: ", output, StringComparison.Ordinal);
        Assert.Contains("missing pending: It is told to be in the log, and its proof to be pending.", output, StringComparison.Ordinal);
        Assert.Contains("missing without: Audit lists it, and knows of no proof.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_that_came_while_the_log_was_read_is_found_in_what_the_log_has_grown_by()
    {
        await _log.GrowAsync(255);
        _onListing = () => _told.Count > 0 ? Task.CompletedTask : GrowAsync();
        await using var gateway = await StartAsync();

        var (code, output, errors) = await RunAsync(gateway);

        Assert.Equal((0, true), (code, output.Contains("2 of 2 receipts are in it", StringComparison.Ordinal)));
        Assert.DoesNotContain("missing", errors, StringComparison.Ordinal);

        async Task GrowAsync()
        {
            foreach (var id in (string[])["first", "second"]) await ProveAsync(id);
        }
    }

    [Fact]
    public async Task Answers_that_say_nothing_of_what_was_asked_are_refused()
    {
        await _log.GrowAsync(3);
        Tell("one", 1, "2026-06-03T12:00:01.000Z");
        await using var gateway = await LogGateway.StartAsync(() => _log.Folder, (path, context) =>
            path == Included ? LogGateway.TellAsync(context, 200, """{"records":[{"id":"two","status":"included","log":"bakkers","index":2,"at":"2026-06-03T12:00:02.000Z"}]}""") : AnswerAsync(path, context));
        var (code, _, errors) = await RunAsync(gateway);
        Assert.Equal(1, code);
        Assert.Contains("What came does not say of each receipt whether it is in the log.", errors, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(LogGateway gateway, params string[] more) =>
        CommandLine.RunAsync(["fsck", gateway.Log, "--key", _log.Key, "--receipts", "--token", "given", .. more]);

    private Task<LogGateway> StartAsync() => LogGateway.StartAsync(() => _log.Folder, AnswerAsync);

    private void Tell(string id, long index, string at, string log = "bakkers") =>
        _told.Add(new JsonObject { ["id"] = id, ["status"] = "included", ["log"] = log, ["index"] = index, ["at"] = at });

    private async Task ProveAsync(string id)
    {
        var proof = await SampleProof.OfReceiptAsync(_log, id);
        _proofs[id] = proof.ToJsonString();
        Tell(id, (long)proof["index"]!, (string)proof["at"]!);
    }

    private async Task<bool> AnswerAsync(string path, HttpContext context)
    {
        if (path.StartsWith(Lists, StringComparison.Ordinal))
        {
            await _onListing();
            var now = TimeProvider.System.GetUtcNow();
            var listed = _told.Select(one => (string)one["id"]!).Where(id => !_isListed || !_erased.Contains(id)).Select(id => (JsonNode)new JsonObject
            {
                ["id"] = id,
                ["heardAt"] = (id == "just-now" ? now : now.AddHours(-1)).ToString("O", CultureInfo.InvariantCulture),
            });
            var page = new JsonObject { ["receipts"] = new JsonArray(listed.ToArray()), ["next"] = _told.Count, ["more"] = false };
            _isListed = true;
            return await LogGateway.TellAsync(context, 200, page.ToJsonString());
        }

        if (path == Included)
        {
            var ids = (await JsonSerializer.DeserializeAsync<JsonObject>(context.Request.Body))!["ids"]!.AsArray().Select(id => (string)id!);
            var records = ids.Select(id => _told.First(one => (string)one["id"]! == id).DeepClone());
            return await LogGateway.TellAsync(context, 200, new JsonObject { ["records"] = new JsonArray(records.ToArray()) }.ToJsonString());
        }

        if (!path.StartsWith(Proofs, StringComparison.Ordinal)) return false;
        return _proofs.TryGetValue(Uri.UnescapeDataString(path[Proofs.Length..]), out var proof) ? await LogGateway.TellAsync(context, 200, proof) : await LogGateway.TellAsync(context, 404);
    }
}
