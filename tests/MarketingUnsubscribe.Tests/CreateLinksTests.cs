using System.Net;
using System.Text;
using System.Text.Json;
using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class CreateLinksTests : HostedTest
{
    private const string Route = "/v1/sites/orchard/marketing/links";
    private const string KeyRoute = "/v1/sites/orchard/marketing/link-key";
    private const string Jan = "jan@example.com";

    [Fact]
    public async Task EveryAddress_GetsItsOwnLinkInTheOrderAsked_AndOneThatIsNoneAReason()
    {
        string[] asked = [Jan, "nonsense", " Piet@Example.COM ", "jan@example.com\r\nBcc: piet@example.com", "o'neil+news@bücher.example"];
        var links = await LinksAsync(new { addresses = asked, topic = "newsletter", campaign = "spring-2026", language = "nl" });
        Assert.Equal(asked, links.Select(l => l.GetProperty("address").GetString()));
        string?[] expected = [Jan, null, "piet@example.com", null, "o'neil+news@xn--bcher-kva.example"];
        foreach (var (link, address) in links.Zip(expected))
        {
            if (address is null)
            {
                Assert.Equal("invalid-address", link.GetProperty("reason").GetString());
                Assert.False(link.TryGetProperty("url", out _) || link.TryGetProperty("headers", out _));
                continue;
            }
            var url = link.GetProperty("url").GetString()!;
            Assert.Equal($"<{url}>", link.GetProperty("headers").GetProperty("List-Unsubscribe").GetString());
            Assert.Equal(new UnsubscribeLink(Sample.Controller, Sample.Site, "newsletter", address, "spring-2026", "nl"), Host.Tokens.Read(url.Split('/')[^1]));
        }
    }

    [Fact]
    public async Task TenThousandLinks_InOneCall_AreAllDifferentAndWork_OneMoreIsRefused()
    {
        var addresses = Enumerable.Range(0, 10_000).Select(i => $"reader-{i}@example.com").ToList();
        var links = await LinksAsync(new { addresses, topic = "newsletter" });
        Assert.Equal(10_000, links.Select(l => l.GetProperty("url").GetString()).Distinct(StringComparer.Ordinal).Count());
        await Host.OneClickAsync(new Uri(links[^1].GetProperty("url").GetString()!).AbsolutePath);
        Assert.Equal("suppressed", await Host.ReasonAsync(addresses[^1]));
        addresses.Add("one-more@example.com");
        await (await Host.PostAsync(Route, new { addresses, topic = "newsletter" }, Host.Token())).AssertProblemAsync(422, "too-many-addresses");
    }

    [Fact]
    public async Task Minting_ReadsAndLeavesNothing()
    {
        await LinksAsync(new { addresses = new[] { Jan }, topic = "newsletter" });
        Assert.Empty(Host.Sent.All<MarketingUnsubscribed>());
        Assert.Null(await Host.Records.LatestAsync(Sample.Site, Host.Keys.Addresses(Sample.Controller).AddressId(Jan), CancellationToken.None));
    }

    [Fact]
    public async Task TheCampaign_StandsInTheRecordOfTheOptOut()
    {
        var links = await LinksAsync(new { addresses = new[] { Jan }, topic = "newsletter", campaign = "spring-2026" });
        await Host.OneClickAsync(new Uri(links[0].GetProperty("url").GetString()!).AbsolutePath);
        var record = await Host.Records.LatestAsync(Sample.Site, Host.Keys.Addresses(Sample.Controller).AddressId(Jan), CancellationToken.None);
        Assert.Equal("spring-2026", record!.Campaign);
    }

    [Theory]
    [InlineData("""{"topic":"nothing","addresses":[]}""", 422, "unknown-topic")]
    [InlineData("""{"topic":"newsletter","addresses":[],"language":"de"}""", 422, "unknown-language")]
    [InlineData("""{"topic":"newsletter","addresses":[],"campaign":"for jan@example.com"}""", 422, "invalid-campaign")]
    [InlineData("""{"topic":"newsletter","addresses":[],"campaign":""}""", 422, "invalid-campaign")]
    [InlineData("""{"topic":"newsletter"}""", 400, "malformed-body")]
    [InlineData("""{"topic":"newsletter","addresses":"jan@example.com"}""", 400, "malformed-body")]
    [InlineData("""[]""", 400, "malformed-body")]
    public async Task BadInput_IsRefused(string body, int status, string slug)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        await (await Host.SendAsync(Route, content, Host.Token())).AssertProblemAsync(status, slug, secret: Jan);
    }

    [Fact]
    public async Task TheKeyOfASite_MintsLinksThatWork_WithoutAskingAnybody()
    {
        var answer = await Host.PostAsync(KeyRoute, new { }, Host.Token("operator"));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        var given = await answer.JsonAsync();
        Assert.Equal(1, given.GetProperty("version").GetInt32());
        var minter = new LinkMinter(LinkKey.Parse(given.GetProperty("key").GetString()!), new Uri(given.GetProperty("publicUrl").GetString()!));
        var link = minter.Mint(Jan, "newsletter");
        Assert.StartsWith("https://opt-out.example/u/", link.Url, StringComparison.Ordinal);
        await Host.OneClickAsync(new Uri(link.Url).AbsolutePath);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    /// <summary>The README's description is enough: a mailer in another language, with its own cryptography, mints a link that works.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("?rotate=true")]
    public async Task AMailerInNode_MintsALinkThatWorks(string which)
    {
        var given = await (await Host.PostAsync($"{KeyRoute}{which}", new { }, Host.Token("operator"))).JsonAsync();
        var code = ReadmeCode();
        var task = new { key = given.GetProperty("key").GetString(), publicUrl = "https://opt-out.example", topic = "newsletter", address = Jan, campaign = "spring-2026", language = "en" };
        using var node = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("node", ["--input-type=module", "-e", $"{code}\nconsole.log(mint({JsonSerializer.Serialize(task)}))"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var (told, failed) = (await node.StandardOutput.ReadToEndAsync(), await node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync();
        Assert.Equal((0, ""), (node.ExitCode, failed));
        var link = new Uri(told.Trim());
        Assert.Equal(
            new UnsubscribeLink(Sample.Controller, Sample.Site, "newsletter", Jan, "spring-2026", "en"), Host.Tokens.Read(link.Segments[^1]));
        Assert.Equal(HttpStatusCode.OK, (await Host.OneClickAsync(link.AbsolutePath)).StatusCode);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task TheKeyOfASite_IsForOperatorsOfItsControllerOnly()
    {
        await (await Host.PostAsync(KeyRoute, new { })).AssertProblemAsync(401, "token-needed");
        await (await Host.PostAsync(KeyRoute, new { }, Host.Token("marketing"))).AssertProblemAsync(403, "scope-needed");
        await (await Host.PostAsync(KeyRoute, new { }, Host.Token("operator", controller: "another"))).AssertProblemAsync(404, "unknown-site");
    }

    private async Task<List<JsonElement>> LinksAsync(object body)
    {
        var answer = await Host.PostAsync(Route, body, Host.Token());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.JsonAsync()).GetProperty("links").EnumerateArray()];
    }

    private static string ReadmeCode()
    {
        var readme = File.ReadAllText(Path.Combine(Root(), "services", "unsubscribe-links", "README.md"));
        return readme.Split("```js\n")[1].Split("```")[0];
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Consent.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
