using Consent.Contracts;

namespace Consent.Audit.Tests;

/// <summary>What marketing tells of an address goes with its erasure, whether a receipt came of it or not.</summary>
public sealed class AddressTracesTests
{
    private static readonly string _subject = Samples.OptOut().SubjectId;

    [Fact]
    public async Task AnErasedAddress_LeavesNoTrace_AndNothingOfBeforeIsKeptAgain()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Samples.OptIn());
        await audit.HearAsync(Samples.OptOut());

        await audit.HearAsync(Erased(Samples.Noon));
        await audit.HearAsync(Samples.OptOut());
        await audit.HearAsync(Erased(Samples.Noon));

        foreach (var id in (string[])["opt-in-1", "opt-out-1"]) Assert.Empty(await audit.Log.ReadAsync(AuditLog.TraceOf(id), default));
        Assert.DoesNotContain(await audit.Log.FeedAsync(0, 100, default), r => r.Kind is "marketing-unsubscribed" or "marketing-subscribed");
        Assert.Single(await audit.Log.ReadAsync(AuditLog.TraceOf("erased-1"), default));
        // Each is acknowledged all the same.
        Assert.Equal(["erased-1", "erased-1", "opt-in-1", "opt-out-1", "opt-out-1"], audit.Outbox.Of<ConsentApplied>().Select(a => a.RecordId).Order());
    }

    [Fact]
    public async Task WhatCameAfterwards_Stays_AndGoesWithTheNextErasure()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Samples.OptIn());
        await audit.HearAsync(Samples.OptOut() with { RecordedAt = Samples.Noon.AddMinutes(1) });

        await audit.HearAsync(Erased(Samples.Noon));
        Assert.Empty(await audit.Log.ReadAsync(AuditLog.TraceOf("opt-in-1"), default));
        Assert.Single(await audit.Log.ReadAsync(AuditLog.TraceOf("opt-out-1"), default));

        await audit.HearAsync(Erased(Samples.Noon.AddMinutes(2), "erased-2"));
        Assert.Empty(await audit.Log.ReadAsync(AuditLog.TraceOf("opt-out-1"), default));
    }

    [Fact]
    public async Task AnErasureAtTheConsentService_TakesWhatBecameNoReceiptToo_AndTheEndOfATermDoesNot()
    {
        foreach (var reason in (ErasureReason[])[ErasureReason.Request, ErasureReason.Retention])
        {
            await using var audit = new AuditOnDisk();
            var choice = Samples.Choice();
            await audit.HearAsync(choice with { Stream = "0123456789abcdef0123", Receipt = choice.Receipt with { SubjectId = _subject } });
            await audit.HearAsync(Samples.OptIn());

            await audit.HearAsync(new ConsentErased("t1", Samples.Noon, Samples.Site, "0123456789abcdef0123", 1, 4, Samples.Noon, reason));

            Assert.Equal(reason is ErasureReason.Request ? 0 : 1, (await audit.Log.ReadAsync(AuditLog.TraceOf("opt-in-1"), default)).Count);
        }
    }

    private static MarketingErased Erased(DateTimeOffset at, string id = "erased-1") => new(id, at, Samples.Site, _subject, at);
}
