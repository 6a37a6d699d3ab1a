using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class ReceiveReportsTests : HostedTest
{
    private const string Jan = "jan.geheim@example.com";
    private const string Piet = "piet@example.com";
    private const string NoLink = "X-Mailer: another";
    private static readonly string[] Topics = ["newsletter", "offers", "tips"];

    [Fact]
    public async Task AComplaint_EndsEveryTopicWithItsOwnReason_AlsoWhereTheReportHidesTheAddress()
    {
        foreach (var topic in Topics) await Host.SubscribeAsync(Jan, topic, confirmedAt: Host.Time.Is);
        Assert.Equal(["""{"kind":"complaint","acted":true}"""], await ToldAsync(Reports.Complaint(await EnclosedAsync(Jan))));
        await AssertReasonsAsync(Jan, "complained", "complained", "complained");
        await AssertReasonsAsync(Piet, "no-basis", "no-basis", "no-basis");
    }

    [Fact]
    public async Task AHardBounce_EndsEveryTopicWithItsOwnReason_AndASoftOneNone()
    {
        foreach (var topic in Topics) await Host.SubscribeAsync(Jan, topic, confirmedAt: Host.Time.Is);
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
            await Host.SubscribeAsync(Jan, topic, confirmedAt: Host.Time.Is);
            await Host.SubscribeAsync(Piet, topic, confirmedAt: Host.Time.Is);
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
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.SubscribeAsync(Piet, confirmedAt: Host.Time.Is);
        await ToldAsync(Reports.Bounce(Reports.Recipient(Jan.ToUpperInvariant()), Reports.Enclosed(NoLink)));
        await ToldAsync(Reports.Complaint(Reports.Enclosed(NoLink), more: $"Original-Rcpt-To: <{Piet}>\n"));
        Assert.Equal(("bounced", "complained"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Piet)));

        Host.Time.Pass(TimeSpan.FromDays(1));
        await Host.SubscribeUnprovenAsync(Jan);
        Assert.Equal("bounced", await Host.ReasonAsync(Jan));
        foreach (var address in (string[])[Jan, Piet]) await Host.ConfirmAsync(address);
        Assert.Equal(("opted-in", "opted-in"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Piet)));
    }

    [Fact]
    public async Task OfSeveralRecipients_EachGoesByItsAddress_AndTheLinkIsNobodys()
    {
        foreach (var address in (string[])[Jan, Piet, "joop@example.com"]) await Host.SubscribeAsync(address, confirmedAt: Host.Time.Is);
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
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var (own, meadow) = (await Host.LinkAsync(Jan), await Host.LinkAsync(Jan, site: "meadow"));
        var another = Host.LinkOf(new UnsubscribeLink("another-ltd", Sample.Site, "newsletter", Jan));
        var forged = $"{own[..60]}{(own[60] == 'A' ? 'B' : 'A')}{own[61..]}";
        foreach (var link in (string[])[meadow, another, forged, own[..123], $"/u/{new string('A', 200)}"])
        {
            Assert.Equal(["""{"kind":"complaint","acted":false}"""],
                await ToldAsync(Reports.Complaint(Reports.WithLink(link), more: $"Original-Rcpt-To: <{Jan}>\n")));
            Assert.Equal(["""{"kind":"bounce","hard":true,"status":"5.1.1","acted":false}"""], await ToldAsync(Reports.Bounce(Reports.Recipient(Jan), Reports.WithLink(link))));
        }
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        var id = Host.Keys.Addresses(Sample.Controller).AddressId(Jan);
        Assert.Null(await Host.Records.LatestAsync("meadow", id, CancellationToken.None));
        Assert.Equal(MarketingRecord.Subscribed, (await Host.Records.LatestAsync(Sample.Site, id, CancellationToken.None))!.Kind);
    }

    [Fact]
    public async Task TheSameReportAgain_AndOneOfAnAddressThatNobodyKnows_AreAnsweredAlike()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
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
        await (await Host.ReportAsync(report + new string('x', (1 << 20) + 1 - report.Length))).AssertProblemAsync(413, "body-too-large");
    }

    [Theory]
    [InlineData("", 400, "malformed-body")]
    [InlineData("Dear reader, this is a letter\n", 400, "malformed-body")]
    [InlineData("From: jan.geheim@example.com\nSubject: Re: News\n\nI am away.\n", 422, "no-report")]
    [InlineData("Subject: x\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\njan.geheim@example.com\n--b--\n", 422, "no-report")]
    public async Task WhatIsNoReport_IsRefused(string body, int status, string slug) =>
        await (await Host.ReportAsync(body)).AssertProblemAsync(status, slug, secret: Jan);

    [Fact]
    public async Task WithoutTheRightToken_NothingIsTold()
    {
        var mail = Reports.Complaint(await EnclosedAsync(Jan));
        await (await Host.ReportAsync(mail, "forged")).AssertProblemAsync(401, "token-needed");
        await (await Host.ReportAsync(mail, Host.Token(scope: "audit"))).AssertProblemAsync(403, "scope-needed");
        await (await Host.ReportAsync(mail, Host.Token(controller: "another"))).AssertProblemAsync(404, "unknown-site");
        await (await Host.ReportAsync(mail, site: "nowhere")).AssertProblemAsync(404, "unknown-site");
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task NoAddressSubjectIdOrTokenStandsInAnyLogLine()
    {
        var link = await Host.LinkAsync(Jan);
        await ToldAsync(Reports.Complaint(Reports.WithLink(link)));
        await ToldAsync(Reports.Bounce(Reports.Recipient(Jan), Reports.WithLink(link[..^3])));
        await ToldAsync(Reports.Bounce(Reports.Recipient(Jan), Reports.Enclosed(NoLink)));
        await Host.ReportAsync($"From: {Jan}\n\nI am away.\n");
        var lines = Host.Log.All;
        Assert.NotEmpty(lines);
        foreach (var secret in (string[])["geheim", link[3..20], Host.Keys.Addresses(Sample.Controller).AddressId(Jan)])
            Assert.DoesNotContain(secret, lines, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> EnclosedAsync(string address) => Reports.WithLink(await Host.LinkAsync(address));

    private Task<IReadOnlyList<string>> ToldAsync(string mail) => Host.ToldAsync(mail);

    private async Task AssertReasonsAsync(string address, params string[] reasons)
    {
        var found = new List<string>();
        foreach (var topic in Topics) found.Add(await Host.ReasonAsync(address, topic));
        Assert.Equal(reasons, found);
    }
}
