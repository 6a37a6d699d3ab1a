using Consent.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>The auditors' pages as an auditor has them: through the gateway, signed in with the development issuer, on a small screen, in the dark, without script.</summary>
public class AuditPagesTests(RunningHost host)
{
    private const string Site = "slotmaker";

    [Theory]
    [InlineData("nl")]
    [InlineData("en")]
    public async Task Axe_finds_nothing_on_any_page_by_day_and_by_night_and_all_fits_320_pixels(string language)
    {
        var (subject, receipt) = await host.DecidedAsync(Site);
        await using var visitor = await host.VisitorAsync(320, 900);
        await visitor.SignInAsync();
        foreach (var page in (string[])["", "/receipts", $"/receipts/{receipt}", "/receipts/nowhere", $"/sites/{Site}", $"/sites/{Site}/deliveries", $"/sites/{Site}/rates", "/access"])
        {
            await visitor.Page.GotoAsync(new Uri(host.Gateway, $"/audit{page}?lang={language}").ToString());
            await visitor.LookAsync(page);
        }

        await visitor.Page.GotoAsync(new Uri(host.Gateway, $"/audit?lang={language}").ToString());
        await visitor.Page.Locator("#timeline-site").SelectOptionAsync(Site);
        await visitor.Page.Locator("#timeline-subject").FillAsync(subject);
        await visitor.Page.Locator("form[action='/audit/timeline'] button").ClickAsync();
        await Expect(visitor.Page.Locator("table")).ToHaveCountAsync(1);
        // A person stands in no address and no title.
        Assert.DoesNotContain(subject, visitor.Page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(subject, await visitor.Page.TitleAsync(), StringComparison.Ordinal);
        await visitor.LookAsync("/timeline");
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task Everything_works_without_script_and_asks_nobody_else()
    {
        var (subject, receipt) = await host.DecidedAsync(Site);
        await using var visitor = await host.VisitorWithoutScriptAsync();
        await visitor.SignInAsync();
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
        await visitor.Page.Locator("#in-force-at").FillAsync("2026-01-01T12:00:30");
        await visitor.Page.Locator("form[action='/audit/in-force'] button").ClickAsync();
        await Expect(visitor.Page.Locator(".state")).ToHaveCountAsync(1);
        Assert.All(visitor.Requests("://").Where(r => !r.Url.StartsWith("data:", StringComparison.Ordinal)), r => Assert.Equal(host.Gateway.Authority, new Uri(r.Url).Authority));
    }

    [Fact]
    public async Task The_keyboard_reaches_the_content_at_once_and_what_has_the_focus_is_seen()
    {
        await using var visitor = await host.VisitorAsync(320, 900);
        await visitor.SignInAsync();
        await visitor.Page.Keyboard.PressAsync("Tab");
        await Expect(visitor.Page.Locator(".skip")).ToBeFocusedAsync();
        await Expect(visitor.Page.Locator(".skip")).ToBeInViewportAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("main")).ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("solid", await visitor.Page.EvaluateAsync<string>("() => document.activeElement.closest('main') && getComputedStyle(document.activeElement).outlineStyle"));
        await Expect(visitor.Page.Locator("header nav [aria-current=page]")).ToHaveCountAsync(1);
    }
}
