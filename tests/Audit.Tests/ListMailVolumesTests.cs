using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.Audit.Tests;

/// <summary>What the mail gate counted is told by stream and hour, whatever came twice, late or in another order.</summary>
public class ListMailVolumesTests(RunningAudit audit) : IClassFixture<RunningAudit>
{
    private static readonly DateTimeOffset Eleven = new(2026, 6, 3, 11, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Get_EachStreamAndHourOnce_WithItsClass_AndTheGreatestNumbers()
    {
        await audit.HearAsync(Counted("m3", "invoices", Eleven, ("handed-over", 9), ("try-again", 1)));
        await audit.HearAsync(Counted("m1", "invoices", Eleven, ("handed-over", 4)));
        await audit.HearAsync(Counted("m3", "invoices", Eleven, ("handed-over", 9), ("try-again", 1)));
        await audit.HearAsync(Counted("m4", "invoices", Eleven.AddHours(1), ("handed-over", 2)));
        await audit.HearAsync(Counted("m5", "letters", Eleven, ("not-permitted", 3)) with { Class = MailClass.Marketing, About = "offers" });
        await audit.HearAsync(Counted("m6", "old-letters", Eleven.AddHours(13), ("not-permitted", 3)) with { Class = MailClass.Marketing, About = null });

        Assert.Equal(
            [
                """2026-06-03T11:00:00.000Z invoices transactional billing {"handed-over":9,"try-again":1}""",
                """2026-06-03T11:00:00.000Z letters marketing offers {"not-permitted":3}""",
                """2026-06-03T12:00:00.000Z invoices transactional billing {"handed-over":2}""",
            ],
            await ToldAsync("from=2026-06-03&until=2026-06-03", audit.Token("audit", Samples.Controller)));
        Assert.Equal(
            ["""2026-06-04T00:00:00.000Z old-letters marketing  {"not-permitted":3}"""],
            await ToldAsync("from=2026-06-04&until=2026-06-05", audit.Token("audit", site: Samples.Site)));
    }

    [Fact]
    public async Task Get_OfAnotherController_TellsNothing_AndWithoutTheScopeIsRefused()
    {
        await audit.HearAsync(Counted("m7", "invoices", Eleven.AddDays(10), ("handed-over", 9)));

        Assert.Empty(await ToldAsync("from=2026-06-13&until=2026-06-13", audit.Token("audit", "bakkers")));
        Assert.Single(await ToldAsync("from=2026-06-13&until=2026-06-13", audit.Token("admin")));
        var response = await audit.GetAsync($"/v1/audit/mail?site={Samples.Site}&from=2026-06-13&until=2026-06-13", audit.Token("marketing", Samples.Controller));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("from=2026-06-03&until=2026-06-03")]
    [InlineData("site=tuin&from=2026-06-03")]
    [InlineData("site=tuin&from=2026-06-03&until=2026-06-02")]
    [InlineData("site=tuin&from=2026-06-01&until=2026-07-02")]
    [InlineData("site=tuin&from=yesterday&until=2026-07-02")]
    public async Task Get_AnAbsurdRange_IsRefused(string query)
    {
        var response = await audit.GetAsync($"/v1/audit/mail?{query}", audit.Token("audit", "*"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Get_OfSeveralGates_AndOfOneThatWasRestarted_IsTheSum()
    {
        var at = Eleven.AddDays(15);
        await audit.HearAsync(Counted("s1", "invoices", at, ("handed-over", 9_000)) with { Counter = "a" });
        await audit.HearAsync(Counted("s2", "invoices", at, ("handed-over", 10_000)) with { Counter = "a" });
        await audit.HearAsync(Counted("s3", "invoices", at, ("handed-over", 4_000), ("try-again", 1)) with { Counter = "b" });

        Assert.Equal(
            ["""2026-06-18T11:00:00.000Z invoices transactional billing {"handed-over":14000,"try-again":1}"""],
            await ToldAsync("from=2026-06-18&until=2026-06-18", audit.Token("audit", Samples.Controller)));
    }

    [Fact]
    public async Task Get_TheLastDayThatThereIs_IsAnswered() =>
        Assert.Empty(await ToldAsync("from=9999-12-30&until=9999-12-31", audit.Token("audit", Samples.Controller)));

    [Fact]
    public async Task Hear_IsAcknowledgedToTheGate_AndABodyOfAnotherKindIsNotKept()
    {
        await audit.HearAsync(Counted("m8", "invoices", Eleven.AddDays(20), ("handed-over", 1)));
        Assert.Equal("mail-gate", audit.Outbox.Of<ConsentApplied>().Single(a => a.RecordId == "m8").Source);

        var misread = ContractJson.Read<MailCounted>(ContractJson.Write(Samples.OptOut("m9")));
        await Assert.ThrowsAnyAsync<Exception>(() => audit.HearAsync(misread));
        Assert.DoesNotContain(audit.Outbox.Of<ConsentApplied>(), a => a.RecordId == "m9");
    }

    private static MailCounted Counted(string id, string stream, DateTimeOffset hour, params (string Outcome, long Copies)[] copies) => new(
        id, hour.AddMinutes(70), Samples.Site, Samples.Controller, stream, MailClass.Transactional, "billing", hour, copies.ToDictionary(c => c.Outcome, c => c.Copies));

    private async Task<List<string>> ToldAsync(string days, string token)
    {
        var response = await audit.GetAsync($"/v1/audit/mail?site={Samples.Site}&{days}", token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        return [.. answer["volumes"]!.AsArray().Select(v => $"{v!["hour"]} {v["stream"]} {v["class"]} {v["about"]} {v["copies"]!.ToJsonString()}")];
    }
}
