using Consent.Tests.Support;

namespace Consent.MailGate.Tests;

/// <summary>What cannot be known now is put off: nothing is let through, and nothing is refused for good.</summary>
public sealed class PutOffTests : IAsyncLifetime
{
    private readonly Mailbox _mailbox = new();

    public ValueTask InitializeAsync()
    {
        _mailbox.Start();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _mailbox.DisposeAsync();

    [Fact]
    public async Task WhileMarketingIsAway_MarketingIsPutOff_AndInvoicesPass()
    {
        await using var gate = new RunningGate(new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}/"), "none", _mailbox.Port);
        await gate.StartAsync();
        await using (var mailer = await gate.AsAsync(Orchard.Letters))
        {
            var reply = (await mailer.SendAsync(Orchard.Letter("away"), "anna@example.org")).Recipients[0];
            Assert.Equal(451, reply.Code);
            Assert.StartsWith("4.4.3 ", reply.Text, StringComparison.Ordinal);
        }

        await using var invoices = await gate.AsAsync(Orchard.Invoices);
        Assert.Equal(250, (await invoices.SendAsync(Orchard.Mail("invoice-2"), "anna@example.org")).Mail!.Code);
        await _mailbox.WithAsync("invoice-2@orchard.example");
        Assert.False(_mailbox.Has("away@orchard.example"));
    }

    [Fact]
    public async Task WhileMarketingRefusesTheToken_MarketingIsPutOff()
    {
        await using var marketing = new RunningMarketing();
        await marketing.StartAsync();
        await marketing.SubscribeAsync("anna@example.org");
        await using var gate = new RunningGate(marketing.Address, "not-a-token", _mailbox.Port);
        await gate.StartAsync();
        await using var mailer = await gate.AsAsync(Orchard.Letters);
        Assert.Equal(451, (await mailer.SendAsync(Orchard.Letter("token"), "anna@example.org")).Recipients[0].Code);
    }

    [Fact]
    public async Task UntilMarketingHasLoadedEverything_MarketingIsPutOff_AndThenPasses()
    {
        await using var marketing = new RunningMarketing();
        await marketing.StartAsync(loaded: false);
        await marketing.SubscribeAsync("anna@example.org");
        await using var gate = new RunningGate(marketing.Address, marketing.Token, _mailbox.Port);
        await gate.StartAsync();
        await using var mailer = await gate.AsAsync(Orchard.Letters);
        Assert.Equal(451, (await mailer.SendAsync(Orchard.Letter("loading"), "anna@example.org")).Recipients[0].Code);

        await marketing.LoadAsync();
        Assert.Equal(250, (await mailer.SendAsync(Orchard.Letter("loaded"), "anna@example.org")).Mail!.Code);
    }

    [Fact]
    public async Task WhenMarketingGoesAway_BeforeTheMailIsThere_ItIsPutOff()
    {
        var marketing = new RunningMarketing();
        await marketing.StartAsync();
        await marketing.SubscribeAsync("anna@example.org");
        await using var gate = new RunningGate(marketing.Address, marketing.Token, _mailbox.Port);
        await gate.StartAsync();
        await using var mailer = await gate.AsAsync(Orchard.Letters);
        await mailer.SayAsync("MAIL FROM:<letters@orchard.example>");
        Assert.Equal(250, (await mailer.SayAsync("RCPT TO:<anna@example.org>")).Code);
        await marketing.DisposeAsync();
        Assert.Equal(451, (await mailer.SendAsync(Orchard.Letter("gone"))).Code);
        Assert.Empty(_mailbox.All);
    }

    [Fact]
    public async Task BeforeTheSiteIsKnown_EvenInvoicesArePutOff()
    {
        await using var gate = new RunningGate(new Uri("http://127.0.0.1:1/"), "none", _mailbox.Port);
        await gate.StartAsync(declared: false);
        await using var mailer = await gate.AsAsync(Orchard.Invoices);
        Assert.Equal(451, (await mailer.SendAsync(Orchard.Mail("early"), "anna@example.org")).Recipients[0].Code);
        await gate.DeclareAsync(Orchard.Declaration);
        Assert.Equal(250, (await mailer.SendAsync(Orchard.Mail("early"), "anna@example.org")).Mail!.Code);
    }

    [Fact]
    public async Task WhileTheNextServerIsAway_NothingIsTaken()
    {
        await using var gate = new RunningGate(new Uri("http://127.0.0.1:1/"), "none", FreePorts.Take(1)[0]);
        await gate.StartAsync();
        await using var mailer = await gate.AsAsync(Orchard.Invoices);
        var (_, mail) = await mailer.SendAsync(Orchard.Mail("nowhere"), "anna@example.org");
        Assert.Equal(451, mail!.Code);
        Assert.StartsWith("4.4.1 ", mail.Text, StringComparison.Ordinal);
    }
}
