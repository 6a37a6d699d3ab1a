using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>A visitor's choice and a reader's opt-out travel the whole system.</summary>
public abstract class TravelTests(Running running)
{
    private Product Product => running.Product;

    public static TheoryData<string> Sites => [.. Product.Sites];

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task A_choice_reaches_both_subscribers_and_the_trace_shows_it(string id)
    {
        var (site, visitor) = (new Site(Product, id), Product.Secrets.Visitor());
        Assert.False(await site.CollectsAsync(visitor), "A hit of an unknown visitor is dropped.");

        var receipt = await site.DecideAsync(visitor, statistics: true);

        foreach (var subscriber in (string[])["newsletter", "analytics"])
        {
            await Eventually.IsSoAsync($"{subscriber} permits statistics", () => site.PermitsAsync(subscriber, visitor, "statistics"));
            Assert.False(await site.PermitsAsync(subscriber, visitor, "media"));
        }
        Assert.True(await site.CollectsAsync(visitor));
        Assert.Equal("given", await site.StatusAsync(visitor, "statistics"));
        var trace = await site.TracedAsync((string)receipt["id"]!, "newsletter", "analytics");
        Assert.Equal((string)(await site.DeclarationAsync())["hash"]!, (string)trace["declaration"]!["hash"]!);
        Assert.Equal((string)receipt["recordedAt"]!, (string)trace["recordedAt"]!);
        Assert.True((DateTimeOffset)trace["publishedAt"]! >= (DateTimeOffset)trace["recordedAt"]!);
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task A_withdrawal_reaches_both_subscribers(string id)
    {
        var (site, visitor) = (new Site(Product, id), Product.Secrets.Visitor());
        await site.DecideAsync(visitor, statistics: true);
        await Eventually.IsSoAsync("analytics permits statistics", () => site.PermitsAsync("analytics", visitor, "statistics"));

        await site.DecideAsync(visitor, statistics: false, heldVersion: 1);

        foreach (var subscriber in (string[])["newsletter", "analytics"])
            await Eventually.IsSoAsync($"{subscriber} denies statistics", async () => !await site.PermitsAsync(subscriber, visitor, "statistics"));
        Assert.False(await site.CollectsAsync(visitor));
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task A_one_click_opt_out_holds_at_once_reaches_both_subscribers_and_the_trace_shows_it(string id)
    {
        var (site, address) = (new Site(Product, id), Product.Secrets.Address());
        Assert.Equal((false, "no-basis"), await site.MaySendAsync(address));
        await site.SubscribeAsync(address);
        await Eventually.IsSoAsync("who opted in may be mailed", async () => await site.MaySendAsync(address) == (true, "opted-in"));
        var link = await site.LinkAsync(address);
        var before = await site.OptOutReceiptsAsync();

        await site.OneClickAsync(link);
        await site.OneClickAsync(link);

        Assert.Equal((false, "suppressed"), await site.MaySendAsync(address));
        var after = before;
        await Eventually.IsSoAsync("audit holds the receipt of the opt-out",
            async () => (after = await site.OptOutReceiptsAsync()).Count > before.Count, TimeSpan.FromSeconds(120));
        var trace = await site.TracedToItsCauseAsync(after.Except(before).Single(), "newsletter", "analytics");
        var subject = Product.Secrets.Keep((string)trace["receipt"]!["subjectId"]!);
        var topic = await site.TopicAsync();
        foreach (var subscriber in (string[])["newsletter", "analytics"])
            Assert.False(await site.PermitsAsync(subscriber, subject, topic), $"{subscriber} still permits {topic}.");
        Assert.Equal("marketing-unsubscribed", (string?)trace["cause"]!["kind"]);
    }
}
