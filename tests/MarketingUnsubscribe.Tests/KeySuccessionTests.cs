namespace Consent.MarketingUnsubscribe.Tests;

public sealed class KeySuccessionTests : HostedTest
{
    private const string Jan = "jan@example.com";

    [Fact]
    public async Task ASuppressionUnderTheOldKey_IsStillFound()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Succeed();
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        await Host.SubscribeUnprovenAsync(Jan);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AnOptInUnderTheOldKey_IsStillFound_AndANewLinkEndsIt()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Succeed();
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AnOldLink_StillEndsAnOptInMadeUnderTheNewKey()
    {
        var link = await Host.LinkAsync(Jan);
        Succeed();
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.OneClickAsync(link);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AConfirmedOptIn_LiftsTheSuppressionsUnderEveryKey()
    {
        var link = await Host.LinkAsync(Jan);
        Succeed();
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        await Host.OneClickAsync(link);
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.ConfirmAsync(Jan);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        await Host.OneClickAsync(link);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    private void Succeed()
    {
        Host.Keys.Succeed($"address-{Sample.Controller}");
        Host.Keys.Succeed("token");
    }
}
