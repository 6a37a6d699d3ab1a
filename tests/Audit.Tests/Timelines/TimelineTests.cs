using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Audit.Tests.Logs;
using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Timelines;

public sealed class TimelineTests : IDisposable
{
    private const string Person = "0123456789abcdef0123";
    private const string Visitor = "0123456789abcdef0123456789abcdef";
    private const string OfVisitor = $"/v1/audit/subjects/{Visitor}/timeline?site={Samples.Site}";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Timeline_OfAVisitor_TellsHisReceiptsInOrder_WithWhoAppliedThem_AndTheirPlacesInTheLog()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(Decided("second", 2, Samples.Noon.AddHours(2), Decision.Withdrawn));
        await audit.HearAsync(Decided("first", 1, Samples.Noon));
        await audit.HearAsync(Decided("another's", 1, Samples.Noon, subject: new string('f', 32)) with { Stream = "9876543210abcdef0123" });
        await audit.HearAsync(Samples.Applied("newsletter", 80, "first"));
        await audit.RoundAsync();

        var told = await ToldAsync(audit, OfVisitor);

        Assert.Equal(["first", "second"], Ids(told));
        var first = told["events"]![0]!;
        Assert.Equal(("receipt", "2026-06-03T12:00:00.000Z", "given"), ((string?)first["what"], (string?)first["at"], (string?)first["decided"]!["statistics"]));
        Assert.Equal(["newsletter", "audit"], first["applied"]!.AsArray().Select(a => (string?)a!["subscriber"]));
        Assert.Equal(Samples.Controller, (string?)first["log"]!["log"]);
        Assert.Equal((long)(await audit.ProofAsync("first"))["index"]!, (long)first["log"]!["index"]!);
        Assert.Null(told["next"]);
    }

    [Fact]
    public async Task Timeline_PageByPage_TellsEachEventOnce()
    {
        await using var audit = await StartAsync();
        for (var i = 1; i <= 5; i++) await audit.HearAsync(Decided($"receipt-{i}", i, Samples.Noon.AddHours(i / 2)));

        var (found, after) = (new List<string?>(), (string?)"");
        do
        {
            var page = await ToldAsync(audit, $"{OfVisitor}&limit=2&after={after}");
            found.AddRange(Ids(page));
            after = (string?)page["next"];
        }
        while (after is not null);

        Assert.Equal(["receipt-1", "receipt-2", "receipt-3", "receipt-4", "receipt-5"], found);
    }

    [Fact]
    public async Task Timeline_OfAnErasedVisitor_TellsNothing_AndTheIndexHoldsNoRow()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(Decided("first", 1, Samples.Noon));
        Assert.Single(Ids(await ToldAsync(audit, OfVisitor)));

        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1", Person));

        Assert.Empty(Ids(await ToldAsync(audit, OfVisitor)));
        var receipts = audit.Of<FollowReceipts>();
        Assert.Empty((await receipts.CurrentAsync(default)).Of(receipts.KeyOf(Samples.Site, Visitor)));
    }

    [Fact]
    public async Task Timeline_OfAnAddress_IsAskedWithTheAuditorsOwnToken_AndTellsWhatMarketingRecorded_UntilItIsErased()
    {
        await using var marketing = await StandInMarketing.StartAsync();
        await using var audit = await StartAsync(("Audit:Marketing", marketing.Url));
        await audit.HearAsync(Samples.OptIn() with { RecordedAt = Samples.Noon.AddDays(-1) });
        await audit.HearAsync(Samples.OptOut() with { Campaign = "spring-2026", Everything = true });
        await audit.RoundAsync();
        var (question, token) = (new { site = Samples.Site, address = StandInMarketing.Address, reason = "  He asks what\nwe know of him. " }, audit.Token("audit", Samples.Controller));

        var told = await ReadAsync(await audit.PostAsync("/v1/audit/timeline", question, token));

        Assert.Equal(["opt-in", "opt-out"], told["events"]!.AsArray().Select(e => (string?)e!["what"]));
        Assert.Equal(("spring-2026", Samples.Controller), ((string?)told["events"]![1]!["campaign"], (string?)told["events"]![1]!["log"]!["log"]));
        Assert.Equal(["offers", "*"], told["events"]![1]!["topics"]!.AsArray().Select(topic => (string?)topic));
        Assert.Equal(($"Bearer {token}", "He asks what we know of him."), (marketing.Token, marketing.Reason));
        Assert.DoesNotContain(StandInMarketing.Address, told.ToJsonString(), StringComparison.Ordinal);

        await audit.HearAsync(new MarketingErased("erased-1", Samples.Noon, Samples.Site, Samples.OptOut().SubjectId, Samples.Noon));
        var gone = Assert.Single((await ReadAsync(await audit.PostAsync("/v1/audit/timeline", question, token)))["events"]!.AsArray());
        Assert.Equal(("erased", "erased-1", "2026-06-03T12:00:00.000Z"), ((string?)gone!["what"], (string?)gone["id"], (string?)gone["at"]));
    }

    [Theory]
    [InlineData(422, 422, "invalid-address")]
    [InlineData(404, 404, "unknown-site")]
    [InlineData(503, 503, "marketing-away")]
    public async Task AnAddress_ThatMarketingDoesNotTell_IsRefused(int status, int expected, string slug)
    {
        await using var marketing = await StandInMarketing.StartAsync();
        await using var audit = await StartAsync(("Audit:Marketing", marketing.Url));
        marketing.Status = status;
        var question = new { site = Samples.Site, address = StandInMarketing.Address, reason = "He asks what we know of him." };
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/timeline", question, audit.Token("audit", "*")), expected, slug);
    }

    [Fact]
    public async Task WhatCannotBeAnswered_SaysWhatToDo_AndAnotherControllersIsAsIfItWereNotThere()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(Decided("first", 1, Samples.Noon));
        var (own, foreign) = (audit.Token("audit", Samples.Controller), audit.Token("audit", "bakkers"));

        await ProblemOf.IsAsync(await audit.GetAsync(OfVisitor), 401, "token-needed");
        await ProblemOf.IsAsync(await audit.GetAsync(OfVisitor, audit.Token("marketing", "*")), 403, "scope-needed");
        await ProblemOf.IsAsync(await audit.GetAsync(OfVisitor, foreign), 404, "unknown-site");
        await ProblemOf.IsAsync(await audit.GetAsync(OfVisitor.Replace("tuin", "nowhere", StringComparison.Ordinal), audit.Token("admin")), 404, "unknown-site");
        await ProblemOf.IsAsync(await audit.GetAsync($"/v1/audit/subjects/{Visitor}/timeline", own), 400, "site-needed");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/subjects/els@example.com/timeline?site=tuin", own), 400, "subject-id");
        foreach (var range in (string[])["limit=0", "limit=201", "after=behind"]) await ProblemOf.IsAsync(await audit.GetAsync($"{OfVisitor}&{range}", own), 400, "bad-range");
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/timeline", new { site = Samples.Site }, own), 400, "person-needed");
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/timeline", new { site = Samples.Site, address = "els@example.com", reason = "He asks what we know." }, own), 503, "marketing-unset");
        Assert.Empty(Ids(await ToldAsync(audit, OfVisitor.Replace("0123456789abcdef", "fedcba9876543210", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task EachLook_IsInTheLogOfItsController_AndNamesThePersonByAKeyedHashAlone()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(Decided("first", 1, Samples.Noon));
        await ToldAsync(audit, OfVisitor);
        await ToldAsync(audit, OfVisitor);
        await audit.TextAsync("/v1/audit/trace/first", audit.Token("audit", "*"));
        await audit.GetAsync(OfVisitor, audit.Token("audit", "bakkers"));
        await audit.RoundAsync();

        Assert.Equal(["declaration", "decision", "access", "access", "access"], await audit.ClassesAsync());
        var notes = (await audit.Records.FeedAsync(0, 1000)).Where(r => r.Kind == "access").ToList();
        Assert.Equal(3, notes.Count);
        Assert.All(notes, note => Assert.StartsWith("access/developer/", note.Stream, StringComparison.Ordinal));
        var look = JsonNode.Parse(notes[0].Payload.Span)!;
        Assert.Equal(("timeline", audit.Of<FollowReceipts>().KeyOf(Samples.Site, Visitor).ToString()), ((string?)look["what"], (string?)look["subjects"]![0]));
        Assert.DoesNotContain(Visitor, look.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(("trace", "first"), ((string?)JsonNode.Parse(notes[2].Payload.Span)!["what"], (string?)JsonNode.Parse(notes[2].Payload.Span)!["record"]));
    }

    [Fact]
    public async Task TheIndex_IsGoneOnWithAfterAStart_AndMadeAnewWhereItCannotBeRead()
    {
        await using (var audit = await StartAsync())
        {
            await audit.HearAsync(Decided("first", 1, Samples.Noon));
            Assert.Single(Ids(await ToldAsync(audit, OfVisitor)));
        }

        await using (var audit = await StartAsync()) Assert.Equal(["first"], Ids(await ToldAsync(audit, OfVisitor)));
        foreach (var file in Directory.GetFiles(_folder.File("data", "audit", "receipts"), "index*")) await File.WriteAllTextAsync(file, "no index at all");
        await using (var audit = await StartAsync()) Assert.Equal(["first"], Ids(await ToldAsync(audit, OfVisitor)));
    }

    /// <summary>A choice about statistics, on the declaration that is in force.</summary>
    internal static ConsentChanged Decided(string id, long version, DateTimeOffset at, Decision status = Decision.Given, string subject = Visitor)
    {
        var (choice, declaration) = (Samples.Choice(id), Samples.Declaration());
        var decision = new PurposeDecision(status, at, version, at.AddMonths(6), declaration.Hash, declaration.Meanings["statistics"]);
        return choice with
        {
            Stream = Person,
            Receipt = choice.Receipt with { SubjectId = subject, Version = version, RecordedAt = at, Purposes = new Dictionary<string, PurposeDecision> { ["statistics"] = decision } },
        };
    }

    internal static async Task<JsonObject> ReadAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private async Task<AuditWithLogs> StartAsync(params (string Name, string Value)[] settings)
    {
        var audit = await AuditWithLogs.StartAsync(_folder, settings);
        await audit.HearAsync(Samples.Publication());
        return audit;
    }

    private static async Task<JsonObject> ToldAsync(AuditWithLogs audit, string path) => await ReadAsync(await audit.GetAsync(path, audit.Token("audit", Samples.Controller)));

    private static IEnumerable<string?> Ids(JsonObject told) => told["events"]!.AsArray().Select(e => (string?)e!["id"]);
}
