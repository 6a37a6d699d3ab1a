namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What stands of an address after mail to it came back.</summary>
public sealed class BouncedMailTests : HostedTest
{
    private const string Jan = "jan@example.com";

    /// <summary>As Exim tells of a server that says no more than 550.</summary>
    private static readonly string Plain = Reports.OfExim(Jan, "smtp; 550 No such user", Reports.Headers("X-Mailer: another"));

    private static readonly string[] Told = ["""{"kind":"bounce","hard":false,"status":"5.0.0","acted":true}"""];

    [Fact]
    public async Task APlain550_CountsWhenItComesAgainAfterThreeDays_AndIsAnsweredAlike()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        for (var day = 0; day < 3; day++)
        {
            Assert.Equal(Told, await Host.ToldAsync(Plain));
            Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
            Host.Time.Pass(TimeSpan.FromDays(1));
        }

        Assert.Equal(Told, await Host.ToldAsync(Plain));

        Assert.Equal(("bounced", "bounced"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
    }

    [Fact]
    public async Task WhatThePersonConfirmsInBetween_BeginsItAnew()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.ReportAsync(Plain);
        Host.Time.Pass(TimeSpan.FromDays(2));
        await Host.ConfirmAsync(Jan);
        Host.Time.Pass(TimeSpan.FromDays(2));

        await Host.ReportAsync(Plain);

        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        Host.Time.Pass(TimeSpan.FromDays(3));
        await Host.ReportAsync(Plain);
        Assert.Equal("bounced", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhatACallerStatesInBetween_BeginsNothingAnew()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.ReportAsync(Plain);
        Host.Time.Pass(TimeSpan.FromDays(2));
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Host.Time.Pass(TimeSpan.FromDays(2));

        await Host.ReportAsync(Plain);

        Assert.Equal("bounced", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhatWasStoppedOnAPage_IsNotUndoneIntoMailThatComesBack()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var link = await Host.LinkAsync(Jan);
        var all = await Host.PressAsync(await Host.PressAsync(await Host.PageAsync(link), "Meld mij af"), "name=\"everything\"");
        Host.Time.Pass(TimeSpan.FromMinutes(3));
        await Host.ReportAsync(Reports.Bounce(Reports.Recipient(Jan), Reports.WithLink(link)));

        await Host.PressAsync(all, "Maak ongedaan");

        Assert.Equal(("suppressed", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
    }
}
