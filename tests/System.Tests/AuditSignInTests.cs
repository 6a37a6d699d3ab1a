using System.Net;
using System.Text.RegularExpressions;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>An auditor signs in for the pages through the gateway, whose name is the only one that his browser knows.</summary>
[Collection(AsMany.Name)]
public sealed partial class AuditSignInTests(RunningAsMany running)
{
    [Fact]
    public async Task An_auditor_comes_to_the_pages_by_the_development_issuer_and_his_cookie_opens_no_api()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
        using var browser = new HttpClient(handler) { BaseAddress = running.Product.Gateway };
        var gateway = running.Product.Gateway.GetLeftPart(UriPartial.Authority);

        using var refused = await browser.GetAsync("/audit");
        Assert.StartsWith($"{gateway}/development-issuer/authorize?", refused.Headers.Location?.OriginalString, StringComparison.Ordinal);
        var page = await browser.GetStringAsync(refused.Headers.Location);
        using var form = new FormUrlEncodedContent(
            [new("request", Ticket().Match(page).Groups[1].Value), new("answer", "allow"), new("role", "auditor"), new("controller", "weefgoed-studio")]);
        using var answered = await browser.PostAsync("/development-issuer/authorize", form);
        Assert.StartsWith($"{gateway}/audit/signed-in?code=", answered.Headers.Location?.OriginalString, StringComparison.Ordinal);
        using var back = await browser.GetAsync(answered.Headers.Location);
        Assert.Equal((HttpStatusCode.Redirect, "/audit"), (back.StatusCode, back.Headers.Location?.OriginalString));

        using var pages = await browser.GetAsync("/audit");
        Assert.Equal(HttpStatusCode.OK, pages.StatusCode);
        Assert.Contains("frame-ancestors 'none'", string.Join(' ', pages.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        using var api = await browser.GetAsync("/v1/audit/receipts");
        await ProblemOf.IsAsync(api, 401, "token-needed");
    }

    [GeneratedRegex("name=\"request\" value=\"([^\"]+)\"")]
    private static partial Regex Ticket();
}
