using System.Globalization;
using System.Text.Json.Nodes;
using Consent.Audit.Logs;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Logs;

public sealed class TellIncludedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Answer_TellsWhereEachEntryStands_AsItsProofDoes_AndIsNoLookAtAnybody()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => audit.HearAsync(Samples.Choice($"choice-{i}"))));
        await audit.RoundAsync();
        await audit.HearAsync(Samples.Choice("just-now"));
        var before = await audit.ClassesAsync();

        var told = await AskAsync(audit, audit.Token("audit", Samples.Controller), [.. Enumerable.Range(0, 400).Select(i => $"choice-{i}"), "just-now", "declaration-1", "never", "choice-7"]);

        Assert.Equal(404, told.Count);
        Assert.Equal(["pending", "included", "unknown", "included"], told.TakeLast(4).Select(one => (string)one["status"]!));
        Assert.Equal("""{"id":"just-now","status":"pending"}""", told[400].ToJsonString());
        Assert.Equal(told[7].ToJsonString(), told[^1].ToJsonString());
        Assert.Equal(400, told.Take(400).Select(one => (long)one["index"]!).Distinct().Count());
        var entries = await audit.EntriesAsync();
        Assert.All(told.Take(400), one => Assert.Equal(
            ("included", "tuinhuis", LogClass.Decision, entries[(int)one["index"]!].At),
            ((string)one["status"]!, (string)one["log"]!, entries[(int)one["index"]!].Class, DateTimeOffset.Parse((string)one["at"]!, CultureInfo.InvariantCulture))));
        foreach (var one in (JsonObject[])[told[0], told[255], told[399]]) Assert.Equal((long)(await audit.ProofAsync((string)one["id"]!))["index"]!, (long)one["index"]!);

        // Three looks, by the proofs just now; and none before.
        Assert.DoesNotContain(LogClass.Access, before);
        await audit.RoundAsync();
        Assert.Equal(3, (await audit.ClassesAsync()).Count(c => c == LogClass.Access));
    }

    [Fact]
    public async Task WhatIsAnotherControllers_OrErased_IsAnsweredAsWhatIsNotThere()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        var person = new string('e', 20);
        await audit.HearAsync(Samples.Choice() with { Stream = person });
        await audit.HearAsync(Samples.Choice("others", controller: "bakkers", site: "bakery"));
        await audit.RoundAsync();
        Assert.Equal(["included", "unknown", "unknown"], (await AskAsync(audit, audit.Token("audit", Samples.Controller), ["receipt-1", "others", "never"])).Select(one => (string)one["status"]!));

        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1", person));
        await audit.RoundAsync();

        var told = await AskAsync(audit, audit.Token("audit", Samples.Controller), ["receipt-1", "erasure-1"]);
        Assert.Equal(["unknown", "included"], told.Select(one => (string)one["status"]!));
        Assert.Equal("""{"id":"receipt-1","status":"unknown"}""", told[0].ToJsonString());
    }

    [Fact]
    public async Task BadInput_IsRefused_WithWhatToDo()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        var token = audit.Token("audit", "*");
        foreach (var ids in (object?[])[null, Array.Empty<string>(), Enumerable.Range(0, 1001).Select(i => $"id-{i}").ToArray(), new[] { "good", "" }, new[] { "b\nad" }, new[] { "bad one" }, new[] { new string('x', 201) }, new string?[] { "good", null }])
            await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/proofs/included", new { ids }, token), 400, "bad-ids");
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/proofs/included", new { ids = "receipt-1" }, token), 400, "malformed-body");
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/proofs/included", new { ids = new[] { new string('x', 300_000) } }, token), 413, "body-too-large");
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/proofs/included", new { ids = new[] { "receipt-1" } }), 401, "token-needed");
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/proofs/included", new { ids = new[] { "receipt-1" } }, audit.Token("consent", "*")), 403, "scope-needed");
    }

    private static async Task<List<JsonObject>> AskAsync(AuditWithLogs audit, string token, string[] ids)
    {
        var answer = await audit.PostAsync("/v1/audit/proofs/included", new { ids }, token);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.DoesNotContain("salt", text, StringComparison.Ordinal);
        return [.. JsonNode.Parse(text)!["records"]!.AsArray().Select(one => one!.AsObject())];
    }
}
