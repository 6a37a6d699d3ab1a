using System.Net;
using System.Text.RegularExpressions;
using SmtpServer.Protocol;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Asking for the link to the preferences of an address: anybody may, and nobody learns anything by it.</summary>
public sealed class PreferenceAskTests : PreferenceTest
{
    [Fact]
    public async Task ThePage_AsksForAnAddress_WithoutScript()
    {
        var page = await Host.PageAsync(Ask, accept: "nl");
        Assert.True(page.Says("Wat wilt u ontvangen?") && page.Says("Uw e-mailadres") && page.Says("De Boomgaard B.V."));
        Assert.Contains("<input type=\"email\" name=\"address\" autocomplete=\"email\" maxlength=\"254\" required>", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await Host.Client.GetAsync("/preferences/nowhere")).StatusCode);
        Assert.Empty(Mail.Taken);
    }

    [Fact]
    public async Task KnownOrNot_EverybodyHasTheSameAnswer_AndTheOwnerTheMail()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.OneClickAsync(await Host.LinkAsync("els@example.com"));
        var answers = new HashSet<string>();
        foreach (var address in (string[])[Jan, "els@example.com", "nobody@example.com", Jan])
        {
            var answer = await TypeAsync(address);
            answers.Add($"{answer.StatusCode} {answer.Headers} {await answer.Content.ReadAsStringAsync()}".Replace($"{answer.Headers.Date:R}", "", StringComparison.Ordinal));
        }
        Assert.True(Assert.Single(answers).Says("Kijk in uw mailbox"));
        Assert.StartsWith("Accepted", answers.Single(), StringComparison.Ordinal);
        // The fourth came within ten minutes of the first.
        Assert.Equal([Jan, "els@example.com", "nobody@example.com"], Mail.Taken.Select(taken => taken.To));
        Assert.Null(await RecordAsync("nobody@example.com"));
    }

    [Fact]
    public async Task TheMail_SaysWhoSendsItAndWhy_WithOneLinkToThePageAndOneToEndItAll_AndNothingOfWhatIsSubscribed()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await OpenAsync();
        var (taken, mail) = (Mail.Taken[^1], Mail.Taken[^1].Mail);
        Assert.Equal(("post@orchard.example", Jan, "Wat wilt u ontvangen?"), (taken.From, taken.To, mail.Subject));
        foreach (var body in (string[])[mail.TextBody!, WebUtility.HtmlDecode(mail.HtmlBody!)])
        {
            foreach (var said in (string[])["wat De Boomgaard B.V. naar dit e-mailadres stuurt", "één uur", "er verandert niets", "vragen@orchard.example"])
                Assert.Contains(said, body, StringComparison.Ordinal);
            Assert.Equal(["/p/", "/u/"], Regex.Matches(body, "https?://[^/]*(?<kind>/?.?/?)").Select(link => link.Groups["kind"].Value));
            Assert.DoesNotContain("Nieuws uit de boomgaard", body, StringComparison.Ordinal);
        }
        Assert.DoesNotMatch("(<img|<script|<link|src=|url\\()", mail.HtmlBody);
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
    }

    [Theory]
    [InlineData("jan")]
    [InlineData("jan@example.com, piet@example.com")]
    [InlineData("jan@example.com\r\nBcc: x@evil.example")]
    [InlineData("+31612345678")]
    [InlineData("")]
    public async Task WhatIsNoAddress_IsAskedForAgain_AndNotRepeated(string typed)
    {
        var answer = await TypeAsync(typed);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True(page.Says("Dit is geen e-mailadres.") && page.Contains("aria-invalid=\"true\"", StringComparison.Ordinal));
        Assert.DoesNotContain("evil", page, StringComparison.Ordinal);
        Assert.Empty(Mail.Taken);
    }

    [Fact]
    public async Task AnOptOutLink_ShowsAndAddsNothing_AndItsButtonSendsTheOwnerTheMail()
    {
        await Host.SubscribeAsync(Jan, "offers", confirmedAt: Host.Time.Is);
        var link = await Host.LinkAsync(Jan);
        Assert.Contains($"href=\"{link}/preferences?language=nl\"", await Host.PageAsync(link), StringComparison.Ordinal);
        var pages = new HashSet<string>();
        foreach (var (address, to) in new[] { (Jan, link), ("joop@example.com", await Host.LinkAsync("joop@example.com")) })
        {
            var shown = await Host.PageAsync($"{to}/preferences");
            Assert.DoesNotContain(address, shown, StringComparison.OrdinalIgnoreCase);
            pages.Add(Regex.Replace(shown, "value=\"[A-Za-z0-9_-]+\"", ""));
        }
        Assert.DoesNotContain("type=\"checkbox\"", Assert.Single(pages), StringComparison.Ordinal);

        var page = await Host.PageAsync($"{link}/preferences");
        Assert.True(page.Says("j…@e….com") && Regex.Count(page, "<button") == 1);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(page, "/preferences/")).StatusCode);
        Assert.Equal(["offers"], Ticked(await Host.PageAsync(LinkIn(Assert.Single(Mail.Taken)))));
        Assert.Equal(("no-basis", "opted-in"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
    }

    [Fact]
    public async Task ALink_CountsWithTheValueOfItsPage_AndOnItsOwnSite()
    {
        await Host.HearAsync(Declaration("meadow"));
        var link = await Host.LinkAsync(Jan);
        var page = await Host.PageAsync($"{link}/preferences");
        foreach (var fields in (KeyValuePair<string?, string?>[][])[[], [new("link", link[3..])], [new("link", link[3..]), new("proof", "x")], [new("link", link[3..^2]), new("proof", "x")]])
        {
            using var content = new FormUrlEncodedContent(fields);
            Assert.Equal(HttpStatusCode.OK, (await Host.SendAsync(Ask, content)).StatusCode);
        }
        var elsewhere = await SendAsync(page.Replace(Ask, "/preferences/meadow", StringComparison.Ordinal), "/preferences/meadow");
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
        Assert.DoesNotContain("j…@e….com", WebUtility.HtmlDecode(await elsewhere.Content.ReadAsStringAsync()), StringComparison.Ordinal);
        Assert.Empty(Mail.Taken);
    }

    [Fact]
    public async Task AMailThatIsNotTaken_IsPromisedToNobody_UntilItIs()
    {
        Mail.ToMails = new SmtpResponse(SmtpReplyCode.Aborted, "4.3.0 Try later");
        var pages = new HashSet<string>();
        foreach (var address in (string[])[Jan, "piet@example.com"])
        {
            var answer = await TypeAsync(address);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            pages.Add(await answer.Content.ReadAsStringAsync());
        }
        Assert.True(Assert.Single(pages).Says("Probeert u het over een paar minuten opnieuw."));
        Mail.ToMails = null;
        Assert.Equal(HttpStatusCode.Accepted, (await TypeAsync("piet@example.com")).StatusCode);
    }

    [Fact]
    public async Task WhoeverTypesAnAddressIntoForms_KeepsItsOwnerOutOfNoPreferences_WhichHaveFiveMailsADayOfTheirOwn()
    {
        for (var i = 0; i < MailPace.MostInADay + 2; i++)
        {
            await Host.SubscribeAsync(Jan);
            Host.Time.Pass(MailPace.Between);
        }
        Assert.Equal(MailPace.MostInADay, Mail.Taken.Count);
        for (var i = 0; i < MailPace.MostInADay; i++)
        {
            await OpenAsync();
            Host.Time.Pass(MailPace.Between);
        }
        Assert.Equal(HttpStatusCode.Accepted, (await TypeAsync(Jan)).StatusCode);
        Assert.Equal(2 * MailPace.MostInADay, Mail.Taken.Count);
    }

    [Fact]
    public async Task WhoWantsNothingAnyMore_IsSentOneMailInAMonth()
    {
        await SaveAsync(await Host.PageAsync(await OpenAsync()), fields: [("everything", "yes")]);
        Host.Time.Pass(TimeSpan.FromDays(1));
        await OpenAsync();
        Host.Time.Pass(TimeSpan.FromDays(2));
        Assert.Equal(HttpStatusCode.Accepted, (await TypeAsync(Jan)).StatusCode);
        Assert.Equal(2, Mail.Taken.Count);
        Host.Time.Pass(MayAsk.AfterANo);
        await OpenAsync();
    }
}

