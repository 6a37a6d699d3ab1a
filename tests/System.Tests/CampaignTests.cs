using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>From click to everywhere: a campaign's owner sees the links, the opt-outs, and how long these took to reach the last subscriber.</summary>
[Collection(AsOne.Name)]
public sealed class CampaignTests(RunningAsOne running)
{
    private Product Product => running.Product;

    [Fact]
    public async Task Of_a_campaign_its_owner_and_the_auditor_see_the_same_and_nobody_who_opted_out()
    {
        var (site, campaign) = (new Site(Product, "weefgoed"), $"campaign-{Contracts.RandomId.New()[..8]}");
        var readers = Enumerable.Range(0, 3).Select(_ => Product.Secrets.Address()).ToArray();
        var links = await MintAsync(site, campaign, readers);
        foreach (var link in links[..2]) await site.OneClickAsync(link);
        for (var i = 0; i < 2; i++) await TellAsync(site, campaign, 500);
        // Said again, it is no further opt-out.
        await site.OneClickAsync(links[0]);

        var owner = Product.Client(Product.Gateway, Product.Token("marketing", sites: ["weefgoed"]));
        JsonNode? seen = null;
        await Eventually.IsSoAsync("both opt-outs are everywhere", async () =>
        {
            seen = await ReadAsync(owner, $"/v1/sites/weefgoed/marketing/campaigns?campaign={campaign}");
            return (int?)seen?["links"] == 503 && (int?)seen?["everywhere"]?["optOuts"] == 2;
        }, TimeSpan.FromSeconds(120), () => seen?.ToJsonString() ?? "nothing");

        var told = seen!;
        Assert.Equal((2, 0, 0), ((int)told["optOuts"]!, (int)told["takenBack"]!, (int)told["open"]!));
        Assert.InRange((long)told["everywhere"]!["maxMs"]!, 0, 120_000);
        Assert.True((long)told["everywhere"]!["p50Ms"]! <= (long)told["everywhere"]!["maxMs"]!);
        var auditor = await ReadAsync(Product.Client(Product.Gateway, Product.Token("audit")), $"/v1/audit/campaigns?site=weefgoed&campaign={campaign}");
        Assert.Equal(told.ToJsonString(), auditor?.ToJsonString());

        var (code, table, errors) = await CommandLine.RunAsync(
            "marketing", "campaigns", "--site", "weefgoed", "--campaign", campaign, "--gateway", Product.Gateway.ToString(), "--data", Product.Data);
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains(campaign, table, StringComparison.Ordinal);
        Assert.Empty(Product.Secrets.LeaksIn("the table", table));
        Assert.Empty(Product.Secrets.LeaksIn("the answer", told.ToJsonString()));
    }

    private async Task<string[]> MintAsync(Site site, string campaign, string[] addresses)
    {
        using var answer = await Product.Client(Product.Gateway, Product.Token("marketing"))
            .PostAsJsonAsync($"/v1/sites/{site.Id}/marketing/links", new { addresses, topic = await site.TopicAsync(), campaign });
        answer.EnsureSuccessStatusCode();
        var links = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["links"]!.AsArray().Select(l => new Uri((string)l!["url"]!).AbsolutePath).ToArray();
        foreach (var link in links) Product.Secrets.Keep(link[3..]);
        return links;
    }

    /// <summary>That so many were made by a mailer itself; the same call whenever it is made.</summary>
    private async Task TellAsync(Site site, string campaign, int links)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/sites/{site.Id}/marketing/campaigns/{campaign}/links")
        {
            Content = JsonContent.Create(new { topic = await site.TopicAsync(), links }),
        };
        request.Headers.Add("Idempotency-Key", "offline");
        using var answer = await Product.Client(Product.Gateway, Product.Token("marketing")).SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<JsonNode?> ReadAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["campaigns"]!.AsArray().SingleOrDefault();
    }
}
