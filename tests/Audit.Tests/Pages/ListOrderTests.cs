using System.Net;
using System.Security.Claims;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consent.Audit.Tests.Timelines;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Audit.Tests.Pages;

/// <summary>Long lists begin with the newest, and are walked to the oldest and back.</summary>
public sealed partial class ListOrderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Receipts_BeginWithTheNewest_AndEachPartLeadsToTheNext_WithTheSameFilter()
    {
        const string Filter = "site=tuin&purpose=statistics&from=2026-06-01";
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        for (var i = 3; i <= 120; i++) await pages.Audit.HearAsync(TimelineTests.Decided($"receipt-{i}", i, Samples.Noon.AddHours(3).AddMinutes(i)));

        var newest = await pages.TextAsync($"/audit/receipts?{Filter}");
        Assert.Equal(Receipts(120, 71), Ids(newest));
        Assert.Null(Link(newest, "Newer"));
        Assert.Equal("receipt-120", (string?)JsonNode.Parse(await pages.TextAsync($"/audit/receipts.json?{Filter}"))!["receipts"]![0]!["id"]);

        Assert.StartsWith($"/audit/receipts?{Filter}&before=", Link(newest, "Older"), StringComparison.Ordinal);
        var middle = await pages.TextAsync(Link(newest, "Older")!);
        Assert.Equal(Receipts(70, 21), Ids(middle));
        var oldest = await pages.TextAsync(Link(middle, "Older")!);
        Assert.Equal([.. Receipts(20, 3), "second", "first"], Ids(oldest));
        Assert.Null(Link(oldest, "Older"));

        Assert.StartsWith($"/audit/receipts?{Filter}&after=", Link(oldest, "Newer"), StringComparison.Ordinal);
        var back = await pages.TextAsync(Link(oldest, "Newer")!);
        Assert.Equal(Ids(middle), Ids(back));
        Assert.Equal(Ids(oldest), Ids(await pages.TextAsync(Link(back, "Older")!)));
        Assert.Equal(Ids(newest), Ids(await pages.TextAsync(Link(back, "Newer")!)));

        static IEnumerable<string> Receipts(int from, int to) => Enumerable.Range(to, from - to + 1).Reverse().Select(i => $"receipt-{i}");
    }

    [Fact]
    public async Task TheAccessLog_BeginsWithTheNewest_AndEachPartLeadsToTheNext_WithTheSameFilter()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var (notes, user) = (pages.Audit.Services.GetRequiredService<AccessNotes>(), new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "auditor")], "test")));
        for (var i = 1; i <= 103; i++) await notes.NoteAsync(user, "trace", Samples.Site, Samples.Controller, $"receipt-{i}", CancellationToken.None);

        var newest = await pages.TextAsync("/audit/access?site=tuin");
        Assert.Equal(Enumerable.Range(4, 100).Reverse().Select(i => $"receipt-{i}"), Ids(newest));
        Assert.StartsWith("/audit/access?site=tuin&before=", Link(newest, "Older"), StringComparison.Ordinal);
        var oldest = await pages.TextAsync(Link(newest, "Older")!);
        Assert.Equal(["receipt-3", "receipt-2", "receipt-1"], Ids(oldest));
        Assert.Null(Link(oldest, "Older"));
        Assert.Equal(Ids(newest), Ids(await pages.TextAsync(Link(oldest, "Newer")!)));
    }

    [Theory]
    [InlineData("before=1&after=1")]
    [InlineData("before=soon")]
    public async Task APlaceThatIsNone_IsRefused(string place)
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        Assert.Contains("This search cannot be answered", await pages.TextAsync($"/audit/receipts?{place}", 400), StringComparison.Ordinal);
        Assert.Contains("This search cannot be answered", await pages.TextAsync($"/audit/access?{place}", 400), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Ids(string html) => [.. Receipt().Matches(html).Select(m => m.Groups["id"].Value)];

    private static string? Link(string html, string words) =>
        Links().Matches(html).FirstOrDefault(m => m.Groups["words"].Value == words) is { } found ? WebUtility.HtmlDecode(found.Groups["href"].Value) : null;

    [GeneratedRegex("href=\"/audit/receipts/(?<id>[a-z0-9-]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Receipt();

    [GeneratedRegex("<a href=\"(?<href>[^\"]+)\">(?<words>[A-Z][a-z]+)</a>", RegexOptions.ExplicitCapture)]
    private static partial Regex Links();
}
