using System.Text.Json.Nodes;
using Consent.Audit.Holds;
using Consent.Audit.Tests.Logs;
using Consent.Audit.Tests.Timelines;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Holds;

/// <summary>What a legal hold keeps, of whom it hides it, and that the erasure comes all the same.</summary>
public sealed class HoldTests : IDisposable
{
    private const string Visitor = "0123456789abcdef0123456789abcdef";
    private const string Reason = "A claim before the court of Arnhem.";
    private const string OfVisitor = $"/v1/audit/subjects/{Visitor}/timeline?site={Samples.Site}";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhoIsHeld_KeepsHisProof_IsShownToNoAuditor_AndIsErasedWhenTheHoldIsLifted()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
        var hold = await PlaceAsync(audit, "holds", OfTheVisitor("legal-claims", audit.Clock.At.AddYears(1)));
        Assert.Equal(("in-force", "art. 17(3)(e)", 0), ((string?)hold["state"], (string?)hold["article"], (int)hold["erasuresWaiting"]!));
        // A hold alone restricts nobody; it is told.
        Assert.Contains("legal-claims", (string?)(await TimelineTests.ReadAsync(await audit.GetAsync(OfVisitor, Auditor(audit))))["kept"]!["text"], StringComparison.Ordinal);

        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
        await audit.RoundAsync();

        Assert.NotEmpty(await HeldOfAsync(audit, "first"));
        Assert.Contains(audit.Outbox.Of<ConsentApplied>(), a => a.RecordId == "erasure-1");
        var question = new { site = Samples.Site, subject = Visitor, purpose = "statistics", at = Samples.Noon.AddHours(1) };
        foreach (var (isOfficer, answer) in ((bool, HttpResponseMessage)[])[
            (false, await audit.GetAsync(OfVisitor, Auditor(audit))), (false, await audit.GetAsync("/v1/audit/trace/first", Auditor(audit))),
            (false, await audit.PostAsync("/v1/audit/was-in-force", question, Auditor(audit))),
            (false, await audit.PostAsync("/v1/audit/timeline", new { site = Samples.Site, subject = Visitor, reason = Reason }, Auditor(audit))),
            (true, await audit.PostAsync("/v1/audit/timeline", new { site = Samples.Site, subject = Visitor }, Officer(audit))),
            (true, await audit.PostAsync("/v1/audit/trace", new { id = "first", reason = "too short" }, Officer(audit)))])
        {
            var refused = await ProblemOf.IsAsync(answer, 403, "person-restricted");
            // On which ground he is held is told to no auditor.
            if (!isOfficer) Assert.Null(refused["kept"]);
            else Assert.Equal(("legal-claims", hold["until"]!.ToString()), ((string?)refused["kept"]!["holds"]![0]!["ground"], refused["kept"]!["holds"]![0]!["until"]!.ToString()));
        }

        Assert.Empty((await TimelineTests.ReadAsync(await audit.GetAsync($"/v1/audit/receipts?site={Samples.Site}", Auditor(audit))))["receipts"]!.AsArray());
        var proof = await audit.ProofAsync("first");
        Assert.Equal(("included", null), ((string?)proof["status"], proof["opening"]));
        var told = await TimelineTests.ReadAsync(await audit.PostAsync("/v1/audit/timeline", new { site = Samples.Site, subject = Visitor, reason = Reason }, Officer(audit)));
        Assert.Equal("first", (string?)Assert.Single(told["events"]!.AsArray())!["id"]);
        Assert.NotNull(told["kept"]!["erasureWaitsSince"]);
        Assert.Contains("accept-all", (await TimelineTests.ReadAsync(await audit.PostAsync("/v1/audit/trace", new { id = "first", reason = Reason }, Officer(audit)))).ToJsonString(), StringComparison.Ordinal);

        var lifted = await TimelineTests.ReadAsync(await audit.DeleteAsync($"/v1/audit/holds/{(string?)hold["id"]}", Officer(audit)));
        await audit.RoundAsync();

