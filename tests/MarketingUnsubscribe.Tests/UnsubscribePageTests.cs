using System.Net;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed partial class UnsubscribePageTests : HostedTest
{
    private const string Jan = "jan@example.com";

    [Fact]
    public async Task ThePage_SaysWhomItConcernsWhatWillStopAndWhoSends_WithOneButton()
    {
        var page = await PageAsync(await Host.LinkAsync(Jan));
        Assert.Contains("j…@e….com", page, StringComparison.Ordinal);
        Assert.Contains("Afmelden voor ‘Nieuws uit de boomgaard’?", page, StringComparison.Ordinal);
        Assert.Contains("Elke maand een nieuwsbrief.", page, StringComparison.Ordinal);
        Assert.Contains("De Boomgaard B.V.", page, StringComparison.Ordinal);
        Assert.Single(Button().Matches(page));
        Assert.DoesNotContain(Jan, page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ThePage_RunsNoScriptAndAsksNobodyElseForAnything()
    {
        var answer = await Host.Client.GetAsync(await Host.LinkAsync(Jan));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(src|href|action)=\"(https?:)?//", page);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("noindex, nofollow", Assert.Single(answer.Headers.GetValues("X-Robots-Tag")));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task TheButton_Unsubscribes_AndThePageSaysSoFromThenOn()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var link = await Host.LinkAsync(Jan);
        var done = await PressAsync(link);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Contains("U bent afgemeld", await done.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Assert.Contains("U bent afgemeld", await PageAsync(link), StringComparison.Ordinal);
        Assert.Contains("U bent afgemeld", await PageAsync(link + "/confirm"), StringComparison.Ordinal);
        Assert.Equal("unsubscribe-page", Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribed>(1)).Action);
    }

    [Fact]
    public async Task TheButton_PressedTwice_SaysTheSame()
    {
        var link = await Host.LinkAsync(Jan);
        var form = await FormAsync(link);
        for (var i = 0; i < 2; i++)
        {
            using var content = new FormUrlEncodedContent(form.Fields);
            var done = await Host.SendAsync(form.Action, content);
            Assert.Contains("U bent afgemeld", await done.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ABlindPostToConfirm_DoesNothingButShowThePage()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var (link, other) = (await Host.LinkAsync(Jan), await Host.LinkAsync("piet@example.com"));
        var ofOther = (await FormAsync(other)).Fields;
        foreach (var fields in (KeyValuePair<string, string>[][])[[], [new("proof", "")], [new("proof", "x")], [new("List-Unsubscribe", "One-Click")], ofOther])
        {
            using var content = new FormUrlEncodedContent(fields);
            var page = await Host.SendAsync(link + "/confirm", content);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Contains("Meld mij af", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ACutLink_IsAPageThatHelps_WhateverTheMethod()
    {
        var cut = (await Host.LinkAsync(Jan))[..^5];
        using var empty = new FormUrlEncodedContent([]);
        using var proof = new FormUrlEncodedContent([new("proof", "x")]);
        foreach (var answer in (HttpResponseMessage[])
            [await Host.Client.GetAsync(cut), await Host.SendAsync(cut, empty), await Host.SendAsync(cut + "/confirm", proof)])
        {
            Assert.Equal((HttpStatusCode.NotFound, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
            var page = await answer.Content.ReadAsStringAsync();
            Assert.Contains("This link does not work", page, StringComparison.Ordinal);
            Assert.Contains("Reply to the e-mail", page, StringComparison.Ordinal);
            Assert.DoesNotContain(cut[3..], page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task EveryBadLink_GetsTheSamePage()
    {
        var link = await Host.LinkAsync(Jan);
        var pages = new HashSet<string>();
        foreach (var path in (string[])[link[..^5], link + "AAAA", "/u/AAAA", "/u/<script>alert(1)", "/u/%22%3E%3Cscript%3E"])
        {
            pages.Add(await (await Host.Client.GetAsync(path)).Content.ReadAsStringAsync());
        }
        Assert.Single(pages);
    }

    [Fact]
    public async Task ThePage_SpeaksTheLanguageOfTheMail_ThenOfTheBrowser_ThenOfTheSite()
    {
        Assert.Contains("lang=\"en\"", await PageAsync(await Host.LinkAsync(Jan, language: "en"), accept: "nl"), StringComparison.Ordinal);
        Assert.Contains("lang=\"en\"", await PageAsync(await Host.LinkAsync(Jan, language: null), accept: "en-GB"), StringComparison.Ordinal);
        Assert.Contains("<html lang=\"nl\"", await PageAsync(await Host.LinkAsync(Jan, language: null)), StringComparison.Ordinal);
        var chosen = await PageAsync(await Host.LinkAsync(Jan, language: "nl") + "?language=en");
        Assert.Contains("Unsubscribe from “News from the orchard”?", chosen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThePage_WhenTopicAndSiteHaveGone_StillWorks()
    {
        var link = Host.LinkOf(new UnsubscribeLink("gone-ltd", "gone", "old", Jan, Language: "nl"));
        Assert.Contains("Afmelden voor deze berichten?", await PageAsync(link), StringComparison.Ordinal);
        Assert.Contains("U bent afgemeld", await (await PressAsync(link)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThePage_EscapesWhatTheDeclarationSays()
    {
        var hostile = Sample.Declaration();
        await Host.HearAsync(hostile with { Controller = hostile.Controller with { Name = "<script>x</script>" } }, version: 2);
        Assert.DoesNotContain("<script", await PageAsync(await Host.LinkAsync(Jan), decode: false), StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> PageAsync(string path, string? accept = null, bool decode = true)
    {
        var html = await Host.PageAsync(path, accept);
        return decode ? WebUtility.HtmlDecode(html) : html;
    }

    private async Task<HttpResponseMessage> PressAsync(string link)
    {
        var (action, fields) = await FormAsync(link);
        using var content = new FormUrlEncodedContent(fields);
        return await Host.SendAsync(action, content);
    }

    /// <summary>What a browser would send at a press of the button.</summary>
    private async Task<(string Action, KeyValuePair<string, string>[] Fields)> FormAsync(string link)
    {
        var page = await PageAsync(link);
        return (FormAction().Match(page).Groups["action"].Value,
            [.. Hidden().Matches(page).Select(m => KeyValuePair.Create(m.Groups["name"].Value, m.Groups["value"].Value))]);
    }

    [GeneratedRegex("<button")]
    private static partial Regex Button();

    [GeneratedRegex("<form method=\"post\" action=\"(?<action>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex FormAction();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Hidden();
}
