namespace Consent.MailGate.Tests;

/// <summary>Marketing goes to whom it may be sent, with both headers, and to nobody else.</summary>
public sealed class RelayMarketingTests(GateBeforePostfix through) : IClassFixture<GateBeforePostfix>
{
    [Fact]
    public async Task ALetter_ToWhoOptedIn_ArrivesAsItWas()
    {
        await through.Marketing.SubscribeAsync("anna@example.org");
        await using var mailer = await through.Gate.AsAsync(Orchard.Letters);
        var letter = Orchard.Letter("ripe");

        var (recipients, mail) = await mailer.SendAsync(letter, "Anna@example.org");

        Assert.Equal([250], recipients.Select(r => r.Code));
        Assert.Equal(250, mail!.Code);
        var arrived = await through.ArrivedAsync("ripe@orchard.example");
        Assert.Equal(("letters@orchard.example", "Anna@example.org"), (arrived.From, arrived.To.Single()));
        Assert.Contains(letter.TrimEnd(), arrived.Raw, StringComparison.Ordinal);
        Assert.Matches(@"Received:\s+by\s+gate\.orchard\.example\s+with\s+ESMTPA\s+id\s", arrived.Raw);
    }

    [Fact]
    public async Task ALetter_ToWhoOptedOut_IsRefusedWithAReason_AndGoesToTheOthers()
    {
        await through.Marketing.SubscribeAsync("bert@example.org");
        await through.Marketing.SubscribeAsync("carla@example.org");
        await through.Marketing.OptOutAsync("carla@example.org");
        await using var mailer = await through.Gate.AsAsync(Orchard.Letters);

        var (recipients, mail) = await mailer.SendAsync(Orchard.Letter("for-bert"), "carla@example.org", "bert@example.org", "stranger@example.org");

        Assert.Equal([550, 250, 550], recipients.Select(r => r.Code));
        Assert.StartsWith("5.7.1 This address may not be sent the topic news (suppressed)", recipients[0].Text, StringComparison.Ordinal);
        Assert.StartsWith("5.7.1 This address may not be sent the topic news (no-basis)", recipients[2].Text, StringComparison.Ordinal);
        Assert.Equal(250, mail!.Code);
        Assert.Equal(["bert@example.org"], (await through.ArrivedAsync("for-bert@orchard.example")).To);
    }

    [Fact]
    public async Task ManyRefusals_InOneMail_DoNotEndTheSession()
    {
        await through.Marketing.SubscribeAsync("last@example.org");
        await using var mailer = await through.Gate.AsAsync(Orchard.Letters);
        var (recipients, mail) = await mailer.SendAsync(Orchard.Letter("for-the-last"), [.. Enumerable.Range(0, 20).Select(i => $"stranger{i}@example.org"), "last@example.org"]);
        Assert.Equal([.. Enumerable.Repeat(550, 20), 250], recipients.Select(r => r.Code));
        Assert.Equal(250, mail!.Code);
    }

    [Fact]
    public async Task AnOptOut_HoldsFromTheNextRecipientOn()
    {
        await through.Marketing.SubscribeAsync("dirk@example.org");
        await using var mailer = await through.Gate.AsAsync(Orchard.Letters);
        Assert.Equal(250, (await mailer.SendAsync(Orchard.Letter("before"), "dirk@example.org")).Mail!.Code);
        await through.Marketing.OptOutAsync("dirk@example.org");
        Assert.Equal(550, (await mailer.SendAsync(Orchard.Letter("after"), "dirk@example.org")).Recipients[0].Code);
    }

