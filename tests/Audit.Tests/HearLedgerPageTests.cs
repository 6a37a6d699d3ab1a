using Consent.Contracts;

namespace Consent.Audit.Tests;

public class HearLedgerPageTests
{
    private static LedgerPage Page(long through, params ConsentApplied[] closed) => new(RandomId.New(), "consent", through, closed, 0, 1);

    private static LedgerPage LongPage(long through) =>
        Page(through, [.. Enumerable.Range(0, HearLedgerPage.Long).Select(i => Samples.Applied("newsletter", 80, $"receipt-{i}"))]);

    [Fact]
    public async Task Hear_AMissedAcknowledgement_IsInTheTraceAndTheCursorMoves()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Samples.Choice());
        await audit.HearAsync(Page(7, Samples.Applied("newsletter", 80), Samples.Applied("audit", 60)));

        Assert.Equal(["audit", "newsletter"], (await audit.TraceAsync())!.Applied.Select(a => a.Subscriber));
        Assert.Equal(new LedgerCursor(7, 1), await audit.Log.CursorOfAsync("consent", default));
        Assert.Equal(new LedgerCursor(0), await audit.Log.CursorOfAsync("marketing-unsubscribe", default));
    }

    [Fact]
    public async Task Hear_APageTwiceAndAfterTheAcknowledgementItself_AddsNothing()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Samples.Applied("newsletter", 80));
        var page = Page(7, Samples.Applied("newsletter", 80));
        await audit.HearAsync(page);
        var records = await audit.RecordsAsync();
        await audit.HearAsync(page);

        Assert.Equal(2, records); // The acknowledgement and the cursor.
        Assert.Equal(records, await audit.RecordsAsync());
    }

    [Fact]
    public async Task Hear_AnOldPageLate_NeverMovesTheCursorBack_AndIsPassedOver()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Page(9));
        var records = await audit.RecordsAsync();
        await audit.HearAsync(Page(4, Samples.Applied("newsletter", 80)));
        // What is before the cursor stands in the log, and is not looked up again.
        Assert.Equal(records, await audit.RecordsAsync());
        audit.Restart();
        Assert.Equal(new LedgerCursor(9, 1), await audit.Log.CursorOfAsync("consent", default));
    }

    [Theory]
    [InlineData(3L)]
    [InlineData(500L)]
    [InlineData(null)]
    public async Task Hear_APageThatBeginsElsewhere_AsAskedForBeforeAuditWasRestored_LeavesNoGap(long? after)
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Page(9));
        await audit.HearAsync(Page(700, Samples.Applied("newsletter", 80)) with { After = after });
        Assert.Equal(new LedgerCursor(9, 1), await audit.Log.CursorOfAsync("consent", default));

        await audit.HearAsync(Page(700, Samples.Applied("newsletter", 80)) with { After = 9 });
        Assert.Equal(new LedgerCursor(700, 1), await audit.Log.CursorOfAsync("consent", default));
    }

    [Fact]
    public async Task Hear_APageOfARestoredLedger_IsKeptFromTheBeginning_AlsoUnderPlacesThatWerePassedBefore()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Samples.Choice());
        await audit.HearAsync(Page(700));

        await audit.HearAsync(Page(4, Samples.Applied("newsletter", 80)) with { Epoch = 2 });

        Assert.Equal(["audit", "newsletter"], (await audit.TraceAsync())!.Applied.Select(a => a.Subscriber));
        Assert.Equal(new LedgerCursor(4, 2), await audit.Log.CursorOfAsync("consent", default));
        // What was asked before comes too late.
        await audit.HearAsync(Page(900) with { After = 700 });
        await audit.HearAsync(Page(900));
        Assert.Equal(new LedgerCursor(4, 2), await audit.Log.CursorOfAsync("consent", default));
        await audit.HearAsync(LongPage(504) with { After = 4, Epoch = 2 });
        var asked = Assert.Single(audit.Outbox.Of<LedgerRequested>());
        Assert.Equal((504L, 2), (asked.After, asked.Epoch!.Value));
    }

    [Fact]
    public async Task Hear_FromACursorOfBeforeItKnewEpochs_GoesOn()
    {
        await using var audit = new AuditOnDisk();
        await audit.Log.MoveCursorAsync("consent", new LedgerCursor(0), new LedgerCursor(9), default);

        await audit.HearAsync(Page(12) with { After = 9, Epoch = 3 });

        Assert.Equal(new LedgerCursor(12, 3), await audit.Log.CursorOfAsync("consent", default));
    }

    [Fact]
    public async Task Hear_ALongPage_AsksOnAtOnceBehindIt()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(LongPage(through: 500));

        var asked = Assert.Single(audit.Outbox.Of<LedgerRequested>());
        Assert.Equal(("consent", 500), (asked.Source, asked.After));
    }

    [Fact]
    public async Task Hear_ALongPageTwice_AsksOnOnce()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(LongPage(through: 500));
        await audit.HearAsync(LongPage(through: 500));
        Assert.Single(audit.Outbox.Of<LedgerRequested>());
    }

    [Fact]
    public async Task Hear_AShortPage_AsksNothing()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Page(7, Samples.Applied("newsletter", 80)));
        Assert.Empty(audit.Outbox.Of<LedgerRequested>());
    }

    [Fact]
    public async Task Hear_APageOfAnUnknownSource_IsNotKept()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Page(7, Samples.Applied("newsletter", 80)) with { Source = "somebody" });
        Assert.Equal(0, await audit.RecordsAsync());
    }
}
