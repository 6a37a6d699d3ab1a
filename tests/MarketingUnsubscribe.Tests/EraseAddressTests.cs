using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A person is forgotten by his address, whoever knew him, and what remains keeps him from being mailed again.</summary>
public sealed class EraseAddressTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private static readonly string _erasures = $"/v1/sites/{Sample.Site}/marketing/erasures";

    [Fact]
    public async Task WhoIsKnownHereAlone_IsForgotten_UnderEachOfHisIds_AndTheOthersHearIt()
    {
        await Host.SubscribeAsync(Jan, "offers", confirmedAt: Host.Time.Is);
        Host.Keys.Succeed($"address-{Sample.Controller}");
        Host.Time.Pass(TimeSpan.FromHours(1));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan, "offers"));

        var answer = await Host.PostAsync(_erasures, new { address = "JAN@example.com" }, Host.Token());

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("keyed hash", (await answer.JsonAsync()).GetProperty("remains").GetString(), StringComparison.Ordinal);
        Assert.Equal("erased", await Host.ReasonAsync(Jan, "offers"));
        var heard = await Host.Sent.WaitForAsync<MarketingErased>(2);
        Assert.Equal(Host.Keys.Addresses(Sample.Controller).AddressIds(Jan).Order(), heard.Select(e => e.SubjectId).Order());
        Assert.All(heard, e => Assert.Equal((Sample.Site, Host.Time.Is), (e.Site, e.RecordedAt)));
        await Host.SubscribeAsync(Jan, "offers");
        Assert.Equal("erased", await Host.ReasonAsync(Jan, "offers"));
    }

    [Fact]
    public async Task OfAStranger_TheAnswerIsTheSame_AndHeIsSuppressed()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var (known, unknown) = (await Host.PostAsync(_erasures, new { address = Jan }, Host.Token()), await Host.PostAsync(_erasures, new { address = "x@example.com" }, Host.Token()));

        Assert.Equal(await known.Content.ReadAsStringAsync(), await unknown.Content.ReadAsStringAsync());
        Assert.Equal("erased", await Host.ReasonAsync("x@example.com"));
    }

    [Fact]
    public async Task WhatIsNoAddress_OrASiteOfAnother_IsRefused()
    {
        await (await Host.PostAsync(_erasures, new { address = "nobody" }, Host.Token())).AssertProblemAsync(422, "invalid-address", "nobody");
        Assert.Equal(401, (int)(await Host.PostAsync(_erasures, new { address = Jan })).StatusCode);
        await (await Host.PostAsync(_erasures, new { address = Jan }, Host.Token(controller: "another-house"))).AssertProblemAsync(404, "unknown-site", Jan);
        Assert.Empty(Host.Sent.All<MarketingErased>());
    }
}
