using System.Net;
using Consent.Audit.Pages;
using Consent.Audit.Tests.Timelines;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Pages;

/// <summary>Figures tell when people decided here: a thousand rows that were imported on a Tuesday are no thousand decisions of that Tuesday.</summary>
public sealed class DayOfDecisionTests : IDisposable
{
    private static readonly DateOnly Today = DateOnly.FromDateTime(Samples.Noon.UtcDateTime);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AnImport_IsCountedApart_OnTheDayOfTheImport()
    {
        var row = Taken(Samples.Noon.AddYears(-2)) with { Imported = new Imported("cookiebot", "118", null), ClaimedAt = Samples.Noon.AddYears(-2), Source = "import" };
        var optIn = Taken(Samples.Noon.AddYears(-2)) with { CausedBy = "opt-in-1", Source = "marketing-unsubscribe", Action = "import" };
        Assert.Equal([(Today, true), (Today, true)], new[] { row, optIn }.SelectMany(DayOfDecision.In).Select(d => (d.Day, d.Imported)));
        // A label that a caller may choose makes no import.
        Assert.False(Assert.Single(DayOfDecision.In(Taken(null) with { Source = "import", Action = "import" })).Imported);
    }

    [Fact]
    public void TheTimeOfAServiceOrAClient_IsBelieved_AndThatOfABrowserIsNot()
    {
        var (before, later) = (Samples.Noon.AddDays(-3), Samples.Noon.AddDays(3));
        var byClient = Taken(null) with { ActedBy = new Actor("shop", null, "app"), ClaimedAt = before };
        Assert.Equal(Today.AddDays(-3), DayOf(Taken(before)));
        Assert.Equal(Today.AddDays(-3), DayOf(byClient));
        Assert.Equal(Today, DayOf(Taken(null) with { ClaimedAt = before }));
        Assert.Equal(Today, DayOf(byClient with { ClaimedAt = later }));
        // What was put back is decided now, whatever its own time was.
        var back = Taken(before);
        Assert.Equal(Today, DayOf(back with { Version = back.Version + 1 }));
    }

    [Fact]
    public void ANoToEverything_IsNoPurposeOfItsOwn()
    {
        var one = Taken(null);
        var stopped = one with
        {
            Changed = [.. one.Changed, Receipt.Everything],
            Purposes = new Dictionary<string, PurposeDecision> { ["statistics"] = one.Purposes["statistics"], [Receipt.Everything] = one.Purposes["statistics"] },
        };
        Assert.Equal("statistics", Assert.Single(DayOfDecision.In(stopped)).Purpose);
    }

    [Fact]
    public async Task ThePage_TellsImportsApart_AndSaysWhichDayCounts()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var imported = TimelineTests.Decided("third", 3, Samples.Noon.AddHours(4));
        await pages.Audit.HearAsync(imported with { Receipt = imported.Receipt with { Imported = new Imported("cookiebot", "118", null) } });

        var html = WebUtility.HtmlDecode(await pages.TextAsync("/audit/sites/tuin/rates?from=2026-06-01&until=2026-06-30&lang=en"));

        Assert.Contains("data-label=\"Given\">1</td>", html, StringComparison.Ordinal);
        Assert.Contains("data-label=\"Imported, not in the chart\">1</td>", html, StringComparison.Ordinal);
        Assert.Contains("Most on a day: 2, on 3 June 2026.", html, StringComparison.Ordinal);
        Assert.Contains("Imported decisions stand on the day of their import, and in no chart.", html, StringComparison.Ordinal);
        Assert.Contains("\r\n2026-06-03,statistics,given,1,true\r\n", await pages.TextAsync("/audit/sites/tuin/rates.csv?from=2026-06-01&until=2026-06-30"), StringComparison.Ordinal);
    }

    private static DateOnly DayOf(Receipt receipt) => Assert.Single(DayOfDecision.In(receipt)).Day;

    /// <param name="at">When another service took it; null for one that was taken by the consent service.</param>
    private static Receipt Taken(DateTimeOffset? at)
    {
        var receipt = TimelineTests.Decided("one", 1, Samples.Noon).Receipt;
        return receipt with { Purposes = new Dictionary<string, PurposeDecision> { ["statistics"] = receipt.Purposes["statistics"] with { TakenAt = at } } };
    }
}
