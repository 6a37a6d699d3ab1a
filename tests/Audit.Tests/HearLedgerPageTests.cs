using Consent.Contracts;

namespace Consent.Audit.Tests;

public class HearLedgerPageTests
{
    private static LedgerPage Page(long through, params ConsentApplied[] closed) => new(RandomId.New(), "consent", through, closed);

    private static LedgerPage LongPage(long through) =>
        Page(through, [.. Enumerable.Range(0, HearLedgerPage.Long).Select(i => Samples.Applied("newsletter", 80, $"receipt-{i}"))]);

    [Fact]
    public async Task Hear_AMissedAcknowledgement_IsInTheTraceAndTheCursorMoves()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Samples.Choice());
        await audit.HearAsync(Page(7, Samples.Applied("newsletter", 80), Samples.Applied("audit", 60)));

        Assert.Equal(["audit", "newsletter"], (await audit.TraceAsync())!.Applied.Select(a => a.Subscriber));
        Assert.Equal(7, await audit.Log.CursorOfAsync("consent", default));
        Assert.Equal(0, await audit.Log.CursorOfAsync("marketing-unsubscribe", default));
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
        Assert.Equal(9, await audit.Log.CursorOfAsync("consent", default));
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
