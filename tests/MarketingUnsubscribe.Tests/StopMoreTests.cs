using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The page that tells that one topic has stopped offers to stop others, or everything, and tells nobody what an address is subscribed to.</summary>
public sealed class StopMoreTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string Stop = "Meld mij af";
    private const string Everything = "name=\"everything\"";

    [Fact]
    public async Task TickedTopics_StopToo_AndOthersDoNot()
    {
        foreach (var topic in (string[])["newsletter", "offers", "tips"]) await Host.SubscribeAsync(Jan, topic, confirmedAt: Host.Time.Is);
        var done = await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), Stop);

        await Host.PressAsync(done, "checkbox", "offers", "no-such-topic");

        Assert.Equal(("suppressed", "suppressed", "opted-in"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers"), await Host.ReasonAsync(Jan, "tips")));
        Assert.Equal(["newsletter", "offers"], (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(2)).SelectMany(e => e.Topics).Order());
    }

    [Fact]
    public async Task ThePage_IsTheSameWhateverTheAddressIsSubscribedTo()
    {
        foreach (var topic in (string[])["offers", "tips"]) await Host.SubscribeAsync(Jan, topic, confirmedAt: Host.Time.Is);
        var pages = new HashSet<string>();
        foreach (var address in (string[])[Jan, "joop@example.com"])
        {
            var link = await Host.LinkAsync(address);
            await Host.OneClickAsync(link);
            pages.Add(System.Text.RegularExpressions.Regex.Replace((await Host.PageAsync(link)).Replace(link, "/u/x", StringComparison.Ordinal), "value=\"([A-Za-z0-9_-]{43}|[0-9a-f]{32})\"", ""));
        }
        Assert.Single(pages);
        Assert.Contains("checkbox", pages.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_StopsWhatIsDeclared_AndWhatComesLater_UntilThePersonConfirmsATopic()
    {
        foreach (var topic in (string[])["newsletter", "offers"]) await Host.SubscribeAsync(Jan, topic, confirmedAt: Host.Time.Is);
        var done = await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), Stop);

        var all = await Host.PressAsync(done, Everything);

        Assert.True(all.Says("U krijgt geen nieuws of reclame meer"));
        Assert.True((await Host.PageAsync(await Host.LinkAsync(Jan, "tips"))).Says("U krijgt geen nieuws of reclame meer"));
        // The others know no "everything", and hear the purposes behind the topics, so that it holds there for those declared later too.
        Assert.Equal(
            ["customer-news", "marketing", "newsletter", "offers", "tips"], (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(4)).SelectMany(e => e.Topics).Order());
        Assert.DoesNotContain(Host.Sent.All<MarketingUnsubscribed>(), e => e.Topics.Contains("*"));
        await Host.HearAsync(Sample.Declaration(topics: ["newsletter", "offers", "brand-new"]), version: 2);
        Host.Time.Pass(TimeSpan.FromDays(1));
        await Host.SubscribeUnprovenAsync(Jan, "brand-new");
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan, "brand-new"));
        await Host.ConfirmAsync(Jan, "brand-new");
        Assert.Equal(("opted-in", "suppressed"), (await Host.ReasonAsync(Jan, "brand-new"), await Host.ReasonAsync(Jan, "offers")));
    }
}
