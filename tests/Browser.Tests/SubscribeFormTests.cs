using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>The form with which people subscribe: a page of its own, in a frame, and a site's own form that is sent to it.</summary>
public partial class SubscribeFormTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private static readonly string Axe = Path.Combine(Repository.Root, "tests/browser/node_modules/axe-core/axe.min.js");
    private static readonly string Guide = Path.Combine(Repository.Root, "services", "marketing-unsubscribe", "FORM.md");

    private string Form => new Uri(host.Gateway, $"/s/{Site}/{OptOutPages.Topic}").ToString();

    [Fact]
    public async Task Without_script_or_mouse_and_on_the_smallest_screen_one_is_told_of_a_mistake_corrects_it_and_subscribes()
    {
        await using var visitor = await host.VisitorWithoutScriptAsync();
        var page = visitor.Page;
        await page.SetViewportSizeAsync(320, 568);
        await page.GotoAsync($"{Form}?language=nl");
        await Expect(page).ToHaveTitleAsync("Aanmelden voor ‘Nieuwe producten en diensten’");

        var field = page.GetByLabel("Uw e-mailadres");
        await page.Keyboard.PressAsync("Tab");
        await Expect(field).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("jan");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveTitleAsync(new Regex("^Er klopt nog iets niet: "));
        await Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(field).ToHaveAccessibleDescriptionAsync("Vul een e-mailadres in, zoals naam@voorbeeld.nl.");
        await Expect(field).ToHaveValueAsync("jan");

        // The summary leads to the field.
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Alert).GetByRole(AriaRole.Link)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(field).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.TypeAsync("@post.example");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Meld mij aan" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Kijk in uw mailbox");
        await Expect(page.Locator("form")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("nl", ColorScheme.Light)]
    [InlineData("de", ColorScheme.Dark)]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_320_pixels_also_with_letters_twice_as_large(string language, ColorScheme scheme)
    {
        var axe = await File.ReadAllTextAsync(Axe, TestContext.Current.CancellationToken);
        await using var visitor = await host.VisitorAsync(320, 900, scheme: scheme);
        await visitor.Page.GotoAsync($"{Form}?language={language}");
        await LookAsync("asking");
        await visitor.Page.Locator("main").GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visitor.Page.Locator("[aria-invalid=true]")).ToHaveCountAsync(1);
        await LookAsync("wrong");

        async Task LookAsync(string state)
        {
            await visitor.Page.Locator("nav summary").ClickAsync();
            // Not as a script of the page, which its own policy would not let in.
            await visitor.Page.EvaluateAsync(axe);
            var found = await visitor.Page.EvaluateAsync<JsonElement>(
                "async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | '))");
            Assert.True(found.GetArrayLength() == 0, $"{state}: {string.Join('\n', found.EnumerateArray())}");
            foreach (var percent in (int[])[100, 200])
            {
                var width = await visitor.Page.EvaluateAsync<int>(
                    "percent => { document.documentElement.style.fontSize = `${percent}%`; return document.documentElement.scrollWidth }", percent);
                Assert.True(width <= 320, $"{state} at {percent} %: {width} wide");
            }
            await visitor.Page.EvaluateAsync("() => document.documentElement.style.removeProperty('font-size')");
            var height = await visitor.Page.Locator("input[type=email]").EvaluateAsync<double>("e => e.getBoundingClientRect().height");
            Assert.True(height >= 44, $"{state}: the field is {height} high");
        }
    }

    [Fact]
    public async Task The_guides_own_form_and_frame_work_on_a_page_of_the_site_and_the_frame_on_no_other()
    {
        var (ownForm, frame) = (Block("<form"), Block("<iframe"));
        await using var visitor = await host.VisitorAsync();
        var own = new Uri(host.Demo, "/own-page").ToString();
        foreach (var address in (string[])[own, "https://www.elsewhere.example/"])
        {
            await visitor.ServeAsync(address, $"<!doctype html><html lang=\"nl\"><title>Proef</title><body>{ownForm}{frame}</body></html>", "text/html; charset=utf-8");
            await visitor.Page.GotoAsync(address);
            await Expect(visitor.Page.FrameLocator("iframe").Locator("input[type=email]")).ToHaveCountAsync(address == own ? 1 : 0);
        }

        await visitor.Page.GotoAsync(own);
        await visitor.Page.GetByLabel("Uw e-mailadres").FillAsync("lezer@post.example");
        await visitor.Page.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("Kijk in uw mailbox");
    }

    /// <summary>What the guide tells to copy, at the gateway that runs.</summary>
    private string Block(string beginning)
    {
        var block = Assert.Single(Blocks().Matches(File.ReadAllText(Guide)), m => m.Groups["html"].Value.StartsWith(beginning, StringComparison.Ordinal)).Groups["html"].Value;
        return block.Replace("https://consent.example/s/my-site/news", Form, StringComparison.Ordinal);
    }

    [GeneratedRegex("```html\n(?<html>.*?)```", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
