using Consent.Contracts;

namespace Consent.MailGate.Tests;

/// <summary>What is declared to be transactional always passes, is counted, and is the next mail server's to refuse.</summary>
public sealed class RelayTransactionalTests(GateBeforePostfix through) : IClassFixture<GateBeforePostfix>
{
    [Fact]
    public async Task AnInvoice_ToWhoOptedOut_ArrivesWithoutHeaders()
    {
        await through.Marketing.SubscribeAsync("jan@example.org");
        await through.Marketing.OptOutAsync("jan@example.org");
        await using var mailer = await through.Gate.AsAsync(Orchard.Invoices);
        Assert.Equal(250, (await mailer.SendAsync(Orchard.Mail("invoice-1"), "jan@example.org", "stranger@example.org")).Mail!.Code);
        Assert.Equal(["jan@example.org", "stranger@example.org"], (await through.ArrivedAsync("invoice-1@orchard.example")).To.Order());
    }

    [Fact]
    public async Task AMail_ThatIsSigned_ArrivesByteForByte()
    {
        await using var mailer = await through.Gate.AsAsync(Orchard.Invoices);
        var signed = Orchard.Mail("signed", "DKIM-Signature: v=1; a=rsa-sha256; d=orchard.example; s=a;\r\n\tb=abc=", "X-Odd:  two  spaces,\r\n \tand a fold", "Content-Type: text/plain; charset=iso-8859-1",
            "Content-Transfer-Encoding: 8bit").Replace("apples", "\u00e4pples", StringComparison.Ordinal);
        Assert.Equal(250, (await mailer.SendAsync(signed, "jan@example.org")).Mail!.Code);
        Assert.Contains(signed.TrimEnd(), (await through.ArrivedAsync("signed@orchard.example")).Raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABounce_KeepsItsEmptySender()
    {
        await using var mailer = await through.Gate.AsAsync(Orchard.Invoices);
        Assert.Equal(250, (await mailer.SayAsync("MAIL FROM:<>")).Code);
        Assert.Equal(250, (await mailer.SayAsync("RCPT TO:<jan@example.org>")).Code);
        Assert.Equal(250, (await mailer.SendAsync(Orchard.Mail("empty-sender"))).Code);
        Assert.Null((await through.ArrivedAsync("empty-sender@orchard.example")).From);
    }

    [Fact]
    public async Task ARecipient_WhomTheNextServerRefuses_IsRefused_WithItsStatus()
    {
        await using var mailer = await through.Gate.AsAsync(Orchard.Invoices);
        var (_, mail) = await mailer.SendAsync(Orchard.Mail("refused"), "nobody@refused.example");
        Assert.Equal((554, "5.1.1 The next mail server refused it (550)"), (mail!.Code, mail.Text));

        // Together with others nobody is sent it, and none of them is told to be dead.
        (_, mail) = await mailer.SendAsync(Orchard.Mail("refused"), "jan@example.org", "nobody@refused.example");
        Assert.Equal((554, "5.7.0 The next mail server refused it (550)"), (mail!.Code, mail.Text));

        (_, mail) = await mailer.SendAsync(Orchard.Mail("refused"), "later@refused.example");
        Assert.Equal(451, mail!.Code);
        Assert.Equal(250, (await mailer.SendAsync(Orchard.Mail("after-refused"), "jan@example.org")).Mail!.Code);
        await through.ArrivedAsync("after-refused@orchard.example");
        Assert.False(through.Mailbox.Has("<refused@orchard.example>"));
    }

    [Fact]
    public async Task AMail_ThatGoesRoundInACircle_IsRefused()
    {
        await using var mailer = await through.Gate.AsAsync(Orchard.Invoices);
        var (_, mail) = await mailer.SendAsync(Orchard.Mail("circle", [.. Enumerable.Repeat("Received: by gate.orchard.example with ESMTPA; Thu, 26 Nov 2026 12:00:00 +0000", 100)]), "jan@example.org");
        Assert.Equal(554, mail!.Code);
        Assert.StartsWith("5.4.6 ", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStream_IsWhatTheDeclarationInForceSays_FromItsNextMailOn()
    {
        await using var gate = new RunningGate(through.Marketing.Address, through.Marketing.Token, through.Mailbox.Port);
        await gate.StartAsync();
        await using var mailer = await gate.AsAsync(Orchard.Invoices);
        Assert.Equal(250, (await mailer.SendAsync(Orchard.Mail("as-invoice"), "kees@example.org")).Mail!.Code);
        await gate.DeclareAsync(Orchard.Declaration with { MailStreams = [new MailStream { Id = "invoices", Class = MailClass.Marketing, Topic = Orchard.News }] }, version: 2);
        Assert.Equal(550, (await mailer.SendAsync(Orchard.Mail("as-marketing"), "kees@example.org")).Recipients[0].Code);
    }
}
