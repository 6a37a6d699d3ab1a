using System.Net;
using System.Text.RegularExpressions;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Pages;

/// <summary>Whose session is over while a page lies open before him.</summary>
public sealed partial class SessionOverTests : IDisposable
{
    private const string Asked = "/audit/receipts?sent=1&site=tuin&purpose=statistics&from=&until=";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("same-origin")]
    [InlineData(null)]
    public async Task AFormThatIsSent_IsToldSo_WithALinkThatSignsInAndGoesOnThere(string? site)
    {
        await using var audit = await AuditWithPages.StartAsync(_folder);
        using var browser = new SignInBrowser(audit.Address);
        await browser.SignInAsync("/audit");
        audit.Clock.Pass(TimeSpan.FromMinutes(31));

        using var over = await browser.GetAsync(Asked, site);
        var html = await over.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode.Unauthorized, "text/html"), (over.StatusCode, over.Content.Headers.ContentType?.MediaType));
        Assert.Contains("Your session is over", html, StringComparison.Ordinal);
        var goOn = WebUtility.HtmlDecode(Link().Match(html[html.IndexOf("<main", StringComparison.Ordinal)..]).Groups["href"].Value);
        Assert.Equal("/audit/receipts?site=tuin&purpose=statistics", goOn);

        // The same browser follows the link: to the issuer, and no page of ours in between.
        using var followed = await browser.GetAsync(goOn, site);
        Assert.Equal(HttpStatusCode.Redirect, followed.StatusCode);
        Assert.Contains("/authorize?", followed.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(goOn, await browser.SignInAsync(goOn));
    }

    [Theory]
    [InlineData("/audit/receipts?site=tuin", "same-origin")]
    [InlineData(Asked, "none")]
    [InlineData(Asked, "cross-site")]
    public async Task ALink_GoesStraightToTheIssuer(string address, string site)
    {
        await using var audit = await AuditWithPages.StartAsync(_folder);
        using var browser = new SignInBrowser(audit.Address);
        using var answer = await browser.GetAsync(address, site);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    [Fact]
    public async Task EveryFormOfAPage_ThatIsSentInTheAddress_BearsTheMark()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var forms = 0;
        foreach (var address in PagesUnderTest.Addresses)
        {
            foreach (var form in (await pages.TextAsync(address)).Split("<form ").Skip(1).Where(f => f[..f.IndexOf('>', StringComparison.Ordinal)].Contains("method=\"get\"", StringComparison.Ordinal)))
            {
                Assert.Contains("name=\"sent\"", form[..form.IndexOf("</form>", StringComparison.Ordinal)], StringComparison.Ordinal);
                forms++;
            }
        }

        Assert.True(forms >= 4, $"{forms}");
        Assert.DoesNotContain("sent=1", await pages.TextAsync("/audit/receipts?sent=1&site=tuin"), StringComparison.Ordinal);
    }

    [GeneratedRegex("<a href=\"(?<href>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
