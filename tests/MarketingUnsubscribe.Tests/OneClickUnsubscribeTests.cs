using System.Net;
using System.Text;
using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>RFC 8058, clause by clause.</summary>
public sealed class OneClickUnsubscribeTests : HostedTest
{
    private const string Jan = "jan@example.com";

    [Fact]
    public async Task Rfc8058_3_1_TheMailGetsBothHeaders_AndOneOpaqueHttpsUri()
    {
        var answer = await Host.PostAsync("/v1/sites/orchard/marketing/links", new { addresses = new[] { Jan }, topic = "newsletter" }, Host.Token());
        var json = (await answer.JsonAsync()).GetProperty("links")[0];
        var url = json.GetProperty("url").GetString()!;
        Assert.Equal($"<{url}>", json.GetProperty("headers").GetProperty("List-Unsubscribe").GetString());
        Assert.Equal("List-Unsubscribe=One-Click", json.GetProperty("headers").GetProperty("List-Unsubscribe-Post").GetString());
        Assert.Matches("^https://opt-out[.]example/u/[A-Za-z0-9_-]{100,400}$", url);
    }

    [Fact]
    public async Task Rfc8058_3_1_TheUriIsHardToForge_AForgedOneIsUnknown()
    {
        var link = await Host.LinkAsync(Jan);
        var forged = link[..^1] + (link[^1] == 'A' ? 'B' : 'A');
        foreach (var path in (string[])[forged, link[..^8], link + "AAAA", "/u/AAAA", "/u/" + new string('A', 5000)])
        {
            await (await Host.OneClickAsync(path)).AssertProblemAsync(404, "unknown-link", secret: path[3..]);
        }
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task Rfc8058_3_2_APostAsFormUrlEncoded_SuppressesAtOnce()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        var answer = await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task Rfc8058_3_2_APostAsMultipart_SuppressesAtOnce()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        using var form = new MultipartFormDataContent { { new StringContent("One-Click"), "List-Unsubscribe" } };
        Assert.Equal(HttpStatusCode.OK, (await Host.SendAsync(await Host.LinkAsync(Jan), form)).StatusCode);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task Rfc8058_8_3_AMultipartWithABoundaryInQuotesThatBeginsWithDashes_SuppressesAtOnce()
    {
        const string Body = "-----ABoundary123\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n-----ABoundary123--\r\n";
        using var form = new ByteArrayContent(Encoding.ASCII.GetBytes(Body));
        form.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=\"---ABoundary123\"");
        Assert.Equal("Unsubscribed.", await (await Host.SendAsync(await Host.LinkAsync(Jan), form)).Content.ReadAsStringAsync());
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task Rfc8058_3_2_TheAnswerIsNoRedirectAndSetsNoCookie()
    {
        var answer = await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null(answer.Headers.Location);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Rfc8058_3_2_NoCookieSignInOrContextIsNeeded()
    {
        var link = await Host.LinkAsync(Jan);
        using var fresh = new HttpClient { BaseAddress = Host.Client.BaseAddress };
        using var form = MarketingHost.OneClickForm();
        Assert.Equal(HttpStatusCode.OK, (await fresh.PostAsync(link, form)).StatusCode);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task Rfc8058_3_2_ASpoiltCredentialOrAForeignOriginDoesNotMatter()
    {
        using var form = MarketingHost.OneClickForm();
        Assert.Equal(HttpStatusCode.OK, (await Host.SendAsync(await Host.LinkAsync(Jan), form, token: "nonsense", origin: "https://evil.example")).StatusCode);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task Rfc8058_3_2_EveryRepeatIs200_AndAtOnceAppendsNothing()
    {
        var link = await Host.LinkAsync(Jan);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await Host.OneClickAsync(link)).StatusCode);
            Host.Time.Pass(TimeSpan.FromSeconds(10));
        }
        await AssertOneRecordAsync();
    }

    [Fact]
    public async Task RepeatedAfterYears_ItIs200_AndTheLastWord_OverWhatWasConfirmedInBetween()
    {
        var link = await Host.LinkAsync(Jan);
        await Host.OneClickAsync(link);
        Host.Time.Pass(TimeSpan.FromDays(400));
        await Host.ConfirmAsync(Jan);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        Host.Time.Pass(TimeSpan.FromDays(1));

        Assert.Equal(HttpStatusCode.OK, (await Host.OneClickAsync(link)).StatusCode);

        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Assert.Equal(2, (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(2)).Count);
    }

    [Fact]
    public async Task Rfc8058_3_2_ManyRepeatsAtOnce_AreAll200_AndOneRecord()
    {
        var link = await Host.LinkAsync(Jan);
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Host.OneClickAsync(link)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        await AssertOneRecordAsync();
    }

    [Fact]
    public async Task Rfc8058_3_3_AGetOfTheSameUri_ShowsAPageForPeople_AndChangesNothing()
    {
        var link = await Host.LinkAsync(Jan);
        var page = await Host.Client.GetAsync(link);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task Rfc8058_5_ScannersThatGetHeadAndPrefetch_ChangeNothingHoweverOften()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var link = await Host.LinkAsync(Jan);
        for (var i = 0; i < 20; i++)
        {
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            {
                foreach (var path in (string[])[link, link + "?List-Unsubscribe=One-Click", link + "/confirm"])
                {
                    using var request = new HttpRequestMessage(method, path);
                    request.Headers.Add("Sec-Purpose", "prefetch");
                    Assert.Equal(HttpStatusCode.OK, (await Host.Client.SendAsync(request)).StatusCode);
                }
            }
        }
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        Assert.Empty(Host.Sent.All<MarketingUnsubscribed>());
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("", "application/x-www-form-urlencoded")]
    [InlineData("List-Unsubscribe=", "application/x-www-form-urlencoded")]
    [InlineData("List-Unsubscribe=Two-Click", "application/x-www-form-urlencoded")]
    [InlineData("Unsubscribe=One-Click", "application/x-www-form-urlencoded")]
    [InlineData("List-Unsubscribe=One-Click", "text/plain")]
    [InlineData("{\"List-Unsubscribe\":\"One-Click\"}", "application/json")]
    [InlineData("List-Unsubscribe=One-Click", "multipart/form-data")]
    [InlineData("--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Cl", "multipart/form-data; boundary=x")]
    public async Task AnyOtherPost_ChangesNothingAndShowsThePage(string body, string? type)
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        var page = await Host.SendAsync(await Host.LinkAsync(Jan), content);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Contains("Afmelden voor", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AFormOverTheLimit_Is413_AndChangesNothing()
    {
        using var form = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click"), new("x", new string('x', 20_000))]);
        await (await Host.SendAsync(await Host.LinkAsync(Jan), form)).AssertProblemAsync(413, "body-too-large");
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AnOptOut_HoldsForItsTopicAddressAndSiteOnly()
    {
        await Host.HearAsync(Sample.Declaration(site: "meadow"));
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.SubscribeAsync(Jan, "offers", confirmedAt: Host.Time.Is);
        await Host.SubscribeAsync("jan+2@example.com", confirmedAt: Host.Time.Is);
        await Host.OneClickAsync(await Host.LinkAsync(Jan, site: "meadow"));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        await Host.OneClickAsync(await Host.LinkAsync(" JAN@example.COM "));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan, "offers"));
        Assert.Equal("opted-in", await Host.ReasonAsync("jan+2@example.com"));
    }

    [Fact]
    public async Task AnOptOut_OfATopicThatHasGoneFromTheDeclaration_IsHonoured()
    {
        var link = await Host.LinkAsync(Jan);
        await Host.HearAsync(Sample.Declaration(topics: ["offers"]), version: 2);
        Assert.Equal(HttpStatusCode.OK, (await Host.OneClickAsync(link)).StatusCode);
        await Host.HearAsync(Sample.Declaration(), version: 3);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AnOptOut_OfASiteThatIsNoLongerDeclared_IsHonoured()
    {
        Assert.Equal(HttpStatusCode.OK, (await Host.OneClickAsync(Host.LinkOf(new UnsubscribeLink("gone-ltd", "gone", "newsletter", Jan)))).StatusCode);
        var heard = Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribed>(1));
        Assert.Equal(("gone", Host.Keys.Addresses("gone-ltd").AddressId(Jan)), (heard.Site, heard.SubjectId));
    }

    [Fact]
    public async Task AnOptOut_OfASiteThatHasAnotherControllerNow_HoldsForWhoKnewTheAddressUnderEither()
    {
        var link = await Host.LinkAsync(Jan);
        await Host.HearAsync(Sample.Declaration(controller: "another-ltd"), version: 2);
        Assert.Equal(HttpStatusCode.OK, (await Host.OneClickAsync(link)).StatusCode);
        Assert.Equal(
            new[] { Sample.Controller, "another-ltd" }.Select(c => Host.Keys.Addresses(c).AddressId(Jan)).Order(),
            (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(2)).Select(e => e.SubjectId).Order());
        Assert.True((await Host.PageAsync(link)).Says("U bent afgemeld"));
    }

    [Fact]
    public async Task AnOptOut_IsPublishedWithoutTheAddress()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        var e = Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribed>(1));
        Assert.Equal((Sample.Site, "one-click-unsubscribe", "nl", Sample.Noon), (e.Site, e.Action, e.Language, e.RecordedAt));
        Assert.Equal(["newsletter"], e.Topics);
        Assert.Equal(Host.Keys.Addresses(Sample.Controller).AddressId(Jan), e.SubjectId);
        Assert.DoesNotContain("jan", System.Text.Json.JsonSerializer.Serialize(e), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task AfterARestart_TheLinkWorks_AndTheSuppressionStands()
    {
        var (first, second) = (await Host.LinkAsync(Jan), await Host.LinkAsync("piet@example.com"));
        await Host.OneClickAsync(first);
        await RestartAsync();
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Assert.Equal(HttpStatusCode.OK, (await Host.OneClickAsync(first)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Host.OneClickAsync(second)).StatusCode);
        Assert.Equal("suppressed", await Host.ReasonAsync("piet@example.com"));
    }

    /// <summary>Jan's stream holds one record, and one event told of it: the next one told of is another person's.</summary>
    private async Task AssertOneRecordAsync()
    {
        await Host.OneClickAsync(await Host.LinkAsync("piet@example.com"));
        var ring = Host.Keys.Addresses(Sample.Controller);
        var told = (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(2)).Select(e => e.SubjectId);
        Assert.Equal([ring.AddressId(Jan), ring.AddressId("piet@example.com")], told);
    }
}