/// <summary>The time of an answer tells no more than its words.</summary>
public sealed class PreferenceAskInEqualTimeTests : PreferenceTest
{
    /// <summary>A timer may go off some milliseconds early.</summary>
    private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(400);

    protected override string AnswerAfter => (Floor + TimeSpan.FromMilliseconds(20)).ToString();

    [Fact]
    public async Task EveryAddress_IsAnsweredAtTheSameMoment()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        foreach (var address in (string[])[Jan, Jan, "nobody@example.com"])
        {
            var began = TimeProvider.System.GetTimestamp();
            Assert.Equal(HttpStatusCode.Accepted, (await TypeAsync(address)).StatusCode);
            Assert.InRange(TimeProvider.System.GetElapsedTime(began), Floor, TimeSpan.FromMinutes(1));
        }
    }
}

/// <summary>Where no mail can be sent, the page says whom to write to.</summary>
public sealed class PreferenceWithoutMailTests : HostedTest
{
    [Fact]
    public async Task ThePage_SaysWhomToWriteTo_AndPromisesNothing()
    {
        const string Ask = $"/preferences/{Sample.Site}?language=nl";
        using var form = new FormUrlEncodedContent([new("address", "jan@example.com")]);
        var (fetched, sent) = (await Host.Client.GetAsync(Ask), await Host.SendAsync(Ask, form));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (fetched.StatusCode, sent.StatusCode));
        foreach (var answer in (HttpResponseMessage[])[fetched, sent])
        {
            var page = await answer.Content.ReadAsStringAsync();
            Assert.True(page.Says("Schrijf ons wat u wilt ontvangen") && page.Says("mailto:vragen@orchard.example"));
            Assert.DoesNotContain("<form", page, StringComparison.Ordinal);
        }
    }
}
