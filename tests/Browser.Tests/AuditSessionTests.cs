using System.Text.RegularExpressions;
using Consent.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>The auditors' pages with the issuer on another origin, as issuers are: a browser holds the policy of a page against where its forms are sent on to.</summary>
public class AuditSessionTests(RunningHost host)
{
    [Fact]
    public async Task A_search_that_is_sent_after_the_session_ended_leads_by_a_link_over_the_issuer_to_its_results()
    {
        using var folder = new TemporaryFolder();
        var address = new Uri($"http://localhost:{FreePorts.Take(1)[0]}");
        await using var audit = new ServiceProcess("audit", Repository.Program("services/audit"), address, new Dictionary<string, string>
        {
            ["Data"] = folder.File("data"),
            ["Audit:Checkpoints"] = folder.File("checkpoints"),
            ["Messaging:Transport"] = "in-memory",
            ["Auth:MetadataAddress"] = new Uri(host.Gateway, "/development-issuer/.well-known/openid-configuration").ToString(),
            ["PublicUrl"] = address.GetLeftPart(UriPartial.Authority),
        });
        audit.Start();
        await audit.ReadyAsync();
        await using var visitor = await host.VisitorWithoutScriptAsync();
        var page = visitor.Page;
        await page.GotoAsync(new Uri(address, "/audit").ToString());
        Assert.Equal(host.Gateway.Authority, new Uri(page.Url).Authority);
        await page.Locator("button[value=allow]").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/audit$"));

        await EndSessionAsync(visitor);
        await page.Locator("#receipts-purpose").FillAsync("statistics");
        await page.Locator("form[action='/audit/receipts'] button").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Uw sessie is verlopen");
        await page.Locator("main a").ClickAsync();
        await page.Locator("button[value=allow]").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Ontvangstbewijzen");
        Assert.Equal(new Uri(address, "/audit/receipts?purpose=statistics"), new Uri(page.Url));

        // What was posted is told not to have been acted on, and stands in no address.
        await page.GotoAsync(new Uri(address, "/audit").ToString());
        await EndSessionAsync(visitor);
        await page.Locator("#timeline-site").FillAsync("slotmaker");
        await page.Locator("#timeline-subject").FillAsync(new string('a', 32));
        await page.Locator("form[action='/audit/timeline'] button").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Uw sessie is verlopen");
        Assert.DoesNotContain("aaaa", page.Url + await page.Locator("main a").GetAttributeAsync("href"), StringComparison.Ordinal);

        // A link is followed to the issuer at once.
        await page.Locator("main a").ClickAsync();
        await Expect(page.Locator("button[value=allow]")).ToHaveCountAsync(1);
    }

    /// <summary>As half an hour without a page does.</summary>
    private static Task EndSessionAsync(Visitor visitor) => visitor.Context.ClearCookiesAsync(new() { Name = "consent-audit" });
}
