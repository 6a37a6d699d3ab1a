using System.Text.Json.Nodes;
using Consent.Audit.Tests.Logs;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Timelines;

/// <summary>Was consent for statistics in force for this visitor on 3 June at noon, and who had been told?</summary>
public sealed class WasInForceTests : IAsyncLifetime
{
    private const string Visitor = "0123456789abcdef0123456789abcdef";
    private readonly TemporaryFolder _folder = new();
    private AuditWithLogs _audit = null!;

    public async ValueTask InitializeAsync()
    {
        _audit = await AuditWithLogs.StartAsync(_folder);
        await _audit.HearAsync(Samples.Publication());
        await _audit.HearAsync(TimelineTests.Decided("yes", 1, Samples.Noon));
        await _audit.HearAsync(TimelineTests.Decided("no", 2, Samples.Noon.AddHours(2), Decision.Withdrawn));
        await _audit.HearAsync(Samples.Applied("newsletter", 80, "yes"));
        await _audit.HearAsync(Samples.Applied("analytics", 4_000_000, "yes"));
        await _audit.RoundAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _audit.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Yes_ByTheReceiptOfThen_WithItsTextAndPlace_AndWhoHadBeenTold()
    {
        var answer = await AnswerAsync(Samples.Noon.AddHours(1));

        Assert.Equal(("yes", "given", "yes"), ((string?)answer["answer"], (string?)answer["status"], (string?)answer["receipt"]!["id"]));
        Assert.Equal("Yes: consent to statistics was in force at 2026-06-03T13:00:00.000Z, by receipt yes.", (string?)answer["text"]);
        Assert.Equal((Samples.Declaration().Hash, "Statistiek"), ((string?)answer["shown"]!["hash"], (string?)answer["shown"]!["text"]!["purposes"]![0]!["name"]));
        Assert.Equal((1, "yes"), ((int)answer["declaration"]!["version"]!, (string?)answer["decidedIn"]));
        Assert.Equal(["newsletter"], Names(answer["told"]));
        Assert.Equal(["analytics", "audit"], Names(answer["toldLater"]));
        Assert.Equal((long)(await _audit.ProofAsync("yes"))["index"]!, (long)answer["receipt"]!["log"]!["index"]!);
    }

    [Theory]
    [InlineData(0, "yes", "yes")]
    [InlineData(120, "no", "no")]
    [InlineData(10_000, "no", "no")]
    public async Task TheNewestReceiptOfTheMoment_Counts(int minutesAfterNoon, string answer, string receipt)
    {
        var told = await AnswerAsync(Samples.Noon.AddMinutes(minutesAfterNoon));
        Assert.Equal((answer, receipt), ((string?)told["answer"], (string?)told["receipt"]!["id"]));
    }

    [Fact]
    public async Task WhatIsNotKnown_IsNotGuessed_AndWhatNeedsNoConsentIsSaid()
    {
        var before = await AnswerAsync(Samples.Noon.AddMinutes(-1));
        Assert.Equal(("unknown", false, false), ((string?)before["answer"], before.ContainsKey("receipt"), before.ContainsKey("status")));
        var undeclared = await AnswerAsync(Samples.Noon.AddDays(-60));
        Assert.Equal(("unknown", false), ((string?)undeclared["answer"], undeclared.ContainsKey("declaration")));
        Assert.Equal("not-needed", (string?)(await AnswerAsync(Samples.Noon, "proof-of-consent"))["answer"]);

        await _audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
        Assert.Equal("unknown", (string?)(await AnswerAsync(Samples.Noon.AddHours(1)))["answer"]);
    }

    [Fact]
    public async Task WhatCannotBeAnswered_SaysWhatToDo()
    {
        var own = _audit.Token("audit", Samples.Controller);
        await ProblemOf.IsAsync(await PostAsync(Samples.Noon, "statistics", _audit.Token("audit", "bakkers")), 404, "unknown-site");
        await ProblemOf.IsAsync(await PostAsync(Samples.Noon, "statistics", null), 401, "token-needed");
        await ProblemOf.IsAsync(await PostAsync(Samples.Noon, "nothing-of-ours", own), 422, "unknown-purpose");
        await ProblemOf.IsAsync(await PostAsync(TimeProvider.System.Now().AddDays(1), "statistics", own), 400, "moment-needed");
        await ProblemOf.IsAsync(await _audit.PostAsync("/v1/audit/was-in-force", new { site = Samples.Site, subject = Visitor, at = Samples.Noon }, own), 400, "purpose-needed");
        await ProblemOf.IsAsync(await _audit.PostAsync("/v1/audit/was-in-force", new { site = Samples.Site, purpose = "statistics", at = Samples.Noon }, own), 400, "person-needed");
        await ProblemOf.IsAsync(await _audit.PostAsync("/v1/audit/was-in-force", new { at = "noon" }, own), 400, "malformed-body");
    }

    private async Task<JsonObject> AnswerAsync(DateTimeOffset at, string purpose = "statistics") =>
        await TimelineTests.ReadAsync(await PostAsync(at, purpose, _audit.Token("audit", Samples.Controller)));

    private Task<HttpResponseMessage> PostAsync(DateTimeOffset at, string purpose, string? token) =>
        _audit.PostAsync("/v1/audit/was-in-force", new { site = Samples.Site, subject = Visitor, purpose, at }, token);

    private static IEnumerable<string?> Names(JsonNode? applied) => applied!.AsArray().Select(a => (string?)a!["subscriber"]);
}
