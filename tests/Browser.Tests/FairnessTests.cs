using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>The choices are equal, plain and reachable: by mouse, keyboard and on the smallest screen, in both languages.</summary>
public class FairnessTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private static readonly string[] FirstLayer = ["Alles weigeren", "Alles accepteren", "Instellingen"];

    [Theory]
    [InlineData(320, 568)]
    [InlineData(768, 1024)]
    [InlineData(1440, 900)]
    public async Task AP4_AP5_AP7_TC_TE_C1_Accept_refuse_and_settings_are_equal_in_size_and_style_and_all_in_view(int width, int height)
    {
        await using var visitor = await host.VisitorAsync(width, height);
        await visitor.OpenAsync(Site);
        var boxes = new List<(double Width, double Height)>();
        var styles = new List<string>();
        foreach (var name in FirstLayer)
        {
            await Expect(visitor.Button(name)).ToBeInViewportAsync(new() { Ratio = 1 });
            var box = (await visitor.Button(name).BoundingBoxAsync())!;
            boxes.Add((Math.Round(box.Width, 1), Math.Round(box.Height, 1)));
            styles.Add(await visitor.Button(name).EvaluateAsync<string>(
                "b => { const s = getComputedStyle(b); return [s.color, s.backgroundColor, s.border, s.fontWeight, s.fontSize, s.textDecoration].join() }"));
        }
        Assert.Single(boxes.Distinct());
        Assert.Single(styles.Distinct());
        Assert.InRange(boxes[0].Height, 44, 200);
        Assert.Equal(width, await visitor.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task TD_W1_Every_text_stands_out_from_its_ground_by_4_5_to_1_and_every_edge_by_3_to_1(ColorScheme scheme)
    {
        await using var visitor = await host.VisitorAsync(scheme: scheme);
        await visitor.OpenAsync(Site);
        await Expect(visitor.Banner).ToHaveCSSAsync("opacity", "1");
        foreach (var (text, ground) in ((ILocator, ILocator)[])[
            (visitor.Banner.Locator("p").First, visitor.Banner), .. FirstLayer.Select(n => (visitor.Button(n), visitor.Button(n)))])
        {
            var contrast = Contrast(
                await text.EvaluateAsync<string>("e => getComputedStyle(e).color"), await ground.EvaluateAsync<string>("e => getComputedStyle(e).backgroundColor"));
            Assert.InRange(contrast, 4.5, 21);
        }

        // What shows where a button ends (WCAG 2.2, 1.4.11).
        foreach (var name in FirstLayer)
            Assert.InRange(Contrast(
                await visitor.Button(name).EvaluateAsync<string>("e => getComputedStyle(e).borderTopColor"), await visitor.Banner.EvaluateAsync<string>("e => getComputedStyle(e).backgroundColor")), 3, 21);
    }

    [Fact]
    public async Task AP1_AP8_The_first_layer_names_the_controller_and_every_purpose_and_says_how_to_withdraw()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        foreach (var said in (string[])[
            "Koppelhuis Connectors B.V.", "U herkennen en uw invoer onthouden", "Gebruik van de dienst meten", "Video's", "wijzigen of intrekken", "Wij gebruiken cookies om"])
            await Expect(visitor.Banner).ToContainTextAsync(said);
    }

    [Theory]
    [InlineData("nl", "en-GB", "Alles weigeren", "Alles accepteren", "Instellingen", "nl")]
    [InlineData("en", "nl-NL", "Reject all", "Accept all", "Settings", "en")]
    public async Task W4_The_banner_speaks_the_language_of_the_page(string page, string browser, string refuse, string accept, string settings, string language)
    {
        await using var visitor = await host.VisitorAsync(language: browser);
        await visitor.OpenAsync(Site, page);
        foreach (var name in (string[])[refuse, accept, settings]) await Expect(visitor.Button(name)).ToBeVisibleAsync();
        await Expect(visitor.Banner).ToHaveAttributeAsync("lang", language);
    }

    [Fact]
    public async Task E1_C3_Escape_scrolling_and_clicking_elsewhere_decide_nothing()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.Page.Mouse.WheelAsync(0, 900);
        await visitor.Page.Locator("h1").ClickAsync();
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").CheckAsync();
        await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(visitor.Banner).ToBeHiddenAsync();

        Assert.Empty(await visitor.Context.CookiesAsync());
        Assert.Empty(visitor.Requests("/decisions"));
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        await visitor.ReloadAsync();
        await Expect(visitor.Banner).ToBeVisibleAsync();
    }

    [Fact]
    public async Task W2_Everything_can_be_done_with_the_keyboard_alone_and_the_focus_is_seen()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        foreach (var name in FirstLayer)
        {
            await visitor.Page.Keyboard.PressAsync("Tab");
            await Expect(visitor.Button(name)).ToBeFocusedAsync();
            Assert.Matches(new Regex("solid 3px|3px solid|3px"), await visitor.Button(name).EvaluateAsync<string>("b => getComputedStyle(b).outline"));
        }
        await visitor.Page.Keyboard.PressAsync("Enter");
        await TabToAsync(visitor, visitor.Toggle("statistics"));
        await visitor.Page.Keyboard.PressAsync("Space");
        await TabToAsync(visitor, visitor.Button("Keuze opslaan"));
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Reopener).ToBeFocusedAsync();
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        Assert.False(await visitor.PagePermitsAsync("media"));

        await visitor.Page.Keyboard.PressAsync("Enter");
        await TabToAsync(visitor, visitor.Button("Alles weigeren"));
        await visitor.Page.Keyboard.PressAsync("Enter");
        Assert.False(await visitor.PagePermitsAsync("statistics"));
    }

    [Fact]
    public async Task AP8_TK_C1_Withdrawing_takes_as_many_clicks_as_accepting_and_the_banner_reopens_with_the_state_as_it_is()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Reopener.ClickAsync();
        await Expect(visitor.Banner.Locator("li").First).ToContainTextAsync("(toegestaan)");
        await visitor.Button("Sluiten").ClickAsync();
        Assert.True(await visitor.PagePermitsAsync("statistics"));

        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles weigeren");
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        await visitor.Reopener.ClickAsync();
        await Expect(visitor.Banner.Locator("li").First).ToContainTextAsync("(niet toegestaan)");
    }

    [Fact]
    public async Task W2_TC_The_page_can_be_scrolled_and_what_has_the_focus_is_not_under_the_banner()
    {
        await using var visitor = await host.VisitorAsync(768, 700);
        await visitor.OpenAsync(Site);
        Assert.NotEqual("hidden", await visitor.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).overflowY"));
        var button = visitor.Page.Locator("form button");
        // The page knows the banner's height a frame after it is there.
        await visitor.Page.WaitForFunctionAsync("() => document.documentElement.style.getPropertyValue('--kz-h')");
        await button.FocusAsync();
        var (focused, banner) = ((await button.BoundingBoxAsync())!, (await visitor.Banner.BoundingBoxAsync())!);
        Assert.True(focused.Y + focused.Height <= banner.Y + 1, $"The focused button ends at {focused.Y + focused.Height}, the banner begins at {banner.Y}.");
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

    /// <summary>WCAG 2.2, contrast ratio of two opaque colours as the browser writes them.</summary>
    private static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string rgb)
    {
        var parts = Regex.Matches(rgb, "[0-9]+", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(m => double.Parse(m.Value, CultureInfo.InvariantCulture) / 255).ToArray();
        Assert.Equal(3, parts.Length);
        var linear = parts.Select(c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4)).ToArray();
        return (0.2126 * linear[0]) + (0.7152 * linear[1]) + (0.0722 * linear[2]);
    }
}
