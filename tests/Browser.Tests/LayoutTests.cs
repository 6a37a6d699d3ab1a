using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>What WCAG 2.2 asks of how a layer is laid out, and axe does not measure.</summary>
public class LayoutTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";

    /// <summary>Reflow (1.4.10) and text spacing (1.4.12), together: the least width, the widest text.</summary>
    [Fact]
    public async Task W1_AP5_At_320_pixels_and_with_wide_spacing_no_text_is_cut_off_and_every_button_is_in_view()
    {
        await using var visitor = await host.VisitorAsync(320, 568);
        await visitor.ServePageAsync(Home, Site, head: """
            <style>* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }</style>
            """);
        await visitor.GoAsync(Home);
        await Expect(visitor.Button("Alles weigeren")).ToHaveCSSAsync("letter-spacing", "1.92px");
        await AssertNothingIsCutOffAsync(visitor, "Instellingen");
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").WaitForAsync();
        await visitor.Banner.Locator("summary").First.ClickAsync();
        await AssertNothingIsCutOffAsync(visitor, "Keuze opslaan");
    }

    /// <summary>Target size (2.5.8): 24 pixels each way; links inside a line of text are exempt.</summary>
    [Fact]
    public async Task W3_Whatever_can_be_pressed_is_at_least_24_pixels_wide_and_high()
    {
        await using var visitor = await host.VisitorAsync(320, 568);
        await visitor.ServePageAsync(Home, Site, """<iframe title="Uitleg" data-purpose="media" data-src="https://kijkdoos.example/1"></iframe>""");
        await visitor.GoAsync(Home);
        await visitor.Page.Locator(".kz-n").WaitForAsync();
        await AssertTargetsAsync(visitor, 5);
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").WaitForAsync();
        await AssertTargetsAsync(visitor, 12);
        await visitor.DecideAsync("Alles weigeren");
        await visitor.Reopener.WaitForAsync();
        await AssertTargetsAsync(visitor, 3);
    }

    /// <summary>Animation (2.3.3), and a name, a role and a language that change with what is shown (4.1.2, 3.1.1).</summary>
    [Fact]
    public async Task W4_Nothing_moves_and_each_layer_is_a_named_region_with_a_heading_that_gets_the_focus_when_a_person_opens_it()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site);
        await visitor.GoAsync(Home);
        Assert.Equal(0, await visitor.Page.EvaluateAsync<int>("() => document.getAnimations().length"));
        Assert.Equal("BODY", await visitor.Page.EvaluateAsync<string>("() => document.activeElement.tagName"));
        await Expect(visitor.Banner).ToHaveAccessibleNameAsync("Cookie-instellingen");
        await visitor.Button("Instellingen").ClickAsync();
        await Expect(visitor.Banner.GetByRole(AriaRole.Heading)).ToBeFocusedAsync();
        await Expect(visitor.Toggle("media")).ToHaveAccessibleNameAsync(new System.Text.RegularExpressions.Regex("^Video's"));
        Assert.Equal(0, await visitor.Page.EvaluateAsync<int>("() => document.getAnimations().length"));
        await Expect(visitor.Page.Locator("[role=region]")).ToHaveCountAsync(1);
    }

    private static async Task AssertNothingIsCutOffAsync(Visitor visitor, string third)
    {
        Assert.Equal(320, await visitor.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        foreach (var name in (string[])["Alles weigeren", "Alles accepteren", third]) await Expect(visitor.Button(name)).ToBeInViewportAsync(new() { Ratio = 1 });
        Assert.Equal("", await visitor.Banner.EvaluateAsync<string>(
            "b => [...b.querySelectorAll('*')].filter(e => e.clientWidth && (e.scrollWidth > e.clientWidth + 1 || (e.tagName === 'BUTTON' && e.scrollHeight > e.clientHeight + 1))).map(e => e.outerHTML).join('\\n')"));
    }

    private static async Task AssertTargetsAsync(Visitor visitor, int atLeast)
    {
        var targets = visitor.Page.Locator(".kz button, .kz input, .kz summary, button.kz").Filter(new() { Visible = true });
        var all = await targets.AllAsync();
        Assert.InRange(all.Count, atLeast, 100);
        foreach (var target in all)
        {
            var box = (await target.BoundingBoxAsync())!;
            Assert.True(box.Width >= 24 && box.Height >= 24, $"{await target.InnerTextAsync()}: {box.Width} by {box.Height}");
        }
    }
}
