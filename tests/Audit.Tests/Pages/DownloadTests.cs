using Consent.Audit.Tests.Timelines;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Pages;

public sealed class DownloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>RFC 4180 throughout, and no program that calculates runs what somebody wrote.</summary>
    [Theory]
    [InlineData("=1+1", ",'=1+1,")]
    [InlineData("+1", ",'+1,")]
    [InlineData("-1", ",'-1,")]
    [InlineData("@SUM(A1)", ",'@SUM(A1),")]
    [InlineData("\tx", ",'\tx,")]
    [InlineData("a, b", ",\"a, b\",")]
    [InlineData("a;b", ",a;b,")]
    public async Task ACell_IsWhatSomebodyWrote_AndNeverAFormula(string action, string cell)
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var choice = TimelineTests.Decided("third", 3, Samples.Noon.AddHours(4));
        await pages.Audit.HearAsync(choice with { Receipt = choice.Receipt with { Action = action } });
        var csv = await pages.TextAsync("/audit/receipts.csv");
        Assert.Contains(cell, csv, StringComparison.Ordinal);
        Assert.EndsWith("\r\n", csv, StringComparison.Ordinal);
    }
}
