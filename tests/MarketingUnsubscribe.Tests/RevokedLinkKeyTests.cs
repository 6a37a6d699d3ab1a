using System.Net;
using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A mailer was broken into: its key is revoked, and whoever has it can opt people out, and do nothing else.</summary>
public sealed class RevokedLinkKeyTests : ConfirmingTest
{
    private const string Route = "/v1/sites/orchard/marketing/link-key";
    private const string Piet = "piet@example.com";
    private const string Masked = "j…@e….com";

    [Fact]
    public async Task TheNextKey_TakesItsPlaceAtOnce_AndIsHandedOutFromThenOn()
    {
        var old = await KeyAsync();
        var next = await KeyAsync(rotate: true);

        Assert.Equal((0, 1), ((int)old.Generation, (int)next.Generation));
        Assert.Equal(next.Export(), (await KeyAsync()).Export());
        Assert.Equal(1, LinkToken.GenerationOf((await Host.LinkAsync(Jan))[3..]));
        Assert.Equal(2, (await KeyAsync(rotate: true)).Generation);
        // Of no other site.
        Assert.Equal(0, Host.Tokens.KeyOf(Sample.Controller, "meadow").Generation);
    }

    [Fact]
    public async Task ALinkOfTheOldKey_OptsOutForEver_AndCountsForNoCampaign()
    {
        var old = await KeyAsync();
        var sent = Mint(old, Jan);
        var next = await KeyAsync(rotate: true);
        await KeyAsync(rotate: true);
        Host.Time.Pass(TimeSpan.FromDays(1000));

        // Sent before, and made by the thief afterwards: nobody can tell them apart.
        foreach (var link in (string[])[sent, Mint(old, Piet), Mint(next, "els@example.com"), await Host.LinkAsync("kees@example.com")])
            Assert.Equal(HttpStatusCode.OK, (await Host.OneClickAsync(link)).StatusCode);

        foreach (var address in (string[])[Jan, Piet, "els@example.com", "kees@example.com"]) Assert.Equal("suppressed", await Host.ReasonAsync(address));
        Assert.Equal(
            ["revoked-link", "revoked-link", "revoked-link", "one-click-unsubscribe"], (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(4)).Select(e => e.Action));
        Assert.All(Host.Sent.All<MarketingUnsubscribed>(), e => Assert.Null(e.Campaign));
    }

    [Fact]
    public async Task ALinkOfTheNewKey_CountsForItsCampaign()
    {
        await Host.OneClickAsync(Mint(await KeyAsync(rotate: true), Jan));
        var told = Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribed>(1));
        Assert.Equal(("one-click-unsubscribe", "spring-2026"), (told.Action, told.Campaign));
    }

    [Fact]
    public async Task ThePageOfAnOldLink_ShowsNoAddressAndNotHowItStands_AndItsButtonWorks_WithoutUndo()
    {
        var old = await KeyAsync();
        await Host.OneClickAsync(Mint(old, Jan));
        Assert.True((await Host.PageAsync(Mint(old, Jan))).Says("U bent afgemeld"));
        await KeyAsync(rotate: true);

        foreach (var address in (string[])[Jan, Piet])
        {
            var page = await Host.PageAsync(Mint(old, address));
            Assert.True(page.Says("Afmelden voor ‘Nieuws uit de boomgaard’?") && !page.Says(Masked) && !page.Says("p…@e….com"));
            var done = await Host.PressAsync(page, "class=\"primary\"");
            Assert.True(done.Says("U bent afgemeld") && !done.Says("Maak ongedaan") && !done.Says(Masked) && !done.Says("p…@e….com"));
            Assert.Equal("suppressed", await Host.ReasonAsync(address));
            Assert.True((await Host.PressAsync(done, "name=\"everything\"")).Says("U krijgt geen nieuws of reclame meer"));
        }
    }

    [Fact]
    public async Task AnUndo_ByAnOldLink_IsNotTaken()
    {
        var old = await KeyAsync();
        var done = await Host.PressAsync(await Host.PageAsync(Mint(old, Jan)), "class=\"primary\"");
        await KeyAsync(rotate: true);
        Assert.True((await Host.PressAsync(done, "Maak ongedaan")).Says("Afmelden voor ‘Nieuws uit de boomgaard’?"));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ThePreferenceCentre_IsNotOpenedByAnOldLink_OnlyByTypingAnAddress()
    {
        var link = Mint(await KeyAsync(), Jan);
        var asked = await Host.PageAsync($"{link}/preferences?language=nl");
        Assert.True(asked.Says(Masked));
        await KeyAsync(rotate: true);

        // On the page that was fetched before, too.
        Assert.True((await Host.PressAsync(asked, "name=\"link\"")).Says("type=\"email\""));
        Assert.Empty(Mail.Taken);
        var page = await Host.PageAsync($"{link}/preferences?language=nl");
        Assert.True(page.Says("type=\"email\"") && !page.Says(Masked));
        Assert.True((await Host.PageAsync(link)).Says($"/preferences/{Sample.Site}?language=nl"));
    }

    [Fact]
    public async Task ARevocation_IsForOperatorsOfTheController()
    {
        await (await Host.PostAsync($"{Route}?rotate=true", new { })).AssertProblemAsync(401, "token-needed");
        await (await Host.PostAsync($"{Route}?rotate=true", new { }, Host.Token("marketing"))).AssertProblemAsync(403, "scope-needed");
        await (await Host.PostAsync($"{Route}?rotate=true", new { }, Host.Token("operator", controller: "another"))).AssertProblemAsync(404, "unknown-site");
        Assert.Equal(0, (await KeyAsync()).Generation);
    }

    [Fact]
    public async Task TheLog_SaysThatAKeyWasRevoked_AndNotWhichItIs()
    {
        var key = (await KeyAsync(rotate: true)).Export();
        Assert.Contains("link key of site orchard was revoked", Host.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain(key[^20..], Host.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public void AfterTheLastGeneration_NoneIsMade()
    {
        for (var i = 0; i < 255; i++) Assert.True(Host.Tokens.TryRevoke(Sample.Controller, Sample.Site));
        Assert.False(Host.Tokens.TryRevoke(Sample.Controller, Sample.Site));
        Assert.Equal(255, Host.Tokens.KeyOf(Sample.Controller, Sample.Site).Generation);
    }

    private async Task<LinkKey> KeyAsync(bool rotate = false)
    {
        var answer = await Host.PostAsync(rotate ? $"{Route}?rotate=true" : Route, new { }, Host.Token("operator"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var given = await answer.JsonAsync();
        var key = LinkKey.Parse(given.GetProperty("key").GetString()!);
        Assert.Equal((int)key.Generation, given.GetProperty("generation").GetInt32());
        return key;
    }

    /// <summary>The path of a link that a mailer makes itself.</summary>
    private static string Mint(LinkKey key, string address) =>
        new Uri(new LinkMinter(key, new Uri("https://opt-out.example")).Mint(address, "newsletter", "spring-2026", "nl").Url).AbsolutePath;
}
