using System.Net;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Pages;

/// <summary>A form that is refused comes back with what was typed, and with what to do about it at the field.</summary>
public sealed class RefusedFormTests : IDisposable
{
    private const string Address = "els+tuin@example.com";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WithoutAReason_TheAddressStandsInItsFieldStill_AndInNoLink()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var html = WebUtility.HtmlDecode(await pages.PostAsync("/audit/timeline", 403, ("site", Samples.Site), ("address", Address)));

        Assert.Contains($"name=\"address\" type=\"text\" aria-describedby=\"timeline-address-hint\" value=\"{Address}\"", html, StringComparison.Ordinal);
        Assert.Contains("<option selected>tuin</option>", html, StringComparison.Ordinal);
        AssertFault(html, "timeline-reason", "aria-describedby=\"timeline-reason-hint timeline-reason-fault\"", "Say in 10 to 500 characters why you look this person up.");
        Assert.DoesNotContain(html.Split("href=\"").Skip(1).Select(link => link.Split('"')[0]), link => link.Contains("els", StringComparison.Ordinal));
        Assert.DoesNotContain("els", html[..html.IndexOf("</title>", StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownPurpose_IsToldAtItsField_AndWhatWasTypedIsText()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        const string Hostile = "\"><script>alert(1)</script>";
        var html = await pages.PostAsync("/audit/in-force", 422, ("site", Samples.Site), ("subject", PagesUnderTest.Visitor), ("purpose", Hostile), ("at", "2026-06-03T13:00"));

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(" value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\"", html, StringComparison.Ordinal);
        Assert.Contains(" value=\"2026-06-03T13:00\"", html, StringComparison.Ordinal);
        Assert.Contains($" value=\"{PagesUnderTest.Visitor}\"", html, StringComparison.Ordinal);
        AssertFault(html, "in-force-purpose", "aria-describedby=\"in-force-purpose-fault\"", "Use an id of the site's declaration.");
    }

    [Theory]
    [InlineData("/audit/receipts?sent=1&purpose=statistics&from=yesterday", 400, "from", " value=\"statistics\"")]
    [InlineData("/audit/receipts?sent=1&campaign=spring", 400, "receipts-site", " value=\"spring\"")]
    [InlineData("/audit/access?sent=1&site=tuin&from=yesterday", 400, "from", " value=\"tuin\"")]
    [InlineData("/audit/sites/tuin/difference?sent=1&from=1&to=9", 404, "to-version", " value=\"9\"")]
    [InlineData("/audit/sites/tuin/rates?sent=1&from=2026-06-30&until=2026-06-01", 400, "from", " value=\"2026-06-01\"")]
    public async Task ASearch_ThatCannotBeAnswered_ComesBackAsItWas(string address, int status, string field, string typed)
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var html = await pages.TextAsync(address, status);
        Assert.Contains(typed, html, StringComparison.Ordinal);
        Assert.Contains($"id=\"{field}-fault\"", html, StringComparison.Ordinal);
        Assert.Single(html.Split(" autofocus").Skip(1));
    }

    /// <summary>Else a page elsewhere could fill in a form of ours, which somebody then sends in his own name.</summary>
    [Fact]
    public async Task AForm_ThatCameFromNoPageOfOurs_FillsNothingIn()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        using var answer = await pages.PostWithoutTokenAsync("/audit/timeline", ("site", Samples.Site), ("address", Address), ("reason", "Because somebody else says so."));
        Assert.DoesNotContain("els", WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()), StringComparison.Ordinal);
    }

    private static void AssertFault(string html, string field, string described, string sentence)
    {
        var decoded = WebUtility.HtmlDecode(html);
        var (fault, input) = (decoded.IndexOf($"id=\"{field}-fault\">{sentence}", StringComparison.Ordinal), decoded.IndexOf($"<input id=\"{field}\"", StringComparison.Ordinal));
        Assert.True(fault >= 0 && input > fault, decoded);
        var attributes = decoded[input..decoded.IndexOf('>', input)];
        Assert.Contains($"{described} aria-invalid=\"true\" autofocus", attributes, StringComparison.Ordinal);
        // One field is the matter, and has the focus.
        Assert.Single(decoded.Split("aria-invalid=\"true\"").Skip(1));
    }
}
