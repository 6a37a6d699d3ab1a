using System.Net;
using System.Net.Http.Json;
using Consent.Contracts;
using Microsoft.Data.Sqlite;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>How many links a campaign had is known, and for whom is not.</summary>
public sealed class CampaignLinksTests : HostedTest
{
    private const string Route = "/v1/sites/orchard/marketing/links";
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
    public async Task AnOptOut_TellsTheCampaignOfItsLink_AndOneOfNoCampaignTellsNone()
    {
        await Host.OneClickAsync(await MintAsync("spring-2026", Jan));
        await Host.OneClickAsync(await Host.LinkAsync("piet@example.com"));
        Assert.Equal(["spring-2026", null], (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(2)).Select(e => e.Campaign));
    }

    [Fact]
    public async Task WhereTheLogCannotCommit_TheLinksAreMadeAllTheSame()
    {
        using var file = new SqliteConnection($"Data Source={Path.Combine(Host.Folder, MarketingUnsubscribeSetup.Service, "log.db")};Pooling=False");
        file.Open();
        using var command = file.CreateCommand();
        command.CommandText = "CREATE TRIGGER no_more BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'full'); END";
        command.ExecuteNonQuery();
        var link = await MintAsync("spring-2026", Jan);
        Assert.Contains("could not be counted", Host.Log.All, StringComparison.Ordinal);
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

    /// <returns>The path of the first link; empty where there is none.</returns>
    private async Task<string> MintAsync(string? campaign, params string[] addresses)
    {
        var answer = await Host.PostAsync(Route, new { addresses, topic = "newsletter", campaign }, Host.Token());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.JsonAsync()).GetProperty("links")[0].TryGetProperty("url", out var url) ? new Uri(url.GetString()!).AbsolutePath : "";
    }
}
