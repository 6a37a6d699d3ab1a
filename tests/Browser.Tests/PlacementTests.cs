using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>Where the banner and the notes stand: over nothing that has the focus, on no paper, and without moving the page.</summary>
public class PlacementTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";

    /// <summary>Focus not obscured (2.4.11).</summary>
    [Theory]
    [InlineData("bar")]
    [InlineData("corner")]
    [InlineData("centre")]
    public async Task W2_No_link_of_a_long_page_is_under_the_banner_when_it_has_the_focus(string position)
    {
        await using var visitor = await host.VisitorAsync(1440, 900);
        var links = string.Concat(Enumerable.Range(1, 60).Select(n => $"<p><a href=\"#{n}\" style=\"display: block\">Verwijzing {n}</a></p>"));
        await visitor.ServePageAsync(Home, Site, $"<main>{links}</main>", tag: visitor.Tag(Site, $"data-position=\"{position}\""));
        await visitor.GoAsync(Home);
        await visitor.Page.WaitForFunctionAsync("() => document.documentElement.style.getPropertyValue('--kz-h')");
        var covered = await visitor.Page.EvaluateAsync<string[]>("""
            () => {
              const banner = document.querySelector('.kz-w').getBoundingClientRect(), links = [...document.querySelectorAll('main a')];
              return [...links, ...[...links].reverse()].flatMap(link => {
                link.focus();
                const { top, bottom } = link.getBoundingClientRect();
                const isSeen = document.activeElement === link && top >= -1 && bottom <= innerHeight + 1;
                return isSeen && (bottom <= banner.top + 1 || top >= banner.bottom - 1) ? [] : [`${link.textContent}: ${top} to ${bottom}, the banner ${banner.top} to ${banner.bottom}`];
              });
            }
            """);
        Assert.Empty(covered);
    }

    [Fact]
    public async Task On_paper_there_is_no_banner_no_button_that_reopens_it_no_note_and_no_room_for_them()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, """<iframe title="Uitleg" data-purpose="media" data-src="https://kijkdoos.example/1"></iframe>""");
        await visitor.GoAsync(Home);
        await Expect(visitor.Note("Uitleg")).ToBeVisibleAsync();
        await visitor.Page.WaitForFunctionAsync("() => getComputedStyle(document.documentElement).marginBottom !== '0px'");
        await visitor.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await Expect(visitor.Page.Locator("html")).ToHaveCSSAsync("margin-bottom", "0px");
        await AssertNothingIsPrintedAsync(visitor);
        await visitor.Page.EmulateMediaAsync(new() { Media = Media.Screen });
        await visitor.DecideAsync("Alles weigeren");
        await Expect(visitor.Reopener).ToBeVisibleAsync();
        await Expect(visitor.Note("Uitleg")).ToBeVisibleAsync();
        await visitor.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await AssertNothingIsPrintedAsync(visitor);
    }

    [Theory]
    [InlineData("")]
    [InlineData("style=\"display: block; border: 0\"")]
    public async Task Nothing_of_the_page_moves_when_the_note_comes_in_the_place_of_a_frame_whose_size_is_given(string style)
    {
        await using var visitor = await host.VisitorAsync();
        await ComesLateAsync(visitor, $"""
            <iframe title="Uitleg" width="560" height="315" {style} data-purpose="media" data-src="https://kijkdoos.example/1"></iframe><p>Daaronder gaat de tekst verder.</p>
            """);
        await visitor.PartsAsync("embeds");
        await Expect(visitor.Note("Uitleg")).ToBeVisibleAsync();
        await AssertNothingMovedAsync(visitor);
    }

    /// <summary>A page of one screen, of which a part in the middle is scrolled.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("<footer>Onder aan elk scherm</footer>")]
    public async Task Nothing_of_an_application_that_fills_the_screen_moves_when_the_banner_comes(string footer)
    {
        await using var visitor = await host.VisitorAsync();
        var entries = string.Concat(Enumerable.Range(1, 60).Select(n => $"<p>Regel {n} van een lange lijst.</p>"));
        await ComesLateAsync(visitor, $$"""
            <style>
              * { box-sizing: border-box }
              html, body { height: 100%; margin: 0 }
              body { display: flex; flex-direction: column }
              main { flex: 1; overflow: auto }
            </style>
            <main>{{entries}}</main>{{footer}}
            """);
        await visitor.Page.WaitForFunctionAsync("() => document.documentElement.style.getPropertyValue('--kz-h')");
        await AssertNothingMovedAsync(visitor);
    }

    /// <summary>The page has been painted before the banner's script is there.</summary>
    private static async Task ComesLateAsync(Visitor visitor, string body)
    {
        await visitor.Context.AddInitScriptAsync(
            "window.moved = []; new PerformanceObserver(l => window.moved.push(...l.getEntries().map(e => [e.startTime, e.value]))).observe({ type: 'layout-shift', buffered: true })");
        await visitor.ServePageAsync(Home, Site, body, tag: "<meta>");
        await visitor.Page.GotoAsync(Home);
        await PaintedAsync(visitor);
        await visitor.Page.EvaluateAsync(
            "address => { const script = document.createElement('script'); script.src = address; document.head.append(script) }", $"{visitor.Host.Gateway}banner/{Site}.js");
        await visitor.SettledAsync();
    }

    /// <summary>Something is moved at the end, so that what is looked for is known to be found.</summary>
    private static async Task AssertNothingMovedAsync(Visitor visitor)
    {
        await PaintedAsync(visitor);
        var from = await visitor.Page.EvaluateAsync<double>("""
            () => {
              const from = performance.now(), block = document.createElement('div');
              block.style.cssText = 'flex: none; height: 200px';
              document.body.prepend(block);
              return from;
            }
            """);
        await visitor.Page.WaitForFunctionAsync("from => window.moved.some(([at]) => at >= from)", from);
        Assert.Equal("[]", await visitor.Page.EvaluateAsync<string>("from => JSON.stringify(window.moved.filter(([at]) => at < from))", from));
    }

    private static async Task AssertNothingIsPrintedAsync(Visitor visitor)
    {
        // The note, and the banner or the button.
        var all = await visitor.Page.Locator(".kz").AllAsync();
        Assert.Equal(2, all.Count);
        foreach (var one in all) await Expect(one).ToBeHiddenAsync();
    }

    private static Task PaintedAsync(Visitor visitor) =>
        visitor.Page.EvaluateAsync("() => new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))");
}
