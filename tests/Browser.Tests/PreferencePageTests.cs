using System.Text.Json;
using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>The page on which people see and change what they receive, and the one that leads there by mail: on a telephone, heard, and without a mouse.</summary>
public class PreferencePageTests(RunningHost host, MailedHost mailed) : IClassFixture<MailedHost>
{
    private static readonly string Axe = Path.Combine(Repository.Root, "tests/browser/node_modules/axe-core/axe.min.js");

    [Fact]
    public async Task Everything_can_be_done_with_the_keyboard_alone()
    {
        await using var visitor = await host.VisitorAsync();
        var address = NewAddress();
        await visitor.Page.GotoAsync($"{mailed.Ask}?language=nl");
        await visitor.Page.Keyboard.PressAsync("Tab");
        await Expect(visitor.Page.GetByLabel("Uw e-mailadres")).ToBeFocusedAsync();
        await visitor.Page.Keyboard.TypeAsync(address);
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("Kijk in uw mailbox");

        await visitor.Page.GotoAsync(mailed.LinkTo(address));
        var offers = visitor.Page.GetByRole(AriaRole.Group, new() { Name = "Aanbiedingen" });
        await TabToAsync(visitor, offers.Locator("input[value='offers/sms']"));
        await visitor.Page.Keyboard.PressAsync("Space");
        await TabToAsync(visitor, offers.GetByRole(AriaRole.Combobox));
        await visitor.Page.Keyboard.PressAsync("ArrowDown");
        await TabToAsync(visitor, visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Opslaan" }));
        await visitor.Page.Keyboard.PressAsync("Enter");

        await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("Uw keuzes zijn opgeslagen");
        await Expect(offers.Locator("input[value='offers/sms']")).ToBeCheckedAsync();
        await Expect(visitor.Page.Locator("input:checked")).ToHaveCountAsync(1);
        await Expect(offers.GetByRole(AriaRole.Combobox)).ToHaveValueAsync("weekly");
    }

    [Fact]
    public async Task From_a_page_of_the_site_and_from_its_privacy_statement_a_link_leads_to_where_the_mail_is_asked_for()
    {
        await using var visitor = await host.VisitorAsync();
        foreach (var from in (string[])[mailed.Page, mailed.Statement])
        {
            await visitor.Page.GotoAsync(from);
            // With the keyboard: the banner, which asks a new visitor, may lie over the foot of a page.
            await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Zien en wijzigen wat u van ons ontvangt" }).PressAsync("Enter");
            await Expect(visitor.Page).ToHaveURLAsync($"{mailed.Ask}?language=nl");
            await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("Wat wilt u ontvangen?");
        }
        var address = NewAddress();
        await visitor.Page.GetByLabel("Uw e-mailadres").FillAsync(address);
        await visitor.Page.Locator("main button").ClickAsync();
        await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("Kijk in uw mailbox");
        Assert.Contains("/p/", mailed.LinkTo(address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_script_the_whole_way_works()
    {
        await using var visitor = await host.VisitorWithoutScriptAsync();
        await InEveryStateAsync(visitor, "nl", _ => Task.CompletedTask);
    }

    /// <summary>Reflow (WCAG 1.4.10), also with letters twice as large (1.4.4).</summary>
    [Theory]
    [InlineData("nl")]
    [InlineData("fi")]
    public async Task At_320_pixels_nothing_has_to_be_scrolled_sideways_in_any_state(string language)
    {
        await using var visitor = await host.VisitorAsync(320, 568);
        await InEveryStateAsync(visitor, language, async state =>
        {
            foreach (var percent in (int[])[100, 200])
            {
                var width = await visitor.Page.EvaluateAsync<int>("""
                    percent => {
                      document.documentElement.style.fontSize = `${percent}%`;
                      document.querySelector('nav details').open = true;
                      return document.documentElement.scrollWidth;
                    }
                    """, percent);
                Assert.True(width <= 320, $"{state} at {percent}%: {width} pixels wide");
            }
        });
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Axe_finds_nothing_in_any_state(ColorScheme scheme)
    {
        var axe = await File.ReadAllTextAsync(Axe, TestContext.Current.CancellationToken);
        await using var visitor = await host.VisitorAsync(320, 900, scheme: scheme);
        await InEveryStateAsync(visitor, "nl", async state =>
        {
            // Not as a script of the page, which its own policy would not let in.
            await visitor.Page.EvaluateAsync(axe);
            var found = await visitor.Page.EvaluateAsync<JsonElement>(
                "async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | '))");
            Assert.True(found.GetArrayLength() == 0, $"{state}: {string.Join('\n', found.EnumerateArray())}");
        });
    }

    /// <summary>Leads through the pages, one after the other: asking for the mail, and what the link in it shows.</summary>
    private async Task InEveryStateAsync(Visitor visitor, string language, Func<string, Task> look)
    {
        var (page, address) = (visitor.Page, NewAddress());
        await page.GotoAsync($"{mailed.Ask}?language={language}");
        await look("asking");
        await page.Locator("input[type=email]").FillAsync(address);
        await page.Locator("main button").ClickAsync();
        await Expect(page.Locator("main form")).ToHaveCountAsync(0);
        await page.WaitForLoadStateAsync();
        await look("sent");

        var link = mailed.LinkTo(address);
        await page.GotoAsync($"{link}?language={language}");
        await look("choosing");
        await page.Locator("input[value='offers/sms']").CheckAsync();
        await page.Locator("main button").ClickAsync();
        await Expect(page.Locator("svg.tick")).ToHaveCountAsync(1);
        await Expect(page.Locator("input[value='offers/sms']")).ToBeCheckedAsync();
        await page.WaitForLoadStateAsync();
        await look("saved");
        await page.Locator("input[name=objection]").CheckAsync();
        await page.Locator("main button").ClickAsync();
        await Expect(page.Locator("input[name=objection]")).ToHaveCountAsync(0);
        await Expect(page.Locator("input:checked")).ToHaveCountAsync(0);
        await page.WaitForLoadStateAsync();
        await look("objected");
        await page.GotoAsync($"{link[..^5]}?language={language}");
        await look("unknown link");
    }

    private static string NewAddress() => $"jan.zonderling-{RandomId.New()}@verweg.example";

    private static async Task TabToAsync(Visitor visitor, ILocator target)
    {
        for (var i = 0; i < 20; i++)
        {
            if (await target.EvaluateAsync<bool>("e => e === document.activeElement")) return;
            await visitor.Page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail("The Tab key does not reach it.");
    }
}
