using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Consent.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>The auditors' pages as an auditor has them: through the gateway, signed in with the development issuer, on a small screen, in the dark, without script.</summary>
public class AuditPagesTests(RunningHost host)
{
    private const string Site = "slotmaker";
    private static readonly string Axe = Path.Combine(Repository.Root, "tests/browser/node_modules/axe-core/axe.min.js");

    private const string WiderThanItsPlace = """
        () => [...document.body.querySelectorAll('*')]
          .filter(e => !e.closest('svg, thead, .skip') && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
          .map(e => `${e.scrollWidth} in ${e.clientWidth}: ${e.outerHTML.slice(0, 90)}`)
          .concat(document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} wide`] : [])
        """;

    [Theory]
    [InlineData("nl")]
    [InlineData("en")]
    public async Task Axe_finds_nothing_on_any_page_by_day_and_by_night_and_all_fits_320_pixels(string language)
    {
        var axe = await File.ReadAllTextAsync(Axe, TestContext.Current.CancellationToken);
        var (subject, receipt) = await DecidedAsync();
        await using var visitor = await host.VisitorAsync(320, 900);
        await SignInAsync(visitor);
        foreach (var page in (string[])["", "/receipts", $"/receipts/{receipt}", "/receipts/nowhere", $"/sites/{Site}", $"/sites/{Site}/deliveries", $"/sites/{Site}/rates", "/access"])
        {
            await visitor.Page.GotoAsync(new Uri(host.Gateway, $"/audit{page}?lang={language}").ToString());
            await LookAsync(visitor, axe, page);
        }

        await visitor.Page.GotoAsync(new Uri(host.Gateway, $"/audit?lang={language}").ToString());
        await visitor.Page.Locator("#timeline-site").SelectOptionAsync(Site);
        await visitor.Page.Locator("#timeline-subject").FillAsync(subject);
        await visitor.Page.Locator("form[action='/audit/timeline'] button").ClickAsync();
        await Expect(visitor.Page.Locator("table")).ToHaveCountAsync(1);
        // A person stands in no address and no title.
        Assert.DoesNotContain(subject, visitor.Page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(subject, await visitor.Page.TitleAsync(), StringComparison.Ordinal);
        await LookAsync(visitor, axe, "/timeline");
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task Everything_works_without_script_and_asks_nobody_else()
    {
        var (subject, receipt) = await DecidedAsync();
        await using var visitor = await host.VisitorWithoutScriptAsync();
        await SignInAsync(visitor);
        await visitor.Page.Locator("#id").FillAsync(receipt);
        await visitor.Page.Locator("form[action='/audit/receipts'] button").ClickAsync();
        await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("Ontvangstbewijs");
        await Eventually.IsSoAsync("the receipt is under a checkpoint", async () =>
        {
            await visitor.Page.ReloadAsync();
            return await visitor.Page.Locator(".state.good").CountAsync() == 1;
        });
        await visitor.Page.GotoAsync(new Uri(host.Gateway, "/audit").ToString());
        await visitor.Page.Locator("#in-force-site").SelectOptionAsync(Site);
        await visitor.Page.Locator("#in-force-subject").FillAsync(subject);
        await visitor.Page.Locator("#in-force-purpose").FillAsync("statistics");
        await visitor.Page.Locator("#in-force-at").FillAsync("2026-01-01T12:00");
        await visitor.Page.Locator("form[action='/audit/in-force'] button").ClickAsync();
        await Expect(visitor.Page.Locator(".state")).ToHaveCountAsync(1);
        Assert.All(visitor.Requests("://").Where(r => !r.Url.StartsWith("data:", StringComparison.Ordinal)), r => Assert.Equal(host.Gateway.Authority, new Uri(r.Url).Authority));
    }

    [Fact]
    public async Task The_keyboard_reaches_the_content_at_once_and_what_has_the_focus_is_seen()
    {
        await using var visitor = await host.VisitorAsync(320, 900);
        await SignInAsync(visitor);
        await visitor.Page.Keyboard.PressAsync("Tab");
        await Expect(visitor.Page.Locator(".skip")).ToBeFocusedAsync();
        await Expect(visitor.Page.Locator(".skip")).ToBeInViewportAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("main")).ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("solid", await visitor.Page.EvaluateAsync<string>("() => document.activeElement.closest('main') && getComputedStyle(document.activeElement).outlineStyle"));
        await Expect(visitor.Page.Locator("header nav [aria-current=page]")).ToHaveCountAsync(1);
    }

    private static async Task LookAsync(Visitor visitor, string axe, string page)
    {
        Assert.Equal([], (await visitor.Page.EvaluateAsync<string[]>(WiderThanItsPlace)).Select(found => $"{page}: {found}"));
        Assert.Equal("", await visitor.Page.ByDayAndNightAsync(axe, page));
    }

    private async Task SignInAsync(Visitor visitor)
    {
        await visitor.Page.GotoAsync(new Uri(host.Gateway, "/audit").ToString());
        await visitor.Page.Locator("button[value=allow]").ClickAsync();
        await Expect(visitor.Page).ToHaveURLAsync(new Regex("/audit$"));
        await Expect(visitor.Page.Locator("#main")).ToHaveCountAsync(1);
    }

    /// <summary>Somebody refuses statistics; audit has heard it.</summary>
    private async Task<(string Subject, string Receipt)> DecidedAsync()
    {
        var subject = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await host.DecideElsewhereAsync(Site, subject, "statistics", grant: false, heldVersion: 0);
        var receipt = "";
        await Eventually.IsSoAsync("audit has the receipt", async () =>
        {
            var told = await host.GetAsync(new Uri(host.Gateway, $"/v1/audit/subjects/{subject}/timeline?site={Site}"));
            if (told.GetProperty("events").GetArrayLength() == 0) return false;
            receipt = told.GetProperty("events")[0].GetProperty("id").GetString()!;
            return true;
        });
        return (subject, receipt);
    }
}
