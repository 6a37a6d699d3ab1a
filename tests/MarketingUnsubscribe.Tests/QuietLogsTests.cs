using System.Text;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class QuietLogsTests : HostedTest
{
    [Fact]
    public async Task NoAddressSubjectIdOrTokenStandsInAnyLogLine()
    {
        const string Jan = "jan.geheim@example.com";
        var link = await Host.LinkAsync(Jan);
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.OneClickAsync(link);
        await Host.Client.GetAsync(link);
        await Host.Client.GetAsync(link[..^3]);
        await Host.OneClickAsync(link[..^3]);
        await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan, "offers")), "class=\"primary\"");
        await Host.PressAsync(await Host.PageAsync(link), "name=\"everything\"");
        var key = (await (await Host.PostAsync("/v1/sites/orchard/marketing/link-key", new { }, Host.Token("operator"))).JsonAsync()).GetProperty("key").GetString()!;
        await Host.ReasonAsync(Jan);
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        using var malformed = new StringContent($"{{\"address\":\"{Jan}", Encoding.UTF8, "application/json");
        await Host.SendAsync("/v1/sites/orchard/marketing/subscriptions", malformed);

        var lines = Host.Log.All;
        Assert.NotEmpty(lines);
        foreach (var secret in (string[])["geheim", link[3..20], key[^20..], Host.Keys.Addresses(Sample.Controller).AddressId(Jan)])
        {
            Assert.DoesNotContain(secret, lines, StringComparison.OrdinalIgnoreCase);
        }
    }
}
