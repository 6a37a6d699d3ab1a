using System.Net;
using System.Text.RegularExpressions;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What the owner of an address sees behind the link in the mail, and what fetching it does not do.</summary>
public sealed class PreferencePageTests : PreferenceTest
{
    [Fact]
    public async Task TheOwner_SeesWhatHoldsNow_OfEachTopicOnEachChannelThatItHas()
    {
        await Host.HearAsync(Declaration(), version: 2);
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.OneClickAsync(await Host.LinkAsync(Jan, "offers"));
        var page = await Host.PageAsync(await OpenAsync());
        Assert.Equal(["newsletter"], Ticked(page));
        Assert.Equal(["newsletter", "newsletter/sms", "offers", "tips"], Regex.Matches(page, "(?<=name=\"topic\" value=\")[^\"]+").Select(m => m.Value));
        foreach (var (id, said) in new Dictionary<string, string> { ["newsletter"] = "U ontvangt dit nu", ["newsletter/sms"] = "U ontvangt dit niet", ["offers"] = "Gestopt" })
            Assert.Contains($"<small>{said}</small>", page[page.IndexOf($"value=\"{id}\"", StringComparison.Ordinal)..].Split("</label>")[0], StringComparison.Ordinal);
        foreach (var said in (string[])["<legend>Nieuws uit de boomgaard</legend>", "Elke maand een nieuwsbrief.", "per sms", "j…@e….com", "Niets meer", "Ik maak bezwaar tegen direct marketing"])
            Assert.True(page.Says(said), said);
        Assert.DoesNotContain(Jan, page, StringComparison.OrdinalIgnoreCase);
        Assert.Single(Regex.Matches(page, "<button"));
    }

    [Fact]
    public async Task FetchingIt_HoweverOften_ChangesNothing()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var (link, before) = (await OpenAsync(), await RecordAsync());
        for (var i = 0; i < 3; i++)
        {
            using var head = new HttpRequestMessage(HttpMethod.Head, link);
            head.Headers.Add("Sec-Purpose", "prefetch");
            Assert.Equal(HttpStatusCode.OK, (await Host.Client.SendAsync(head)).StatusCode);
            Assert.Equal(["newsletter"], Ticked(await Host.PageAsync(link)));
        }
        Assert.Equal((before!.Kind, before.RecordedAt), ((await RecordAsync())!.Kind, (await RecordAsync())!.RecordedAt));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ABlindPost_OrOneWithAnothersValue_DoesNothingButShowThePage()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var (link, other) = (await OpenAsync(), await Host.PageAsync(await OpenAsync("piet@example.com")));
        var (proof, page) = (ValueOf(other, "proof"), ValueOf(other, "page"));
        foreach (var fields in (KeyValuePair<string?, string?>[][])
            [[], [new("everything", "yes")], [new("proof", "x"), new("page", page), new("objection", "yes")], [new("proof", proof), new("page", page), new("everything", "yes")]])
        {
            using var content = new FormUrlEncodedContent(fields);
            var answer = await Host.SendAsync(link, content);
            var shown = await answer.Content.ReadAsStringAsync();
            Assert.Equal((HttpStatusCode.OK, "newsletter"), (answer.StatusCode, Assert.Single(Ticked(shown))));
            Assert.False(shown.Says(Saved) || shown.Says(NotAll));
        }
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ThePage_IsKeptNowhereAndTellsNobody()
    {
        var link = await OpenAsync();
        foreach (var path in (string[])[link, Ask, (await Host.LinkAsync(Jan)) + "/preferences", "/p/AAAA"])
        {
            var answer = await Host.Client.GetAsync(path);
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("noindex, nofollow", Assert.Single(answer.Headers.GetValues("X-Robots-Tag")));
            Assert.StartsWith("default-src 'none'; style-src 'sha256-", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.DoesNotMatch("(<script|(src|href|action)=\"(https?:)?//)", await answer.Content.ReadAsStringAsync());
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task AfterAnHour_ItSaysSo_AddsNothing_AndSendsANewLink_WhatIsStoppedIsStoppedAllTheSame()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var asked = Host.Time.Is;
        var link = await OpenAsync();
        Host.Time.Is = asked + PreferenceLink.Lifetime;
        var page = await Host.PageAsync(link);
        Host.Time.Pass(TimeSpan.FromMilliseconds(1));

        var late = await SendAsync(page, "/p/", fields: [("topic", "newsletter"), ("topic", "offers")]);
        Assert.Equal((HttpStatusCode.Gone, HttpStatusCode.Gone), (late.StatusCode, (await Host.Client.GetAsync(link)).StatusCode));
        var expired = await late.Content.ReadAsStringAsync();
        Assert.True(expired.Says("De link werkte één uur.") && expired.Says("j…@e….com"));
        Assert.Equal(("opted-in", "no-basis"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));

        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(expired, "/preferences/")).StatusCode);
        Assert.Equal([Jan, Jan], Mail.Taken.Select(taken => taken.To));
        Assert.Equal(["newsletter"], Ticked(await Host.PageAsync(LinkIn(Mail.Taken[^1]))));
        Assert.Equal(HttpStatusCode.Gone, (await SendAsync(page, "/p/", fields: [("objection", "yes")])).StatusCode);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task EveryBadLink_GetsTheSamePage_AndASiteThatChangedHandsIsNoLongerAsked()
    {
        var link = await OpenAsync();
        var pages = new HashSet<string>();
        foreach (var path in (string[])[link[..^5], link + "AAAA", "/p/AAAA", "/p/", $"{link[..20]}/{link[20..]}", "/p/%22%3E%3Cscript%3E", "/p" + (await Host.LinkAsync(Jan))[2..]])
        {
            var answer = await Host.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            pages.Add(await answer.Content.ReadAsStringAsync());
        }
        Assert.True(Assert.Single(pages).Says("This link does not work"));
        await Host.HearAsync(Sample.Declaration(controller: "another-ltd"), version: 2);
        Assert.Equal(HttpStatusCode.Gone, (await Host.Client.GetAsync(link)).StatusCode);
    }

    [Fact]
    public async Task ThePage_SpeaksTheLanguageOfTheMail_AndShowsTheTextsThatThereAre()
    {
        await Host.HearAsync(Declaration(), version: 2);
        var link = await OpenAsync();
        Assert.Contains("<html lang=\"nl\">", await Host.PageAsync(link, accept: "en"), StringComparison.Ordinal);
        var german = await Host.PageAsync(link + "?language=de");
        Assert.True(german.Says("Was möchten Sie erhalten?") && german.Says("<legend><span lang=\"nl\">Nieuws uit de boomgaard</span></legend>"));
        Assert.True(german.Says("<option value=\"weekly\" lang=\"nl\">Elke week</option>"));
    }

    [Fact]
    public async Task ThePage_EscapesWhatTheDeclarationSays()
    {
        var hostile = Declaration();
        await Host.HearAsync(hostile with
        {
            Topics = [.. hostile.Topics.Select(t => t with { Name = Sample.Text("<script>x</script>", "x"), Frequencies = [new Frequency("often", Sample.Text("\"><script>", "x"))] })],
        }, version: 2);
        Assert.DoesNotContain("<script", await Host.PageAsync(await OpenAsync()), StringComparison.OrdinalIgnoreCase);
    }

    private static string ValueOf(string page, string field) => WebUtility.HtmlDecode(Regex.Match(page, $"(?<=name=\"{field}\" value=\")[^\"]+").Value);
}
