namespace Consent.MailGate.Tests;

/// <summary>Whoever reaches the port: he gets no mail through, no memory, and nobody else's place.</summary>
public sealed class StrangersTests : IAsyncLifetime
{
    private readonly Mailbox _mailbox = new();
    private readonly RunningMarketing _marketing = new();
    private RunningGate? _gate;

    private RunningGate Gate => _gate!;

    public async ValueTask InitializeAsync()
    {
        _mailbox.Start();
        await _marketing.StartAsync();
        _gate = new RunningGate(_marketing.Address, _marketing.Token, _mailbox.Port);
        await _gate.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Gate.DisposeAsync();
        await _marketing.DisposeAsync();
        await _mailbox.DisposeAsync();
    }

    [Fact]
    public async Task BeforeTheSignIn_NoMoreIsGathered_ThanACommandIsLong()
    {
        await using var stranger = await Conversation.WithAsync(Gate.Port);
        await Assert.ThrowsAnyAsync<IOException>(() => stranger.SayAsync(new string('x', LimitSessions.MostBeforeSignIn + 1)));
        await using var next = await Gate.AsAsync(Orchard.Invoices);
        Assert.Equal(250, (await next.SayAsync("NOOP")).Code);
    }

    [Fact]
    public async Task WhenAllPlacesAreTaken_TheNextWaits_AndIsGreetedWhenOneIsLeft()
    {
        var strangers = new List<Conversation>();
        for (var i = 0; i < 100; i++) strangers.Add(await Conversation.WithAsync(Gate.Port));
        var next = Conversation.WithAsync(Gate.Port);
        foreach (var stranger in strangers) Assert.Equal(250, (await stranger.SayAsync("NOOP")).Code);
        Assert.False(next.IsCompleted);

        await strangers[0].DisposeAsync();

        await using var greeted = await next;
        Assert.Equal(250, (await greeted.SayAsync("NOOP")).Code);
        foreach (var stranger in strangers) await stranger.DisposeAsync();
    }

    [Fact]
    public async Task WhoDoesNotSignIn_LosesHisPlace_AndWhoHas_KeepsIt()
    {
        await using var gate = new RunningGate(_marketing.Address, _marketing.Token, _mailbox.Port, new Dictionary<string, string?> { ["MailGate:SignInWithin"] = "00:00:20" });
        await gate.StartAsync();
        await using var mailer = await gate.AsAsync(Orchard.Invoices);
        // All other places, one by one, until none is left for the next.
        var strangers = new List<Conversation>();
        for (var i = 0; i < 99; i++) strangers.Add(await Conversation.WithAsync(gate.Port));

        await using var next = await gate.AsAsync(Orchard.Letters);

        Assert.Equal(250, (await next.SayAsync("NOOP")).Code);
        Assert.Equal(250, (await mailer.SayAsync("NOOP")).Code);
        // Also one who talks all the time.
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true) await strangers[^1].SayAsync("NOOP");
        });
        foreach (var stranger in strangers) await stranger.DisposeAsync();
    }

    /// <summary>The library takes the escapes of a quoted address apart, and a line break comes out.</summary>
    [Theory]
    [InlineData(@"MAIL FROM:<""\x22a>\x0d\x0aRCPT TO:<victim@example.org>\x0d\x0a\x22""@x.example>")]
    [InlineData(@"MAIL FROM:<""a\x0d\x0ab""@x.example>")]
    [InlineData(@"MAIL FROM:<""a\u0000b""@x.example>")]
    public async Task ALineBreak_InAQuotedSender_IsNoSender(string command)
    {
        await using var mailer = await Gate.AsAsync(Orchard.Invoices);
        Assert.NotEqual(250, (await mailer.SayAsync(command)).Code);
        Assert.Empty(_mailbox.All);
    }

    [Theory]
    [InlineData("\n.\n")]
    [InlineData("\n.\r\n")]
    [InlineData("\r.\r")]
    public async Task ADot_BetweenHalfLineBreaks_EndsNoMail(string end)
    {
        await using var mailer = await Gate.AsAsync(Orchard.Invoices);
        var mail = Orchard.Mail("smuggled") + $"Good day.{end}MAIL FROM:<boss@orchard.example>\nRCPT TO:<victim@example.org>\nDATA\nSubject: second\n\nPay.\r\n";
        Assert.Equal(250, (await mailer.SendAsync(mail, "anna@example.org")).Mail!.Code);
        await _mailbox.WithAsync("smuggled");
        Assert.Equal(["anna@example.org"], Assert.Single(_mailbox.All).To);
    }

    [Fact]
    public async Task AMail_ThatIsTooLarge_EndsItsSession_AndNothingOfItIsTakenForACommand()
    {
        await using var mailer = await Gate.AsAsync(Orchard.Invoices);
        Assert.Equal(250, (await mailer.SayAsync("MAIL FROM:<letters@orchard.example>")).Code);
        Assert.Equal(250, (await mailer.SayAsync("RCPT TO:<anna@example.org>")).Code);
        Assert.Equal(354, (await mailer.SayAsync("DATA")).Code);
        var body = string.Concat(Enumerable.Repeat("RSET\r\nMAIL FROM:<boss@orchard.example>\r\n", 26 * 1024 * 1024 / 40));
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await mailer.SayAsync(body);
            // What was said of the mail before the end of the session, if it was.
            for (var i = 0; i < 10; i++) await mailer.SayAsync("NOOP");
        });
        Assert.Empty(_mailbox.All);
    }
}
