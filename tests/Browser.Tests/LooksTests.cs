using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>The banner moves nothing of the page, is not printed, holds under forced colours and on any screen, and has no name that cosmetic lists know.</summary>
public partial class LooksTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";
    private static readonly string LongPage = string.Concat(Enumerable.Range(1, 60).Select(n => $"<p>Alinea {n} van een lange pagina.</p>"));

    [Theory]
    [InlineData(320, 568, "bar")]
    [InlineData(1440, 900, "corner")]
    [InlineData(1440, 900, "centre")]
    public async Task Nothing_of_the_page_moves_when_the_banner_comes_grows_and_goes(int width, int height, string position)
    {
        await using var visitor = await host.VisitorAsync(width, height);
        await visitor.Context.AddInitScriptAsync("window.moved = []; new PerformanceObserver(l => window.moved.push(...l.getEntries().map(e => e.value))).observe({ type: 'layout-shift', buffered: true })");
        await visitor.ServePageAsync(Home, Site, LongPage, tag: visitor.Tag(Site, $"data-position=\"{position}\""));
        await visitor.GoAsync(Home);
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").WaitForAsync();
        await PaintedAsync(visitor);
        await visitor.DecideAsync("Alles weigeren");
        await PaintedAsync(visitor);
        Assert.Equal("[]", await visitor.Page.EvaluateAsync<string>("() => JSON.stringify(window.moved)"));

        // What is looked for is found: the page itself can be moved.
        await visitor.Page.EvaluateAsync("() => { const block = document.createElement('div'); block.style.height = '200px'; document.body.prepend(block) }");
        await visitor.Page.WaitForFunctionAsync("() => window.moved.length > 0");
    }

    [Fact]
    public async Task Neither_the_banner_nor_the_button_that_reopens_it_is_printed()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").WaitForAsync();
        await visitor.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await Expect(visitor.Banner).ToBeHiddenAsync();
        await visitor.Page.EmulateMediaAsync(new() { Media = Media.Screen });
        await visitor.DecideAsync("Alles weigeren");
        await visitor.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await Expect(visitor.Reopener).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Under_forced_colours_every_button_and_the_banner_itself_have_an_edge()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.Page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
        await visitor.OpenAsync(Site);
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").WaitForAsync();
        Assert.True(await visitor.Page.EvaluateAsync<bool>("() => matchMedia('(forced-colors: active)').matches"));
        // The colours are the system's, and nothing of ours insists on its own.
        Assert.Equal(await visitor.Page.EvaluateAsync<string>("""
            () => { const canvas = document.body.appendChild(document.createElement('div')); canvas.style.background = 'Canvas'; return getComputedStyle(canvas).backgroundColor }
            """), await visitor.Banner.EvaluateAsync<string>("panel => getComputedStyle(panel).backgroundColor"));
        var edges = await visitor.Banner.EvaluateAsync<string[]>("""
            panel => [panel, ...panel.querySelectorAll('button')].map(e => {
              const { borderTopStyle, borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(e);
              return borderTopStyle === 'solid' && parseFloat(borderTopWidth) >= 1 && borderTopColor !== backgroundColor ? 'edge' : e.textContent.slice(0, 20) + ' has none';
            })
            """);
        Assert.True(edges.Length >= 4);
        Assert.All(edges, edge => Assert.Equal("edge", edge));
    }

    [Theory]
    [InlineData(3840, 2160)]
    [InlineData(320, 256)]
    public async Task On_any_screen_the_three_buttons_are_in_view_and_lines_stay_readable(int width, int height)
    {
        await using var visitor = await host.VisitorAsync(width, height);
        await visitor.OpenAsync(Site);
        foreach (var name in (string[])["Alles weigeren", "Alles accepteren", "Instellingen"])
            await Expect(visitor.Button(name)).ToBeInViewportAsync(new() { Ratio = 1 });
        var box = (await visitor.Banner.BoundingBoxAsync())!;
        Assert.InRange(box.Width, 1, Math.Min(width, 52 * 16 + 2));
        Assert.InRange(box.Height, 1, height);
    }

    [Fact]
    public async Task No_id_or_class_is_one_that_cosmetic_lists_hide()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").WaitForAsync();
        var names = await visitor.Banner.EvaluateAsync<string[]>("panel => [panel, ...panel.querySelectorAll('*')].flatMap(e => [e.id, ...e.classList]).filter(Boolean)");
        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => Telling().IsMatch(name));
        Assert.Equal(0, await visitor.Banner.Locator("[id]").CountAsync());
    }

    private static Task PaintedAsync(Visitor visitor) =>
        visitor.Page.EvaluateAsync("() => new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))");

    [GeneratedRegex("cookie|consent|gdpr|avg|privacy|banner|notice|cmp|overlay|popup|modal|ccpa", RegexOptions.IgnoreCase)]
    private static partial Regex Telling();
}
