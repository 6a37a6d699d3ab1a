using System.Text.RegularExpressions;
using Consent.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>The opt-out page for those who hear it, or have no mouse.</summary>
public class OptOutPageReadersTests(RunningHost host)
{
    private static readonly string Axe = Path.Combine(Repository.Root, "tests/browser/node_modules/axe-core/axe.min.js");

    [Theory]
    [InlineData("nl")]
    [InlineData("en")]
    public async Task Axe_finds_nothing_in_any_state(string language)
    {
        var axe = await File.ReadAllTextAsync(Axe, TestContext.Current.CancellationToken);
        await using var visitor = await host.VisitorAsync(320, 900);
        await visitor.InEveryStateAsync(await host.OptOutLinkAsync(), language, async state =>
        {
            await visitor.Page.Locator("nav summary").ClickAsync();
            Assert.Equal("", await visitor.Page.ByDayAndNightAsync(axe, state));
        });
    }

    [Fact]
    public async Task Every_state_has_a_title_that_begins_with_it_one_heading_of_the_first_rank_and_its_landmarks()
    {
        await using var visitor = await host.VisitorAsync();
        var titles = new List<string>();
        await visitor.InEveryStateAsync(await host.OptOutLinkAsync(), "nl", async state =>
        {
            var title = await visitor.Page.TitleAsync();
            titles.Add(title);
            await Expect(visitor.Page.Locator("h1")).ToHaveCountAsync(1);
            await Expect(visitor.Page.Locator("main h1")).ToHaveTextAsync(title);
            foreach (var role in (AriaRole[])[AriaRole.Banner, AriaRole.Main, AriaRole.Navigation])
                await Expect(visitor.Page.GetByRole(role)).ToHaveCountAsync(1);
            await Expect(visitor.Page.GetByRole(AriaRole.Navigation)).ToHaveAccessibleNameAsync("Taal");
            await Expect(visitor.Page.GetByRole(AriaRole.Contentinfo)).ToHaveCountAsync(state == "unknown link" ? 0 : 1);
        });
        Assert.Equal(
            ["Afmelden voor ‘Nieuwe producten en diensten’?", "U bent afgemeld", "Uw afmelding is ongedaan gemaakt", "U krijgt geen nieuws of reclame meer", "Deze link werkt niet"],
            titles);
    }

    /// <summary>The answer is a document of its own, which a screen reader begins at its title: nothing in it takes the focus from there.</summary>
    [Fact]
    public async Task After_the_press_one_begins_at_the_top_of_the_page_that_tells_what_was_done()
    {
        await using var visitor = await host.VisitorAsync(320, 568);
        await visitor.Page.GotoAsync((await host.OptOutLinkAsync()).Url);
        await visitor.OptOutAsync();
        await Expect(visitor.Page).ToHaveTitleAsync(new Regex("^U bent afgemeld"));
        Assert.Equal("BODY at 0", await visitor.Page.EvaluateAsync<string>("() => `${document.activeElement.tagName} at ${scrollY}`"));
        await Expect(visitor.Page.Locator("h1")).ToBeInViewportAsync(new() { Ratio = 1 });
        await visitor.Page.Keyboard.PressAsync("Tab");
        Assert.True(await visitor.Page.EvaluateAsync<bool>("() => document.activeElement.closest('main') !== null"));
    }

    [Fact]
    public async Task Everything_can_be_done_with_the_keyboard_alone()
    {
        await using var visitor = await host.VisitorAsync();
        var link = await host.OptOutLinkAsync();
        await visitor.Page.GotoAsync(link.Url);
        await visitor.Page.Keyboard.PressAsync("Tab");
        await Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Meld mij af" })).ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.StopEverything()).ToHaveCountAsync(1);
        Assert.Equal(("suppressed", "opted-in"), (await host.ReasonAsync(link), await host.ReasonAsync(link, OptOutPages.Other)));

        var box = visitor.StopMore().GetByRole(AriaRole.Checkbox);
        await TabToAsync(visitor, box);
        await visitor.Page.Keyboard.PressAsync("Space");
        await Expect(box).ToBeCheckedAsync();
        var answer = await visitor.Page.RunAndWaitForResponseAsync(() => visitor.Page.Keyboard.PressAsync("Enter"), r => r.Request.Method == "POST");
        Assert.Equal(200, answer.Status);
        Assert.Equal(("suppressed", "suppressed"), (await host.ReasonAsync(link), await host.ReasonAsync(link, OptOutPages.Other)));
    }

    /// <summary>Each thing in turn, in the order of the page, with the languages unfolded.</summary>
    [Fact]
    public async Task Whatever_the_Tab_key_reaches_is_seen_to_have_the_focus_and_nothing_hides_it()
    {
        await using var visitor = await host.VisitorAsync(320, 568);
        await visitor.InEveryStateAsync(await host.OptOutLinkAsync(), "nl", async state =>
        {
            var all = await visitor.Page.EvaluateAsync<string[]>("""
                () => {
                  document.querySelector('nav details').open = true;
                  window.outline = focused => {
                    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(focused);
                    const ground = getComputedStyle(focused.closest('main') ?? document.body).backgroundColor;
                    return outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2 && outlineColor !== ground ? '' : `outline ${outlineStyle} ${outlineWidth}: `;
                  };
                  return [...document.querySelectorAll('a, button, summary, input:not([type=hidden])')].map(e => e.outerHTML);
                }
                """);
            var reached = new List<string>();
            foreach (var _ in all)
            {
                await visitor.Page.Keyboard.PressAsync("Tab");
                reached.Add(await visitor.Page.EvaluateAsync<string>("""
                    () => {
                      const focused = document.activeElement, { x, y, width, height } = focused.getBoundingClientRect();
                      const isInView = y >= -1 && y + height <= innerHeight + 1 && focused.contains(document.elementFromPoint(x + width / 2, y + height / 2));
                      return `${outline(focused)}${isInView ? '' : `not in view at ${y}: `}${focused.outerHTML}`;
                    }
                    """));
            }
            Assert.True(all.Length > 20, $"{state}: {all.Length}");
            Assert.Equal(all, reached);

            // In the dark the colours are others; what has the focus is seen in the same way, since the keyboard was used last.
            await visitor.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            var inTheDark = await visitor.Page.EvaluateAsync<string[]>("""
                () => [...document.querySelectorAll('a, button, summary, input:not([type=hidden])')].map(e => {
                  e.focus({ preventScroll: true });
                  return outline(e) + e.outerHTML;
                })
                """);
            Assert.Equal(all, inTheDark);
            await visitor.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        });
    }

    private static async Task TabToAsync(Visitor visitor, ILocator target)
    {
        for (var i = 0; i < 15; i++)
        {
            if (await target.EvaluateAsync<bool>("e => e === document.activeElement")) return;
            await visitor.Page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail("The Tab key does not reach it.");
    }
}
