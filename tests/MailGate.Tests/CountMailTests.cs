using System.Text;
using Consent.Contracts;

namespace Consent.MailGate.Tests;

/// <summary>Auditors hear how much each stream sent and what became of it, and nobody's address; nor does any log.</summary>
public sealed class CountMailTests : IAsyncLifetime
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
    public async Task EachStream_IsToldWithItsClass_AndItsCopiesByOutcome_AndNobodysAddress()
    {
        await _marketing.SubscribeAsync("anna@example.org");
        await using (var letters = await Gate.AsAsync(Orchard.Letters))
        {
            await letters.SendAsync(Orchard.Letter("one"), "anna@example.org", "stranger@example.org", "other@example.org");
            await letters.SendAsync(Orchard.Mail("two"), "anna@example.org");
        }

        await using (var forgotten = await Gate.AsAsync(Orchard.Forgotten)) await forgotten.SendAsync(Orchard.Letter("three"), "anna@example.org");
        await using var invoices = await Gate.AsAsync(Orchard.Invoices);
        await invoices.SendAsync(Orchard.Mail("four"), "anna@example.org", "stranger@example.org");
        await invoices.SendAsync("Dear reader, this is a letter\r\n", "anna@example.org");

        // An hour may end in between, and then each is told by two.
        var told = (await Gate.CountedAsync(3)).ToLookup(e => (e.Stream, e.Class, e.About));

        Assert.Equal(Copies(("handed-over", 1), ("not-permitted", 2), ("without-headers", 1)), Sum(told[("letters", MailClass.Marketing, Orchard.News)]));
        Assert.Equal(Copies(("not-permitted", 1)), Sum(told[("forgotten", MailClass.Marketing, null)]));
        Assert.Equal(Copies(("handed-over", 2), ("unreadable", 1)), Sum(told[("invoices", MailClass.Transactional, "billing")]));
        Assert.All(told.SelectMany(e => e), e => Assert.Equal((Orchard.Site, Orchard.Controller, 0), (e.Site, e.Controller, e.Hour.Minute)));
        Assert.All(Gate.Outbox.Events, e => Assert.DoesNotContain("example.org", Encoding.UTF8.GetString(e.Body.Span), StringComparison.Ordinal));
        Assert.All(Gate.Log.All, line => Assert.DoesNotContain("example.org", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatIsToldAgain_HoldsWhatWasToldBefore()
    {
        await using var invoices = await Gate.AsAsync(Orchard.Invoices);
        await invoices.SendAsync(Orchard.Mail("first"), "anna@example.org");
        var before = (await Gate.CountedAsync(1))[^1];
        await invoices.SendAsync(Orchard.Mail("second"), "anna@example.org", "bert@example.org");
        var after = (await Gate.CountedAsync(2))[^1];

        Assert.Equal(1, before.Copies["handed-over"]);
        Assert.Equal(after.Hour == before.Hour ? 3 : 2, after.Copies["handed-over"]);
        Assert.NotEqual(before.Id, after.Id);
    }

    private static Dictionary<string, long> Copies(params (string Outcome, long Number)[] copies) => copies.ToDictionary(c => c.Outcome, c => c.Number);

    private static Dictionary<string, long> Sum(IEnumerable<MailCounted> told) =>
        told.SelectMany(e => e.Copies).GroupBy(o => o.Key).ToDictionary(o => o.Key, o => o.Sum(one => one.Value));
}
