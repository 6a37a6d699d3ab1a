using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Audit.Tests;

public sealed class ListCampaignsTests : IAsyncLifetime
{
    private const string ForAuditors = "/v1/audit/campaigns?site=tuin";
    private const string ForMarketers = "/v1/sites/tuin/marketing/campaigns";
    private readonly RunningAudit _audit = new();

    public async ValueTask InitializeAsync()
    {
        await _audit.InitializeAsync();
        await _audit.HearAsync(Samples.Publication());
        await _audit.HearAsync(new MarketingLinksMade("m1", Samples.Noon, Samples.Site, "offers", "winter-2025", 10, Samples.Noon.AddDays(-90)));
        await _audit.HearAsync(new MarketingLinksMade("m2", Samples.Noon, Samples.Site, "offers", "spring-2026", 1200, Samples.Noon));
        await _audit.HearAsync(Samples.OptOut() with { Campaign = "spring-2026" });
        await _audit.HearAsync(Samples.Choice(causedBy: "opt-out-1") with { Stream = "0123456789abcdef0123" });
    }

    public ValueTask DisposeAsync() => _audit.DisposeAsync();

    [Fact]
    public async Task Get_ByAnAuditorOrTheCampaignsOwner_TellsTheNewestFirst_AndNamesNobody()
    {
        foreach (var (path, scope) in ((string, string)[])[(ForAuditors, "audit"), (ForMarketers, "marketing")])
        {
            var answer = await AnswerAsync(path, _audit.Token(scope, Samples.Controller));
            Assert.Equal("tuin", (string?)answer["site"]);
            Assert.Contains("link key", (string?)answer["note"], StringComparison.Ordinal);
            Assert.Equal(["spring-2026", "winter-2025"], answer["campaigns"]!.AsArray().Select(c => (string?)c!["campaign"]));
            Assert.Equal(
                """
                {"campaign":"spring-2026","links":1200,"linksByDay":[{"day":"2026-06-03","topic":"offers","links":1200}],"optOuts":1,"takenBack":0,"forgotten":0,"open":0,"everywhere":{"optOuts":1,"p50Ms":120,"p95Ms":120,"p99Ms":120,"maxMs":120}}
                """,
                answer["campaigns"]![0]!.ToJsonString());
        }
    }

    [Fact]
    public async Task Get_OneCampaign_OrSoMany()
    {
        var token = _audit.Token("marketing", Samples.Controller);
        Assert.Equal(["winter-2025"], await NamesAsync($"{ForMarketers}?campaign=winter-2025", token));
        Assert.Equal(["spring-2026"], await NamesAsync($"{ForMarketers}?limit=1", token));
        Assert.Empty(await NamesAsync($"{ForMarketers}?campaign=never-sent", token));
        // A site can be called like the beginning of another, and a campaign too.
        Assert.Empty(await NamesAsync($"{ForMarketers}?campaign=spring", token));
    }

    [Theory]
    [InlineData("marketing", "somebody-else", null, 404)]
    [InlineData("marketing", null, "another-site", 404)]
    [InlineData("marketing", null, "tuin", 200)]
    [InlineData("marketing", "*", null, 200)]
    [InlineData("audit", "*", null, 403)]
    public async Task Get_IsOpenToTheSitesOwnController(string scope, string? controller, string? site, int status) =>
        Assert.Equal(status, (int)(await _audit.GetAsync(ForMarketers, _audit.Token(scope, controller, site))).StatusCode);

    [Theory]
    [InlineData("/v1/audit/campaigns", 400, "site-needed")]
    [InlineData("/v1/audit/campaigns?site=", 400, "site-needed")]
    [InlineData("/v1/audit/campaigns?site=nowhere", 404, "unknown-site")]
    [InlineData("/v1/audit/campaigns?site=..%2Ftuin", 404, "unknown-site")]
    [InlineData(ForAuditors + "&limit=0", 400, "bad-range")]
    [InlineData(ForAuditors + "&limit=51", 400, "bad-range")]
    [InlineData(ForAuditors + "&limit=many", 400, "bad-request")]
    public async Task Get_WhatCannotBeAnswered_SaysWhatToDo(string path, int status, string slug)
    {
        using var answer = await _audit.GetAsync(path, _audit.Token("admin"));
        await ProblemOf.IsAsync(answer, status, slug);
    }

    [Fact]
    public async Task Get_WithoutATokenOrScope_IsRefused()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await _audit.GetAsync(ForAuditors, null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _audit.GetAsync(ForAuditors, _audit.Token("marketing", "*"))).StatusCode);
    }

    private async Task<IEnumerable<string?>> NamesAsync(string path, string token) => (await AnswerAsync(path, token))["campaigns"]!.AsArray().Select(c => (string?)c!["campaign"]);

    private async Task<JsonObject> AnswerAsync(string path, string token)
    {
        var response = await _audit.GetAsync(path, token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        Assert.DoesNotContain(Samples.OptOut().SubjectId, answer.ToJsonString(), StringComparison.Ordinal);
        return answer;
    }
}
