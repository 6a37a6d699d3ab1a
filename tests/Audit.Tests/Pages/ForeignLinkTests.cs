using System.Net;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Pages;

/// <summary>What a link from elsewhere may make an auditor's browser do: nothing that stands in the log under his name.</summary>
public sealed class ForeignLinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task ALookAtAPerson_ThatALinkFromElsewhereBegins_AsksFirst_AndNothingIsNoted(string site)
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        foreach (var end in (string[])["", "/trace.json", "/story.csv", "/evidence.zip", "/banner"])
        {
            using var answer = await pages.GetAsync($"/audit/receipts/first{end}", site);
            var html = await answer.Content.ReadAsStringAsync();
            Assert.Equal((HttpStatusCode.Forbidden, "text/html", "no-store"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Headers.CacheControl?.ToString()));
            Assert.Contains("Look at data about a person?", html, StringComparison.Ordinal);
            Assert.Contains($"<a href=\"/audit/receipts/first{end}\">Go on to the page</a>", html, StringComparison.Ordinal);
            Assert.DoesNotContain("statistics", html, StringComparison.Ordinal);
            // Nor does it tell whether there is such a receipt.
            using var nowhere = await pages.GetAsync($"/audit/receipts/nowhere{end}", site);
            Assert.Equal(PagesUnderTest.WithoutTokens(html), PagesUnderTest.WithoutTokens(await nowhere.Content.ReadAsStringAsync()).Replace("nowhere", "first", StringComparison.Ordinal));
        }

        Assert.DoesNotContain(await pages.Audit.LooksAsync(), l => l.Record is not null);

        using var followed = await pages.GetAsync("/audit/receipts/first", "same-origin");
        Assert.Equal(HttpStatusCode.OK, followed.StatusCode);
        Assert.Single(await pages.Audit.LooksAsync(), l => l is { Record: "first", What: "trace" });
    }

    [Fact]
    public async Task AnAddressThatIsTyped_AndPagesThatNameNobody_OpenAtOnce()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        using var typed = await pages.GetAsync("/audit/receipts/first", "none");
        Assert.Equal(HttpStatusCode.OK, typed.StatusCode);
        foreach (var address in (string[])["/audit", "/audit/receipts", "/audit/sites/tuin", "/audit/access"])
        {
            using var answer = await pages.GetAsync(address, "cross-site");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }
}
