using System.Net;
using System.Text.Json.Nodes;
using Consent.Audit.Pages;
using Consent.Audit.Tests.Timelines;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Pages;

public sealed class RatesTests : IDisposable
{
    private const string Days = "from=2026-06-01&until=2026-06-30";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheChart_HasItsNumbersBesideIt_AndWhatIsHeardLaterIsCountedOnce()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var html = WebUtility.HtmlDecode(await pages.TextAsync($"/audit/sites/tuin/rates?{Days}&lang=en"));
        Assert.Contains("<caption>Decisions per day on statistics</caption>", html, StringComparison.Ordinal);
        Assert.Contains("3 June 2026</th><td role=\"cell\" data-label=\"Given\">1</td><td role=\"cell\" data-label=\"Refused or objected\">0</td><td role=\"cell\" data-label=\"Withdrawn\">1</td><td role=\"cell\" data-label=\"Imported, not in the chart\">0</td>", html, StringComparison.Ordinal);
        Assert.Equal(2, html.Split("<rect class=\"frame").Length - 1 - 3);

        await pages.Audit.HearAsync(TimelineTests.Decided("third", 3, Samples.Noon.AddDays(1), Decision.Given));
        Assert.Equal([("2026-06-03", 1), ("2026-06-03", 1), ("2026-06-04", 1)], await CountsAsync(pages));
        Assert.Equal(3, (await CountsAsync(pages)).Count);
        Assert.Contains("\r\n2026-06-04,statistics,given,1,false\r\n", await pages.TextAsync($"/audit/sites/tuin/rates.csv?{Days}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheCounts_AreGoneOnWithAfterAStart_AndMadeAnewWhereTheyCannotBeRead()
    {
        await using (var pages = await PagesUnderTest.StartAsync(_folder)) Assert.Equal(2, (await CountsAsync(pages)).Count);
        await using (var pages = await PagesUnderTest.StartAsync(_folder)) Assert.Equal(2, (await CountsAsync(pages)).Count);
        foreach (var file in Directory.GetFiles(_folder.File("data", "audit", "rates"), "counts*")) await File.WriteAllTextAsync(file, "no counts at all");
        await using (var pages = await PagesUnderTest.StartAsync(_folder)) Assert.Equal(2, (await CountsAsync(pages)).Count);
    }

    [Fact]
    public void EveryDay_IsThere_AndABarHasTheHeightOfItsCount()
    {
        var (from, until) = (new DateOnly(2026, 6, 1), new DateOnly(2026, 6, 3));
        DecisionCount[] counts = [new(from, "statistics", Decision.Given, 30), new(until, "statistics", Decision.Refused, 10), new(until, "statistics", Decision.Objected, 5)];

        var days = DayOfDecisions.Of(counts, from, until);

        Assert.Equal([new DayOfDecisions(from, 30, 0, 0), new DayOfDecisions(from.AddDays(1), 0, 0, 0), new DayOfDecisions(until, 0, 15, 0)], days);
        var chart = RatesChart.Of(days, "chart-1", "Decisions <on> statistics", Words.English);
        Assert.Contains("<title id=\"chart-1\">Decisions &lt;on&gt; statistics</title>", chart, StringComparison.Ordinal);
        Assert.Contains("height=\"168\"", chart, StringComparison.Ordinal);
        Assert.Contains("height=\"84\"", chart, StringComparison.Ordinal);
    }

    private static async Task<List<(string? Day, int Count)>> CountsAsync(PagesUnderTest pages) =>
        [.. JsonNode.Parse(await pages.TextAsync($"/audit/sites/tuin/rates.json?{Days}"))!["counts"]!.AsArray().Select(c => ((string?)c!["day"], (int)c["count"]!))];
}
