using System.Net;
using System.Text;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class ReceiveReportsTests : HostedTest
{
    private const string Route = "/v1/sites/orchard/marketing/reports";
    private const string Jan = "jan.geheim@example.com";
    private const string Piet = "piet@example.com";
    private const string NoLink = "X-Mailer: another";
    private static readonly string[] Topics = ["newsletter", "offers", "tips"];

    [Fact]
    public async Task AComplaint_EndsEveryTopicWithItsOwnReason_AlsoWhereTheReportHidesTheAddress()
    {
        foreach (var topic in Topics) await Host.SubscribeAsync(Jan, topic);
        Assert.Equal(["""{"kind":"complaint","acted":true}"""], await ToldAsync(Reports.Complaint(await EnclosedAsync(Jan))));
        await AssertReasonsAsync(Jan, "complained", "complained", "complained");
        await AssertReasonsAsync(Piet, "no-basis", "no-basis", "no-basis");
    }

    [Fact]
    public async Task AHardBounce_EndsEveryTopicWithItsOwnReason_AndASoftOneNone()
    {
        foreach (var topic in Topics) await Host.SubscribeAsync(Jan, topic);
        Assert.Equal(["""{"kind":"bounce","hard":false,"status":"5.2.2","acted":true}"""],
            await ToldAsync(Reports.Bounce(Reports.Recipient(Jan, status: "5.2.2"), await EnclosedAsync(Jan))));
        Assert.Equal(["""{"kind":"bounce","hard":false,"acted":true}"""],
            await ToldAsync(Reports.Bounce(Reports.Recipient(Jan, "delayed", "soon"), await EnclosedAsync(Jan))));
        await AssertReasonsAsync(Jan, "opted-in", "opted-in", "opted-in");

        Assert.Equal(["""{"kind":"bounce","hard":true,"status":"5.1.1","acted":true}"""],
            await ToldAsync(Reports.Bounce(Reports.Recipient("forwarded@elsewhere.example"), await EnclosedAsync(Jan))));
        await AssertReasonsAsync(Jan, "bounced", "bounced", "bounced");
        await AssertReasonsAsync("forwarded@elsewhere.example", "no-basis", "no-basis", "no-basis");
    }

    [Fact]
    public async Task AnOptOut_EndsTheTopicOfTheLink_AndWithoutALinkEverything()
    {
        foreach (var topic in Topics)
        {
            await Host.SubscribeAsync(Jan, topic);
            await Host.SubscribeAsync(Piet, topic);
        }
        Assert.Equal(["""{"kind":"opt-out","acted":true}"""], await ToldAsync(Reports.Complaint(await EnclosedAsync(Jan), "opt-out")));
        Assert.Equal(["""{"kind":"opt-out","acted":true}"""],
            await ToldAsync(Reports.Complaint(Reports.Enclosed(NoLink), "opt-out", $"Original-Rcpt-To: <{Piet}>\n")));
        await AssertReasonsAsync(Jan, "suppressed", "opted-in", "opted-in");
        await AssertReasonsAsync(Piet, "suppressed", "suppressed", "suppressed");
    }

    [Fact]
    public async Task WithoutALink_TheAddressInTheReportCounts_AndThePersonCanComeBack()
    {
        await Host.SubscribeAsync(Jan);
        await Host.SubscribeAsync(Piet);
        await ToldAsync(Reports.Bounce(Reports.Recipient(Jan.ToUpperInvariant()), Reports.Enclosed(NoLink)));
        await ToldAsync(Reports.Complaint(Reports.Enclosed(NoLink), more: $"Original-Rcpt-To: <{Piet}>\n"));
        Assert.Equal(("bounced", "complained"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Piet)));

        Host.Time.Pass(TimeSpan.FromDays(1));
        await Host.SubscribeAsync(Jan);
        Assert.Equal("bounced", await Host.ReasonAsync(Jan));
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.SubscribeAsync(Piet, confirmedAt: Host.Time.Is);
        Assert.Equal(("opted-in", "opted-in"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Piet)));
    }

    [Fact]
    public async Task OfSeveralRecipients_EachGoesByItsAddress_AndTheLinkIsNobodys()
    {
        foreach (var address in (string[])[Jan, Piet, "joop@example.com"]) await Host.SubscribeAsync(address);
        var recipients = string.Join("\n\n", Reports.Recipient(Piet), Reports.Recipient("joop@example.com", status: "4.4.1"), Reports.Recipient("redacted"));
        Assert.Equal(
            [
                """{"kind":"bounce","hard":true,"status":"5.1.1","acted":true}""",
                """{"kind":"bounce","hard":false,"status":"4.4.1","acted":true}""",
                """{"kind":"bounce","hard":true,"status":"5.1.1","acted":false}""",
            ],
            await ToldAsync(Reports.Bounce(recipients, await EnclosedAsync(Jan))));
        Assert.Equal(("opted-in", "bounced", "opted-in"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Piet), await Host.ReasonAsync("joop@example.com")));
    }

    [Fact]
    public async Task ALinkOfAnotherSiteOrController_OrAForgedOne_IsAnsweredAlike_AndNothingHappensAnywhere()
    {
        await Host.HearAsync(Sample.Declaration(site: "meadow"));
        await Host.SubscribeAsync(Jan);
        var (own, meadow) = (await Host.LinkAsync(Jan), await Host.LinkAsync(Jan, site: "meadow"));
        var another = Host.LinkOf(new UnsubscribeLink("another-ltd", Sample.Site, "newsletter", Jan));
        var forged = $"{own[..60]}{(own[60] == 'A' ? 'B' : 'A')}{own[61..]}";
        foreach (var link in (string[])[meadow, another, forged, own[..123], $"/u/{new string('A', 200)}"])
        {
            Assert.Equal(["""{"kind":"complaint","acted":false}"""],
                await ToldAsync(Reports.Complaint(Enclosed(link), more: $"Original-Rcpt-To: <{Jan}>\n")));
            Assert.Equal(["""{"kind":"bounce","hard":true,"status":"5.1.1","acted":false}"""], await ToldAsync(Reports.Bounce(Reports.Recipient(Jan), Enclosed(link))));
        }
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        var id = Host.Keys.Addresses(Sample.Controller).AddressId(Jan);
        Assert.Null(await Host.Records.LatestAsync("meadow", id, CancellationToken.None));
        Assert.Equal(MarketingRecord.Subscribed, (await Host.Records.LatestAsync(Sample.Site, id, CancellationToken.None))!.Kind);
    }

    [Fact]
    public async Task TheSameReportAgain_AndOneOfAnAddressThatNobodyKnows_AreAnsweredAlike()
    {
        await Host.SubscribeAsync(Jan);
        var (bounce, complaint) = (Reports.Bounce(Reports.Recipient(Jan), await EnclosedAsync(Jan)), Reports.Complaint(await EnclosedAsync(Jan)));
        foreach (var mail in (string[])[bounce, complaint])
        {
            var first = await ToldAsync(mail);
            for (var again = 0; again < 3; again++) Assert.Equal(first, await ToldAsync(mail));
        }
        Assert.Equal(await ToldAsync(bounce), await ToldAsync(Reports.Bounce(Reports.Recipient("nobody@example.com"), Reports.Enclosed(NoLink))));
    }

    [Fact]
    public async Task WhatIsDeliveredOrNotSpam_IsNothingToActOn()
    {
        Assert.Empty(await ToldAsync(Reports.Bounce(Reports.Recipient(Jan, "delivered", "2.0.0"), await EnclosedAsync(Jan))));
        Assert.Empty(await ToldAsync(Reports.Complaint(await EnclosedAsync(Jan), "not-spam")));
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AReportWithALargeMailBehindIt_IsRead_OneOverTheLimitIsRefused()
    {
        var report = Reports.Complaint($"{await EnclosedAsync(Jan)}\n{string.Concat(Enumerable.Repeat($"{new string('x', 99)}\n", 9_000))}");
        Assert.Equal(["""{"kind":"complaint","acted":true}"""], await ToldAsync(report));
        await (await SendAsync(report + new string('x', (1 << 20) + 1 - report.Length))).AssertProblemAsync(413, "body-too-large");
    }

    [Theory]
    [InlineData("", 400, "malformed-body")]
    [InlineData("Dear reader, this is a letter\n", 400, "malformed-body")]
    [InlineData("From: jan.geheim@example.com\nSubject: Re: News\n\nI am away.\n", 422, "no-report")]
    [InlineData("Subject: x\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\njan.geheim@example.com\n--b--\n", 422, "no-report")]
    public async Task WhatIsNoReport_IsRefused(string body, int status, string slug) =>
        await (await SendAsync(body)).AssertProblemAsync(status, slug, secret: Jan);

    [Fact]
    public async Task WithoutTheRightToken_NothingIsTold()
    {
        var mail = Reports.Complaint(await EnclosedAsync(Jan));
        await (await SendAsync(mail, "forged")).AssertProblemAsync(401, "token-needed");
        await (await SendAsync(mail, Host.Token(scope: "audit"))).AssertProblemAsync(403, "scope-needed");
        await (await SendAsync(mail, Host.Token(controller: "another"))).AssertProblemAsync(404, "unknown-site");
        await (await SendAsync(mail, route: "/v1/sites/nowhere/marketing/reports")).AssertProblemAsync(404, "unknown-site");
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task NoAddressSubjectIdOrTokenStandsInAnyLogLine()
    {
        var link = await Host.LinkAsync(Jan);
        await ToldAsync(Reports.Complaint(Enclosed(link)));
        await ToldAsync(Reports.Bounce(Reports.Recipient(Jan), Enclosed(link[..^3])));
        await ToldAsync(Reports.Bounce(Reports.Recipient(Jan), Reports.Enclosed(NoLink)));
        await SendAsync($"From: {Jan}\n\nI am away.\n");
        var lines = Host.Log.All;
        Assert.NotEmpty(lines);
        foreach (var secret in (string[])["geheim", link[3..20], Host.Keys.Addresses(Sample.Controller).AddressId(Jan)])
            Assert.DoesNotContain(secret, lines, StringComparison.OrdinalIgnoreCase);
    }

    private static string Enclosed(string link) => Reports.Enclosed($"List-Unsubscribe:\n <https://opt-out.example{link}>");

    private async Task<string> EnclosedAsync(string address) => Enclosed(await Host.LinkAsync(address));

    private async Task<HttpResponseMessage> SendAsync(string mail, string? token = null, string route = Route)
    {
        using var content = new StringContent(mail, Encoding.ASCII, "message/rfc822");
        return await Host.SendAsync(route, content, token ?? Host.Token());
    }

    /// <summary>What the answer tells, each as it is written; never an address.</summary>
    private async Task<IReadOnlyList<string>> ToldAsync(string mail)
    {
        var answer = await SendAsync(mail);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("@", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        return [.. (await answer.JsonAsync()).GetProperty("reports").EnumerateArray().Select(r => r.GetRawText())];
    }

    private async Task AssertReasonsAsync(string address, params string[] reasons)
    {
        var found = new List<string>();
        foreach (var topic in Topics) found.Add(await Host.ReasonAsync(address, topic));
        Assert.Equal(reasons, found);
    }
}
