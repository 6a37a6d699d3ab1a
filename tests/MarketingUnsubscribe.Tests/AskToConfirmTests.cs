using System.Net;
using System.Text.RegularExpressions;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The first step of a double opt-in: what is asked, and of whom.</summary>
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
    public async Task TheMail_SaysWhoAsksAndForWhat_WithOneLinkToConfirmAndOneToEndItAll_AndNothingElseToFetch()
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
            Assert.Equal(["/c/", "/u/"], Regex.Matches(body, "https?://[^/]*(?<kind>/?.?/?)").Select(link => link.Groups["kind"].Value));
        }
        Assert.DoesNotMatch("(<img|<script|<link|src=|url\\()", mail.HtmlBody);
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        Assert.False(mail.Headers.Contains("List-Unsubscribe"));
        Assert.EndsWith("@orchard.example", mail.MessageId, StringComparison.Ordinal);
        Assert.Equal(Host.Time.Is, mail.Date);
    }

    [Fact]
    public async Task TheLinkUnderTheMail_IsAnOrdinaryOptOutLink_AndEndsEverything()
    {
        await AskAsync();
        var path = Regex.Match(Mail.Taken[0].Mail.TextBody!, "/u/[A-Za-z0-9_-]+").Value;
        var stopped = await Host.PressAsync(await Host.PageAsync(path), "Meld mij af");
        await Host.PressAsync(stopped, "name=\"everything\"");
        Assert.Equal(("suppressed", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
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
