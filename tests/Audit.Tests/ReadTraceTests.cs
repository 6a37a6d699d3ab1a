using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.Audit.Tests;

public class ReadTraceTests(RunningAudit audit) : IClassFixture<RunningAudit>
{
    [Fact]
    public async Task Get_AReceipt_TellsItsStoryAsJson()
    {
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.OptOut("told-opt-out"));
        await audit.HearAsync(Samples.Choice("told", causedBy: "told-opt-out"));
        await audit.HearAsync(Samples.Applied("newsletter", 80, "told"));

        var response = await audit.GetAsync("/v1/audit/trace/told", audit.Token("audit", Samples.Controller));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var trace = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        Assert.Equal("told", (string?)trace["receipt"]!["id"]);
        Assert.Equal("tuin", (string?)trace["receipt"]!["site"]);
        Assert.Equal(Samples.Declaration().Hash, (string?)trace["declaration"]!["hash"]);
        Assert.Equal(1, (int?)trace["declaration"]!["version"]);
        Assert.Equal("2026-05-04T12:00:00.000Z", (string?)trace["declaration"]!["publishedAt"]);
        Assert.Equal("Het Tuinhuis B.V.", (string?)trace["declaration"]!["text"]!["controller"]);
        Assert.Equal("Statistiek", (string?)trace["declaration"]!["text"]!["purposes"]![0]!["name"]);
        Assert.Equal("2026-06-03T12:00:00.000Z", (string?)trace["decidedAt"]);
        Assert.Equal("2026-06-03T12:00:00.020Z", (string?)trace["recordedAt"]);
        Assert.Equal("2026-06-03T12:00:00.040Z", (string?)trace["publishedAt"]);
        Assert.NotNull(trace["heardAt"]);
        Assert.Equal("told-opt-out", (string?)trace["cause"]!["eventId"]);
        Assert.Equal("marketing-unsubscribed", (string?)trace["cause"]!["kind"]);
        Assert.Equal(["newsletter", "audit"], trace["applied"]!.AsArray().Select(a => (string?)a!["subscriber"]));
        Assert.Equal("opted-out", (string?)trace["story"]![0]!["what"]);
        Assert.Equal("marketing-unsubscribe", (string?)trace["story"]![0]!["by"]);
    }

    [Fact]
    public async Task Get_WhatMarketingRecorded_TellsTheReceiptThatCameOfIt_AndNothingOfAnErasedPerson()
    {
        const string Stream = "0123456789abcdef0777";
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.OptIn("shown-opt-in"));
        await audit.HearAsync(Samples.Choice("shown", causedBy: "shown-opt-in") with { Stream = Stream });

        var token = audit.Token("audit", Samples.Controller);
        var trace = (await (await audit.GetAsync("/v1/audit/trace/shown-opt-in", token)).Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        Assert.Equal(("shown", "shown-opt-in"), ((string?)trace["receipt"]!["id"], (string?)trace["cause"]!["eventId"]));
        Assert.Equal("Het Tuinhuis B.V.", (string?)trace["declaration"]!["text"]!["controller"]);
        Assert.Contains(trace["story"]!.AsArray(), step => (string?)step!["what"] == "opted-in");
        Assert.Equal(HttpStatusCode.NotFound, (await audit.GetAsync("/v1/audit/trace/shown-opt-in", audit.Token("audit", "somebody-else"))).StatusCode);

        await audit.HearAsync(new ConsentErased("shown-erased", Samples.Noon, Samples.Site, Stream, 1, 4, Samples.Noon, ErasureReason.Request));
        Assert.Equal(HttpStatusCode.NotFound, (await audit.GetAsync("/v1/audit/trace/shown-opt-in", token)).StatusCode);
    }

    [Theory]
    [InlineData(null, "tuin", HttpStatusCode.OK)]
    [InlineData("*", null, HttpStatusCode.OK)]
    [InlineData("somebody-else", null, HttpStatusCode.NotFound)]
    [InlineData(null, "another-site", HttpStatusCode.NotFound)]
    [InlineData(null, null, HttpStatusCode.NotFound)]
    public async Task Get_AReceipt_IsOpenToItsSiteAndControllerOnly(string? controller, string? site, HttpStatusCode expected)
    {
        await audit.HearAsync(Samples.Choice("tenancy"));
        var response = await audit.GetAsync("/v1/audit/trace/tenancy", audit.Token("audit", controller, site));
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Get_AForeignReceipt_IsAnsweredAsAnUnknownOne()
    {
        await audit.HearAsync(Samples.Choice("foreign"));
        var token = audit.Token("audit", "somebody-else");
        var foreign = await audit.GetAsync("/v1/audit/trace/foreign", token);
        var unknown = await audit.GetAsync("/v1/audit/trace/no-such", token);

        var problem = await unknown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(problem, await foreign.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("urn:consent:problem:unknown-receipt", (string?)JsonNode.Parse(problem)!["type"]);
        Assert.Equal("application/problem+json", unknown.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("known-by-acknowledgement-only")]
    [InlineData("declaration-9")]
    [InlineData("..%2Fcursor%2Fconsent")]
    [InlineData("%E2%80%AE")]
    public async Task Get_WhatIsNoReceipt_Is404(string id)
    {
        await audit.HearAsync(Samples.Applied("newsletter", 80, "known-by-acknowledgement-only"));
        await audit.HearAsync(Samples.Publication(Samples.Declaration(9)));
        await audit.HearAsync(new LedgerPage(RandomId.New(), "consent", 3, []));
        var response = await audit.GetAsync($"/v1/audit/trace/{id}", audit.Token("admin"));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Get_WithoutATokenOrScope_IsRefused()
    {
        await audit.HearAsync(Samples.Choice("guarded"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await audit.GetAsync("/v1/audit/trace/guarded", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await audit.GetAsync("/v1/audit/trace/guarded", audit.Token("audit", "*")[..^4])).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await audit.GetAsync("/v1/audit/trace/guarded", audit.Token("consent", "*"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await audit.GetAsync("/v1/audit/receipts", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await audit.GetAsync("/v1/audit/receipts", audit.Token("marketing", "*"))).StatusCode);
    }
}
