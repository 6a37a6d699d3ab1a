using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Consent.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>What an auditor does, and what is looked for on each page that he sees.</summary>
internal static class AuditPagesSteps
{
    private const string WiderThanItsPlace = """
        () => [...document.body.querySelectorAll('*')]
          .filter(e => !e.closest('svg, thead, .skip, input') && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
          .map(e => `${e.scrollWidth} in ${e.clientWidth}: ${e.outerHTML.slice(0, 90)}`)
          .concat(document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} wide`] : [])
        """;

    private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Path.Combine(Repository.Root, "tests/browser/node_modules/axe-core/axe.min.js")));

    /// <summary>All fits, and axe finds nothing, by day and by night.</summary>
    public static async Task LookAsync(this Visitor visitor, string page)
    {
        Assert.Equal([], (await visitor.Page.EvaluateAsync<string[]>(WiderThanItsPlace)).Select(found => $"{page}: {found}"));
        Assert.Equal("", await visitor.Page.ByDayAndNightAsync(Axe.Value, page));
    }

    /// <summary>With the development issuer, by his role there.</summary>
    public static async Task SignInAsync(this Visitor visitor, string role = "auditor")
    {
        await visitor.Page.GotoAsync(new Uri(visitor.Host.Gateway, "/audit").ToString());
        await visitor.Page.Locator($"#{role}").CheckAsync();
        await visitor.Page.Locator("button[value=allow]").ClickAsync();
        await Expect(visitor.Page).ToHaveURLAsync(new Regex("/audit$"));
        await Expect(visitor.Page.Locator("#main")).ToHaveCountAsync(1);
    }

    /// <summary>Somebody refuses statistics; audit has heard it.</summary>
    public static async Task<(string Subject, string Receipt)> DecidedAsync(this RunningHost host, string site)
    {
        var subject = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await host.DecideElsewhereAsync(site, subject, "statistics", grant: false, heldVersion: 0);
        return (subject, await host.ReceiptOfAsync(site, subject));
    }

    /// <summary>The person's first receipt, once audit has heard it.</summary>
    public static async Task<string> ReceiptOfAsync(this RunningHost host, string site, string subject)
    {
        var receipt = "";
        await Eventually.IsSoAsync("audit has the receipt", async () =>
        {
            var told = await host.GetAsync(new Uri(host.Gateway, $"/v1/audit/subjects/{subject}/timeline?site={site}"));
            if (told.GetProperty("events").GetArrayLength() == 0) return false;
            receipt = told.GetProperty("events")[0].GetProperty("id").GetString()!;
            return true;
        });
        return receipt;
    }
}