    [Fact]
    public async Task AnOptOut_WhileTheMailIsOnItsWay_PutsItOff_AndTheNextAttemptLeavesHimOut()
    {
        await through.Marketing.SubscribeAsync("els@example.org");
        await through.Marketing.SubscribeAsync("fred@example.org");
        await using var mailer = await through.Gate.AsAsync(Orchard.Letters);
        await mailer.SayAsync("MAIL FROM:<letters@orchard.example>");
        Assert.Equal(250, (await mailer.SayAsync("RCPT TO:<els@example.org>")).Code);
        Assert.Equal(250, (await mailer.SayAsync("RCPT TO:<fred@example.org>")).Code);
        await through.Marketing.OptOutAsync("els@example.org");

        Assert.Equal(451, (await mailer.SendAsync(Orchard.Letter("on-its-way"))).Code);

        var (recipients, mail) = await mailer.SendAsync(Orchard.Letter("on-its-way"), "els@example.org", "fred@example.org");
        Assert.Equal([550, 250], recipients.Select(r => r.Code));
        Assert.Equal(250, mail!.Code);
        Assert.Equal(["fred@example.org"], (await through.ArrivedAsync("on-its-way@orchard.example")).To);
    }

    [Theory]
    [InlineData("no-headers", "lacks one header List-Unsubscribe with an https address")]
    [InlineData("no-post", "lacks one header List-Unsubscribe-Post: List-Unsubscribe=One-Click", "List-Unsubscribe: <https://opt-out.example/u/abc>")]
    [InlineData("no-link", "lacks one header List-Unsubscribe with an https address", "List-Unsubscribe-Post: List-Unsubscribe=One-Click")]
    [InlineData("says-invoice", "lacks one header List-Unsubscribe with an https address", "X-Mail-Class: transactional", "X-Stream: invoices")]
    public async Task ALetter_WithoutBothHeaders_IsRefused_WhateverItsHeadersSay(string word, string why, params string[] headers)
    {
        await through.Marketing.SubscribeAsync("gerda@example.org");
        await using var mailer = await through.Gate.AsAsync(Orchard.Letters);
        var (recipients, mail) = await mailer.SendAsync(Orchard.Mail(word, headers), "gerda@example.org");
        Assert.Equal(250, recipients[0].Code);
        Assert.Equal(550, mail!.Code);
        Assert.StartsWith("5.7.1 The stream letters is marketing, and this mail ", mail.Text, StringComparison.Ordinal);
        Assert.Contains(why, mail.Text, StringComparison.Ordinal);

        // What comes behind it in the same conversation passes, so that a mail which did not arrive by now never will.
        Assert.Equal(250, (await mailer.SendAsync(Orchard.Letter($"after-{word}"), "gerda@example.org")).Mail!.Code);
        await through.ArrivedAsync($"after-{word}@orchard.example");
        Assert.False(through.Mailbox.Has($"<{word}@orchard.example>"));
    }

    [Fact]
    public async Task AStream_ThatIsNotDeclared_IsMarketing_AndNeedsEveryTopic()
    {
        await through.Marketing.SubscribeAsync("hans@example.org");
        await through.Marketing.SubscribeAsync("ida@example.org", Orchard.News, "offers");
        await using var mailer = await through.Gate.AsAsync(Orchard.Forgotten);

        var (recipients, mail) = await mailer.SendAsync(Orchard.Letter("forgotten"), "hans@example.org", "ida@example.org");

        Assert.Equal([550, 250], recipients.Select(r => r.Code));
        Assert.StartsWith("5.7.1 The stream forgotten is not declared, hence marketing, and this address may not be sent every topic (no-basis)", recipients[0].Text, StringComparison.Ordinal);
        Assert.Equal(250, mail!.Code);
        var (_, without) = await mailer.SendAsync(Orchard.Mail("forgotten-headers"), "ida@example.org");
        Assert.Equal(550, without!.Code);
        Assert.StartsWith("5.7.1 The stream forgotten is not declared, hence marketing, and this mail lacks ", without.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsNoAddress_IsRefusedAsSuch()
    {
        await using var mailer = await through.Gate.AsAsync(Orchard.Letters);
        await mailer.SayAsync("MAIL FROM:<letters@orchard.example>");
        var reply = await mailer.SayAsync("RCPT TO:<a..b@example.org>");
        Assert.InRange(reply.Code, 500, 599);
    }
}
