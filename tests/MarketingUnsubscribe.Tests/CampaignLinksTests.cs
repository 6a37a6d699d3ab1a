using System.Net;
using System.Net.Http.Json;
using System.Text;
using Consent.Contracts;
using Microsoft.Data.Sqlite;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>How many links a campaign had is known, and for whom is not.</summary>
public sealed class CampaignLinksTests : HostedTest
{
    private const string Route = "/v1/sites/orchard/marketing/links";
    private const string Spring = "/v1/sites/orchard/marketing/campaigns/spring-2026/links";
    private const string Jan = "jan@example.com";

    [Fact]
    public async Task ACall_IsToldOnce_WithTheLinksThatItMade()
    {
        await MintAsync("spring-2026", Jan, "nonsense", "piet@example.com");
        await MintAsync(null, Jan);
        await MintAsync("spring-2026", "nonsense");
        await MintAsync("autumn-2026", Jan);

        var told = await Host.Sent.WaitForAsync<MarketingLinksMade>(2);
        Assert.Equal(
            [(Sample.Site, "newsletter", "spring-2026", 2, Sample.Noon), (Sample.Site, "newsletter", "autumn-2026", 1, Sample.Noon)],
            told.Select(e => (e.Site, e.Topic, e.Campaign, e.Links, e.RecordedAt)));
    }

    [Fact]
    public async Task ACallThatIsRepeatedUnderItsKey_AfterATimeout_IsCountedOnce_AndMakesLinksThatWork()
    {
        var (first, again, other) = (await KeyedAsync("mailing-7", Jan), await KeyedAsync("mailing-7", Jan), await KeyedAsync("mailing-8", Jan));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], new[] { first, again, other }.Select(a => a.StatusCode));
        await (await KeyedAsync("mailing-7", "piet@example.com")).AssertProblemAsync(422, "idempotency-key-reused");
        await (await KeyedAsync(new string('k', 129), Jan)).AssertProblemAsync(400, "idempotency-key");
        await MintAsync("autumn-2026", Jan);

        var told = await Host.Sent.WaitForAsync<MarketingLinksMade>(3);
        Assert.Equal(["spring-2026", "spring-2026", "autumn-2026"], told.Select(e => e.Campaign));
        var link = (await again.JsonAsync()).GetProperty("links")[0].GetProperty("url").GetString()!;
        await Host.OneClickAsync(new Uri(link).AbsolutePath);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AMailerThatMakesItsLinksItself_TellsHowMany_AndUnderItsKeyOnce()
    {
        foreach (var key in (string?[])["mailing-7", "mailing-7", "mailing-8", null])
        {
            var answer = await TellAsync("""{"topic":"newsletter","links":20000}""", key);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(20_000, (await answer.JsonAsync()).GetProperty("links").GetInt32());
        }
        await (await TellAsync("""{"topic":"newsletter","links":1}""", "mailing-7")).AssertProblemAsync(422, "idempotency-key-reused");
        await MintAsync("autumn-2026", Jan);
        var told = await Host.Sent.WaitForAsync<MarketingLinksMade>(4);
        Assert.Equal(
            [("newsletter", "spring-2026", 20_000), ("newsletter", "spring-2026", 20_000), ("newsletter", "spring-2026", 20_000), ("newsletter", "autumn-2026", 1)],
            told.Select(e => (e.Topic, e.Campaign, e.Links)));
    }

    [Theory]
    [InlineData(Spring, "{\"topic\":\"newsletter\"}", 422, "invalid-links")]
    [InlineData(Spring, "{\"topic\":\"newsletter\",\"links\":0}", 422, "invalid-links")]
    [InlineData(Spring, "{\"topic\":\"newsletter\",\"links\":-5}", 422, "invalid-links")]
    [InlineData(Spring, "{\"topic\":\"newsletter\",\"links\":100000001}", 422, "invalid-links")]
    [InlineData(Spring, "{\"topic\":\"newsletter\",\"links\":\"many\"}", 400, "malformed-body")]
    [InlineData(Spring, "{\"topic\":\"telepathy\",\"links\":5}", 422, "unknown-topic")]
    [InlineData(Spring, "{\"topic\":\"newsletter\",\"channel\":\"sms\",\"links\":5}", 422, "unknown-channel")]
    [InlineData("/v1/sites/orchard/marketing/campaigns/jan%40example.com/links", "{\"topic\":\"newsletter\",\"links\":5}", 422, "invalid-campaign")]
    [InlineData("/v1/sites/nowhere/marketing/campaigns/spring-2026/links", "{\"topic\":\"newsletter\",\"links\":5}", 404, "unknown-site")]
    public async Task WhatCannotBeCounted_IsRefused_AndCountsForNothing(string path, string body, int status, string slug)
    {
        await (await TellAsync(body, null, path)).AssertProblemAsync(status, slug, "jan@");
        await MintAsync("autumn-2026", Jan);
        Assert.Equal("autumn-2026", Assert.Single(await Host.Sent.WaitForAsync<MarketingLinksMade>(1)).Campaign);
    }

    [Fact]
    public async Task AnOptOut_TellsTheCampaignOfItsLink_AndOneOfNoCampaignTellsNone()
    {
        await Host.OneClickAsync(await MintAsync("spring-2026", Jan));
        await Host.OneClickAsync(await Host.LinkAsync("piet@example.com"));
        Assert.Equal(["spring-2026", null], (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(2)).Select(e => e.Campaign));
    }

    [Fact]
    public async Task WhereTheLogCannotCommit_TheLinksAreMadeAllTheSame_AndWhatIsToldIsNotAccepted()
    {
        using var file = new SqliteConnection($"Data Source={Path.Combine(Host.Folder, MarketingUnsubscribeSetup.Service, "log.db")};Pooling=False");
        file.Open();
        using var command = file.CreateCommand();
        command.CommandText = "CREATE TRIGGER no_more BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'full'); END";
        command.ExecuteNonQuery();
        var link = await MintAsync("spring-2026", Jan);
        Assert.Contains("could not be counted", Host.Log.All, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await TellAsync("""{"topic":"newsletter","links":5}""", "mailing-7")).StatusCode);
        command.CommandText = "DROP TRIGGER no_more";
        command.ExecuteNonQuery();
        Assert.Equal(HttpStatusCode.OK, (await Host.OneClickAsync(link)).StatusCode);
    }

    private Task<HttpResponseMessage> KeyedAsync(string key, params string[] addresses)
    {
        var content = JsonContent.Create(new { addresses, topic = "newsletter", campaign = "spring-2026" });
        content.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return Host.SendAsync(Route, content, Host.Token());
    }

    private Task<HttpResponseMessage> TellAsync(string body, string? key, string path = Spring)
    {
        var content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null) content.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return Host.SendAsync(path, content, Host.Token());
    }

    /// <returns>The path of the first link; empty where there is none.</returns>
    private async Task<string> MintAsync(string? campaign, params string[] addresses)
    {
        var answer = await Host.PostAsync(Route, new { addresses, topic = "newsletter", campaign }, Host.Token());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.JsonAsync()).GetProperty("links")[0].TryGetProperty("url", out var url) ? new Uri(url.GetString()!).AbsolutePath : "";
    }
}
