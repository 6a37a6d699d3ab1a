using System.Net;
using System.Text.RegularExpressions;
using SmtpServer.Protocol;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The first step of a double opt-in: what is asked, of whom and how often, and what the answer tells.</summary>
public sealed class AskToConfirmTests : ConfirmingTest
{
    [Fact]
    public async Task FromTheSite_NothingIsSubscribedUntilTheMailIsAnswered()
    {
        var answer = await Host.SubscribeAsync(Jan);
        Assert.Equal((HttpStatusCode.Accepted, "pending"), (answer.StatusCode, (await answer.JsonAsync()).GetProperty("status").GetString()));
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
        var record = await RecordAsync();
        Assert.Equal((MarketingRecord.Attempted, 0), (record!.Kind, record.Topics.Count));
        Assert.Equal((Sample.Noon, null, "form"), (record.Proof!.RequestedAt, record.Proof.ConfirmedAt, record.Proof.Source));
        Assert.Matches("^[0-9a-f]{64}$", record.Proof.MailHash);
    }

    [Fact]
    public async Task TheMail_SaysWhoAsksAndForWhat_WithOneLinkAndNothingElseToFetch()
    {
        await AskAsync();
        var taken = Assert.Single(Mail.Taken);
        var mail = taken.Mail;
        Assert.Equal(("post@orchard.example", Jan), (taken.From, taken.To));
        Assert.Equal("Bevestig uw aanmelding voor ‘Nieuws uit de boomgaard’", mail.Subject);
        Assert.Equal(("De Boomgaard B.V.", Jan), (mail.From.Mailboxes.Single().Name, mail.To.Mailboxes.Single().Address));
        foreach (var body in (string[])[mail.TextBody!, WebUtility.HtmlDecode(mail.HtmlBody!)])
        {
            foreach (var said in (string[])["‘Nieuws uit de boomgaard’ van De Boomgaard B.V.", "Elke maand een nieuwsbrief.", "Dan hoeft u niets te doen", "vragen@orchard.example"])
                Assert.Contains(said, body, StringComparison.Ordinal);
            Assert.Single(Regex.Matches(body, "https?://"));
        }
        Assert.DoesNotMatch("(<img|<script|<link|src=|url\\()", mail.HtmlBody);
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        Assert.False(mail.Headers.Contains("List-Unsubscribe"));
        Assert.EndsWith("@orchard.example", mail.MessageId, StringComparison.Ordinal);
        Assert.Equal(Host.Time.Is, mail.Date);
    }

    [Fact]
    public async Task LineBreaksInDeclaredNames_BeginNoHeaderAndNoParagraph()
    {
        var hostile = Sample.Declaration();
        await Host.HearAsync(hostile with
        {
            Controller = hostile.Controller with { Name = "Boomgaard\r\nBcc: x@evil.example" },
            Topics = [.. hostile.Topics.Select(t => t with { Name = Sample.Text("Nieuws\nX-Evil: 1\r\n\r\nDank u.", "x") })],
        }, version: 2);
        await AskAsync();
        var (raw, mail) = (Mail.Taken[0].Raw, Mail.Taken[0].Mail);
        Assert.DoesNotContain(raw.Split('\n'), line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase) || line.StartsWith("X-Evil", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("Boomgaard Bcc: x@evil.example", mail.From.Mailboxes.Single().Name);
        Assert.Equal("Bevestig uw aanmelding voor ‘Nieuws X-Evil: 1 Dank u.’", mail.Subject);
        Assert.DoesNotContain(mail.TextBody!.Split('\n'), line => line.Trim() == "Dank u.");
    }

    [Fact]
    public async Task TheControllersOwnWord_NeedsNoMail()
    {
        Assert.Equal(HttpStatusCode.Created, (await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is)).StatusCode);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        Assert.Empty(Mail.Taken);
    }

    [Fact]
    public async Task WithTheMailServerAway_NothingIsPromisedOrStored_AndTheNextTrySucceeds()
    {
        await Mail.StopAsync();
        await (await Host.SubscribeAsync(Jan)).AssertProblemAsync(503, "unavailable", secret: Jan);
        Assert.Null(await RecordAsync());
        Mail.Start();
        await AskAsync();
    }

    [Fact]
    public async Task WithTheMailServerAway_AConfirmedAddressHasTheAnswerOfEveryOther()
    {
        await PressAsync(await AskAsync());
        await Mail.StopAsync();
        await (await Host.SubscribeAsync(Jan)).AssertProblemAsync(503, "unavailable");
    }

    [Fact]
    public async Task AMailThatTheServerDoesNotTake_IsPromisedToNobody_AndTheNextTrySucceeds()
    {
        Mail.ToMails = new SmtpResponse(SmtpReplyCode.Aborted, "4.3.0 Try later");
        await (await Host.SubscribeAsync(Jan)).AssertProblemAsync(503, "unavailable");
        Assert.Null(await RecordAsync());
        Mail.ToMails = null;
        await AskAsync();
    }

    [Fact]
    public async Task AMailboxThatThereIsNot_IsToldToNobody_ButARelayThatIsDeniedIsNotHidden()
    {
        var known = await (await Host.SubscribeAsync(Jan)).Content.ReadAsStringAsync();
        Mail.ToRecipients = SmtpResponse.MailboxUnavailable;
        var answer = await Host.SubscribeAsync("nobody@example.com");
        Assert.Equal((HttpStatusCode.Accepted, known), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Mail.ToRecipients = new SmtpResponse(SmtpReplyCode.MailboxUnavailable, "5.7.1 Relaying denied");
        await (await Host.SubscribeAsync("piet@example.com")).AssertProblemAsync(503, "unavailable");
    }

    [Fact]
    public async Task AnAddress_IsSentOneMailInTenMinutes_AndFiveADay_AndTheAnswerIsTheSame()
    {
        var answers = new HashSet<string>();
        for (var i = 0; i < 7; i++)
        {
            foreach (var topic in (string[])["newsletter", "offers"])
            {
                var answer = await Host.SubscribeAsync(Jan, topic);
                answers.Add($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
            Assert.Equal(Math.Min(i + 1, MailPace.MostInADay), Mail.Taken.Count);
            Host.Time.Pass(MailPace.Between);
        }
        Assert.Single(answers);
        await AskAsync("piet@example.com");
        Host.Time.Pass(TimeSpan.FromDays(1));
        await AskAsync();
    }

    [Fact]
    public async Task AConfirmedAddress_IsSentNone_AndTheAnswerIsTheSame_UntilItOptsOut()
    {
        var first = await (await Host.SubscribeAsync(Jan)).Content.ReadAsStringAsync();
        await PressAsync(Mail.Taken[0].Link);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var answer = await Host.SubscribeAsync(Jan);
        Assert.Equal((HttpStatusCode.Accepted, first), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Single(Mail.Taken);
        Assert.Equal(((string?)null, "opted-in"), ((await RecordAsync())!.Proof!.MailHash, await Host.ReasonAsync(Jan)));
        await AskAsync(topic: "offers");
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Host.Time.Pass(TimeSpan.FromHours(1));
        await AskAsync();
    }
}

/// <summary>Without a setting, mail goes over an encrypted connection or not at all.</summary>
public sealed class AskInClearTests : ConfirmingTest
{
    protected override string Tls => "";

    [Fact]
    public async Task AServerThatDoesNotEncrypt_IsGivenNoMail()
    {
        await (await Host.SubscribeAsync(Jan)).AssertProblemAsync(503, "unavailable");
        Assert.Empty(Mail.Taken);
    }
}
