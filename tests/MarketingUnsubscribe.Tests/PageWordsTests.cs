using System.Net;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The page in each official language of the Union (Regulation 1/58, art. 1).</summary>
public sealed class PageWordsTests : HostedTest
{
    private static readonly string[] Official =
        ["bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"];

    [Fact]
    public async Task EveryState_IsTold_InEachLanguage_AndLeavesNoPlace()
    {
        foreach (var language in Official)
        {
            var titles = new HashSet<string>();
            var link = await Host.LinkAsync($"jan-{language}@example.com");
            var ask = await Host.PageAsync($"{link}?language={language}");
            var done = await Host.PressAsync(ask, "class=\"primary\"");
            var all = await Host.PressAsync(done, "name=\"everything\"");
            foreach (var page in (string[])[ask, done, all, await Host.PageAsync($"/u/AAAA?language={language}")])
            {
                Assert.Contains($"<html lang=\"{language}\">", page, StringComparison.Ordinal);
                var body = WebUtility.HtmlDecode(page[page.IndexOf("<body>", StringComparison.Ordinal)..]);
                Assert.DoesNotContain("{", body, StringComparison.Ordinal);
                titles.Add(body[body.IndexOf("<h1>", StringComparison.Ordinal)..body.IndexOf("</h1>", StringComparison.Ordinal)]);
            }
            Assert.Equal(4, titles.Count);
        }
    }

    [Fact]
    public async Task EveryLanguage_IsOfferedUnderItsOwnName()
    {
        var page = await Host.PageAsync(await Host.LinkAsync("jan@example.com"));
        foreach (var language in Official.Where(l => l != "nl")) Assert.Contains($"lang=\"{language}\" hreflang=\"{language}\">", page, StringComparison.Ordinal);
        Assert.True(page.Says("Ελληνικά") && page.Says("Gaeilge") && page.Says("Taal: Nederlands"));
    }
}
