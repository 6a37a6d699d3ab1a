using System.Net;
using System.Text.Json.Nodes;
using Consent.Audit.Tests.Timelines;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Pages;

/// <summary>The pages on which a person is asked for.</summary>
public sealed class PersonPagesTests : IDisposable
{
    private static readonly (string, string)[] OfVisitor = [("site", Samples.Site), ("subject", PagesUnderTest.Visitor)];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Timeline_IsPosted_TellsTheStory_AndIsNoted()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var html = await pages.PostAsync("/audit/timeline", 200, OfVisitor);
        Assert.True(html.IndexOf("/audit/receipts/first", StringComparison.Ordinal) < html.IndexOf("/audit/receipts/second", StringComparison.Ordinal));
        Assert.Contains("withdrawn", html, StringComparison.Ordinal);
        Assert.DoesNotContain(PagesUnderTest.Visitor, html[..html.IndexOf("</title>", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Equal(2, JsonNode.Parse(await pages.PostAsync("/audit/timeline.json", 200, OfVisitor))!["events"]!.AsArray().Count);
        Assert.Contains("2026-06-03T12:00:00.000Z,receipt,first,statistics=Given", await pages.PostAsync("/audit/timeline.csv", 200, OfVisitor), StringComparison.Ordinal);
        Assert.Equal(3, (await pages.Audit.LooksAsync()).Count(l => l.What == "timeline"));
        Assert.DoesNotContain(PagesUnderTest.Visitor, await pages.TextAsync("/audit/access"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AForm_ThatCameFromNoPageOfOurs_IsRefused_AndNothingIsLookedUp()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        foreach (var path in (string[])["/audit/timeline", "/audit/timeline.json", "/audit/in-force", "/audit/receipts/first", "/audit/receipts/first/evidence.zip"])
        {
            using var answer = await pages.PostWithoutTokenAsync(path, [.. OfVisitor, ("purpose", "statistics"), ("at", "2026-06-03T13:00")]);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        Assert.DoesNotContain(await pages.Audit.LooksAsync(), l => l.What is "timeline" or "was-in-force" or "trace" or "evidence");
    }

    [Fact]
    public async Task AnAddress_NeedsAReason_WhichIsKept_AndStandsInNoLink()
    {
        await using var marketing = await StandInMarketing.StartAsync();
        await using var pages = await PagesUnderTest.StartAsync(_folder, settings: [("Audit:Marketing", marketing.Url)]);
        await pages.Audit.HearAsync(Samples.OptOut());
        (string, string)[] asked = [("site", Samples.Site), ("address", StandInMarketing.Address)];
        Assert.Contains("A reason is needed", await pages.PostAsync("/audit/timeline", 403, asked), StringComparison.Ordinal);
        Assert.Null(marketing.Token);

        var html = await pages.PostAsync("/audit/timeline", 200, [.. asked, ("reason", "The person asked what we hold.")]);
        Assert.Contains("opt-out", html, StringComparison.Ordinal);
        Assert.DoesNotContain(html.Split("href=\"").Skip(1).Select(link => link.Split('"')[0]), link => link.Contains("els", StringComparison.Ordinal));
        Assert.StartsWith("Bearer ", marketing.Token, StringComparison.Ordinal);
        Assert.Equal(["The person asked what we hold."], (await pages.Audit.LooksAsync()).Where(l => l.What == "timeline").Select(l => l.Reason));
        Assert.Contains("The person asked what we hold.", await pages.TextAsync("/audit/access"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-06-03T13:00", "Yes: consent to statistics was in force at 3 June 2026, 13:00:00 UTC.")]
    [InlineData("2026-06-03T15:00", "No: consent to statistics was not in force at 3 June 2026, 15:00:00 UTC.")]
    [InlineData("2026-06-03T11:00", "It cannot be told")]
    public async Task WasItInForce_IsAnsweredInPlainWords_WithWhoHadBeenTold(string at, string expected)
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var html = WebUtility.HtmlDecode(await pages.PostAsync("/audit/in-force", 200, [.. OfVisitor, ("purpose", "statistics"), ("at", at)]));
        Assert.Contains(expected, html, StringComparison.Ordinal);
        if (at == "2026-06-03T13:00") Assert.Contains("<code>newsletter</code>", html[html.IndexOf("Applied by then by", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("moment", "No moment that has passed was named")]
    [InlineData("2999-01-01T00:00", "No moment that has passed was named")]
    [InlineData("", "No moment that has passed was named")]
    public async Task WhatIsNoMoment_IsRefusedInWords(string at, string expected)
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        Assert.Contains(expected, await pages.PostAsync("/audit/in-force", 400, [.. OfVisitor, ("purpose", "statistics"), ("at", at)]), StringComparison.Ordinal);
    }
}
