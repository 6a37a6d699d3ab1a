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

    [Fact]
    public async Task WhatThePersonDecidedBehindATombstone_StaysTold_AlsoWhenThatComesLateAndTwice()
    {
        const string Stream = "0123456789abcdef0123";
        await using var audit = new AuditOnDisk();
        var (before, after) = (Samples.Choice("receipt-3"), Samples.Choice("receipt-5", causedBy: "opt-out-1"));
        await audit.HearAsync(before with { Stream = Stream });
        await audit.HearAsync(after with { Stream = Stream, Receipt = after.Receipt with { Version = 5 } });

        for (var times = 0; times < 2; times++) await audit.HearAsync(new ConsentErased("t4", Samples.Noon, Samples.Site, Stream, 1, 4, Samples.Noon, ErasureReason.Request));

        Assert.Empty(await audit.Log.ReadAsync(AuditLog.TraceOf("receipt-3"), default));
        Assert.Single(await audit.Log.ReadAsync(AuditLog.TraceOf("receipt-5"), default));
        await audit.HearAsync(new ConsentErased("t6", Samples.Noon, Samples.Site, Stream, 1, 6, Samples.Noon, ErasureReason.Request));
        Assert.Empty(await audit.Log.ReadAsync(AuditLog.TraceOf("receipt-5"), default));
    }

    [Fact]
    public async Task AnUndo_GoesWithItsAddress_AndAnErasureAskedForElsewhereToo()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(new MarketingUnsubscribeUndone("undo-1", Samples.Noon, Samples.Site, _subject, ["offers"], "opt-out-1", "nl", Samples.Noon));

        await audit.HearAsync(new ErasureAsked("asked-1", Samples.Noon, Samples.Site, _subject, Samples.Noon));

        Assert.Empty(await audit.Log.ReadAsync(AuditLog.TraceOf("undo-1"), default));
        Assert.Contains(ConsentApplied.By("audit", "consent", "asked-1", audit.Clock.At), audit.Outbox.Of<ConsentApplied>());
    }

    [Fact]
    public async Task AnUndoHeardBeforeItsOptOut_LeavesNothing_WhereTheErasureComesBetweenThem()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(new MarketingUnsubscribeUndone("undo-1", Samples.Noon, Samples.Site, _subject, ["offers"], "opt-out-1", "nl", Samples.Noon));
        Assert.NotEmpty(await audit.Log.ReadAsync(AuditLog.TraceOf("opt-out-1"), default));

        await audit.HearAsync(Erased(Samples.Noon));
        Assert.Empty(await audit.Log.ReadAsync(AuditLog.TraceOf("opt-out-1"), default));
        await audit.HearAsync(Samples.OptOut());

        foreach (var id in (string[])["undo-1", "opt-out-1"]) Assert.Empty(await audit.Log.ReadAsync(AuditLog.TraceOf(id), default));
    }

    /// <summary>What a thread that was between its two looks when the erasure went by, or was killed there, leaves: a note behind the tombstone, and the trace.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatWasBeingKeptWhileTheErasureWentBy_Goes_WhicheverIsToldAgain(bool isErasure)
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Erased(Samples.Noon));
        await audit.Log.NoteAsync($"address/{Samples.Site}/{_subject}", "address-trace", new { RecordId = "opt-in-1", Samples.OptIn().RecordedAt }, "opt-in-1", default);
        await audit.Log.KeepAsync(AuditLog.TraceOf("opt-in-1"), Samples.OptIn(), default);

        await audit.HearAsync(isErasure ? Erased(Samples.Noon) : Samples.OptIn());

        Assert.Empty(await audit.Log.ReadAsync(AuditLog.TraceOf("opt-in-1"), default));
        Assert.DoesNotContain(await audit.Log.FeedAsync(0, 100, default), r => r.Kind == "address-trace");
    }

    private static MarketingErased Erased(DateTimeOffset at, string id = "erased-1") => new(id, at, Samples.Site, _subject, at);
}