        Assert.Equal(("lifted", 0), ((string?)lifted["state"], (int)lifted["erasuresWaiting"]!));
        Assert.Empty(await HeldOfAsync(audit, "first"));
        Assert.Empty((await TimelineTests.ReadAsync(await audit.GetAsync(OfVisitor, Auditor(audit))))["events"]!.AsArray());
        var classes = await audit.ClassesAsync();
        // Placed, the erasure waits, lifted, carried out.
        Assert.Equal((4, 1), (classes.Count(c => c == "hold"), classes.Count(c => c == "erasure")));
        var look = (await audit.Records.FeedAsync(0, 1000)).Where(r => r.Kind == "access").Select(r => JsonNode.Parse(r.Payload.Span)!).ToList();
        Assert.Equal(2, look.Count(l => (string?)l["reason"] == Reason && (string?)l["what"] != "refused"));
        // Each refusal is a look: two by the receipt, four by the person.
        var refusals = look.Where(l => (string?)l["what"] == "refused").ToList();
        Assert.Equal((6, 2), (refusals.Count, refusals.Count(l => (string?)l["record"] == "first")));
    }

    [Fact]
    public async Task AHoldThatEnds_LetsTheErasureGo_AlsoAfterARestart_AndIsNotedOnce()
    {
        await using (var audit = await StartAsync())
        {
            await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
            await PlaceAsync(audit, "holds", OfTheVisitor("legal-obligation", audit.Clock.At.AddHours(1)));
            await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
        }

        await using var again = await AuditWithLogs.StartAsync(_folder, ("Audit:HoldsSettle", "00:00:00"));
        await again.Of<CarryOutErasures>().RunAsync(CancellationToken.None);
        Assert.NotEmpty(await HeldOfAsync(again, "first"));
        // Told again it waits once.
        await again.HearAsync(WriteLogsTests.Erasure("erasure-1"));

        again.Clock.Pass(TimeSpan.FromHours(2));
        for (var times = 0; times < 3; times++) await again.Of<CarryOutErasures>().RunAsync(CancellationToken.None);
        await again.RoundAsync();

        Assert.Empty(await HeldOfAsync(again, "first"));
        var listed = Assert.Single((await TimelineTests.ReadAsync(await again.GetAsync($"/v1/audit/holds?site={Samples.Site}", Officer(again))))["placed"]!.AsArray())!;
        Assert.Equal(("ended", "audit", 0), ((string?)listed["state"], (string?)listed["overBy"], (int)listed["erasuresWaiting"]!));
        Assert.Equal(Samples.Controller, (string?)listed["log"]!["log"]);
        Assert.DoesNotContain(Visitor, listed.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(4, (await again.ClassesAsync()).Count(c => c == "hold"));
    }

    [Theory]
    [InlineData("00:10:00")]
    [InlineData("00:00:00")]
    public async Task AClockThatRanAhead_AndIsSetRight_EndsNoHold_AndErasesNothing(string settle)
    {
        await using var audit = await StartAsync(("Audit:HoldsSettle", settle), ("Audit:HoldsEvery", "1.00:00:00"));
        await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
        await PlaceAsync(audit, "holds", OfTheVisitor("legal-claims", audit.Clock.At.AddDays(1)));
        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
        var carry = audit.Of<CarryOutErasures>();

        // One round may find it ended each time, and the round between finds it in force.
        for (var times = 0; times < 2; times++)
        {
            audit.Clock.Pass(TimeSpan.FromDays(2000));
            await carry.RunAsync(CancellationToken.None);
            if (settle != "00:00:00") await carry.RunAsync(CancellationToken.None);
            await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
            audit.Clock.Pass(TimeSpan.FromDays(-2000));
            await carry.RunAsync(CancellationToken.None);
        }

        Assert.NotEmpty(await HeldOfAsync(audit, "first"));
        var listed = Assert.Single((await TimelineTests.ReadAsync(await audit.GetAsync($"/v1/audit/holds?site={Samples.Site}", Officer(audit))))["placed"]!.AsArray())!;
        Assert.Equal(("in-force", 1), ((string?)listed["state"], (int)listed["erasuresWaiting"]!));
    }

    [Fact]
    public async Task AnAddress_IsHeldUnderAllItsIds_FromWhicheverServiceItsErasureIsTold()
    {
        await using var marketing = await StandInMarketing.StartAsync();
        await using var audit = await StartAsync(("Audit:Marketing", marketing.Url));
        var other = $"a2-{new string('c', 64)}";
        await audit.HearAsync(Samples.OptOut());
        await audit.HearAsync(Samples.OptIn() with { SubjectId = other });
        var body = new { site = Samples.Site, address = StandInMarketing.Address, ground = "legal-claims", until = audit.Clock.At.AddDays(1) };
        var hold = await PlaceAsync(audit, "holds", body);

        await audit.HearAsync(new MarketingErased("erased-1", Samples.Noon, Samples.Site, Samples.OptOut().SubjectId, Samples.Noon));
        await audit.HearAsync(new ErasureAsked("asked-1", Samples.Noon, Samples.Site, other, Samples.Noon));
        await audit.RoundAsync();

        foreach (var id in (string[])["opt-out-1", "opt-in-1"]) Assert.NotEmpty(await HeldOfAsync(audit, id));
        var listed = Assert.Single((await TimelineTests.ReadAsync(await audit.GetAsync($"/v1/audit/holds?site={Samples.Site}", Officer(audit))))["placed"]!.AsArray())!;
        Assert.Equal((2, 2), ((int)listed["erasuresWaiting"]!, listed["persons"]!.AsArray().Count));
        Assert.DoesNotContain(StandInMarketing.Address, listed.ToJsonString(), StringComparison.Ordinal);
        Assert.Single(await audit.ClassesAsync(), c => c == "request");
        // Whom a request speaks of is opened to nobody.
        Assert.Equal(("included", "request", null), Told(await audit.ProofAsync("asked-1")));

        await TimelineTests.ReadAsync(await audit.DeleteAsync($"/v1/audit/holds/{(string?)hold["id"]}", Officer(audit)));
        foreach (var id in (string[])["opt-out-1", "opt-in-1"]) Assert.Empty(await HeldOfAsync(audit, id));

        static (string?, string?, JsonNode?) Told(JsonObject proof) => ((string?)proof["status"], (string?)proof["class"], proof["opening"]);
    }

    [Fact]
    public async Task AnErasureThatWasDoneBefore_ToldAgain_RestrictsNobodyWhoCameBackAndIsHeld()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
        await audit.HearAsync(TimelineTests.Decided("again", 3, Samples.Noon.AddDays(1)));
        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1", version: 2));
        Assert.Empty(await HeldOfAsync(audit, "first"));
        await PlaceAsync(audit, "holds", OfTheVisitor("legal-claims", audit.Clock.At.AddDays(1)));

        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1", version: 2));
        Assert.Single((await TimelineTests.ReadAsync(await audit.GetAsync(OfVisitor, Auditor(audit))))["events"]!.AsArray());

        // The note of what he decided behind a tombstone names nobody; his receipt does.
        await audit.HearAsync(WriteLogsTests.Erasure("erasure-2", version: 4));
        Assert.NotEmpty(await HeldOfAsync(audit, "again"));
    }

    [Fact]
    public async Task ARestriction_HidesThePerson_LeavesHisProof_AndIsLifted()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
        var restriction = await PlaceAsync(audit, "restrictions", new { site = Samples.Site, subject = Visitor, ground = "accuracy-contested" });
        await audit.RoundAsync();

        Assert.Null(restriction["until"]);
        await ProblemOf.IsAsync(await audit.GetAsync(OfVisitor, Auditor(audit)), 403, "person-restricted");
        Assert.Null((await audit.ProofAsync("first"))["opening"]);
        Assert.Single((await TimelineTests.ReadAsync(await audit.PostAsync("/v1/audit/timeline", new { site = Samples.Site, subject = Visitor, reason = Reason }, Officer(audit))))["events"]!.AsArray());
        await audit.DeleteAsync($"/v1/audit/restrictions/{(string?)restriction["id"]}", Officer(audit));
        await audit.RoundAsync();

        Assert.Single((await TimelineTests.ReadAsync(await audit.GetAsync(OfVisitor, Auditor(audit))))["events"]!.AsArray());
        AuditWithLogs.Verify(await audit.ProofAsync("first"), await audit.KeysAsync());
        Assert.Equal(2, (await audit.ClassesAsync()).Count(c => c == "request"));
    }

    private static object OfTheVisitor(string ground, DateTimeOffset until) => new { site = Samples.Site, subject = Visitor, ground, until };

    private static string Auditor(AuditWithLogs audit) => audit.Token("audit", Samples.Controller);

    private static string Officer(AuditWithLogs audit) => audit.Token("privacy-officer", Samples.Controller);

    private static async Task<JsonObject> PlaceAsync(AuditWithLogs audit, string what, object body) => await TimelineTests.ReadAsync(await audit.PostAsync($"/v1/audit/{what}", body, Officer(audit)));

    private static Task<List<Heard>> HeldOfAsync(AuditWithLogs audit, string record) => audit.Of<AuditLog>().ReadAsync(AuditLog.TraceOf(record), CancellationToken.None).AsTask();

    private async Task<AuditWithLogs> StartAsync(params (string Name, string Value)[] settings)
    {
        var audit = await AuditWithLogs.StartAsync(_folder, settings);
        await audit.HearAsync(Samples.Publication());
        return audit;
    }
}
