using Consent.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>Scripts, frames, images and stylesheets wait for consent, also those that come later; a withdrawal takes them away again.</summary>
public class BlockingTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";

    [Fact]
    public async Task T1_Held_back_scripts_run_once_each_and_in_their_order_also_those_added_later()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServeAsync(Home + "slow.js", "window.ran = [...(window.ran ?? []), 'slow']");
        await visitor.ServePageAsync(Home, Site, """
            <script type="text/plain" data-purpose="statistics" data-src="/slow.js"></script>
            <script type="text/plain" data-purpose="statistics">window.ran.push('inline')</script>
            <script type="text/plain" data-purpose="media">window.ran.push('media')</script>
            """);
        await visitor.GoAsync(Home);
        Assert.Null(await visitor.Page.EvaluateAsync<string?>("() => window.ran ?? null"));
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").CheckAsync();
        await visitor.DecideAsync("Keuze opslaan");
        await visitor.Page.WaitForFunctionAsync("() => window.ran?.length >= 2");
        Assert.Equal("slow,inline", await visitor.Page.EvaluateAsync<string>("() => window.ran.join()"));

        await visitor.Page.EvaluateAsync("""
            () => {
              const late = document.createElement('div');
              late.innerHTML = '<script type="text/plain" data-purpose="statistics">window.ran.push("late")</script><script type="text/plain" data-purpose="media">window.ran.push("no")</script>';
              document.body.append(late);
            }
            """);
        await visitor.Page.WaitForFunctionAsync("() => window.ran.join() === 'slow,inline,late'");
        await visitor.Page.EvaluateAsync("() => window.consent.open()");
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.ran.includes('media') && window.ran.includes('no')");
        Assert.Equal(5, await visitor.Page.EvaluateAsync<int>("() => window.ran.length"));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task A_frame_says_who_waits_behind_it_and_once_loads_it_and_stores_nothing()
    {
        await using var visitor = await host.VisitorAsync();
        await FramesAsync(visitor);
        await visitor.GoAsync(Home);
        var note = visitor.Page.GetByRole(AriaRole.Group, new() { Name = "Uitleg" });
        await Expect(note).ToContainTextAsync("Kijkdoos Video");
        await Expect(note.GetByRole(AriaRole.Button)).ToHaveTextAsync(["Deze keer laden", "Altijd toestaan: Video's (ontvangers: Kijkdoos Video)"]);
        Assert.Empty(visitor.Requests("kijkdoos.example"));

        await note.GetByRole(AriaRole.Button, new() { Name = "Deze keer laden" }).ClickAsync();
        await Eventually.IsSoAsync("the one frame is loaded", () => Task.FromResult(visitor.Requests("kijkdoos.example/1").Count == 1));
        Assert.Empty(visitor.Requests("kijkdoos.example/2"));
        Assert.Empty(await visitor.Context.CookiesAsync());
        Assert.Equal("{}{}", await visitor.KeptAsync());
        Assert.Empty(visitor.Requests("/decisions"));
        await Expect(visitor.Banner).ToBeVisibleAsync();
        await visitor.ReloadAsync();
        await Expect(note).ToBeVisibleAsync();
        Assert.Single(visitor.Requests("kijkdoos.example"));
    }

    [Fact]
    public async Task Always_grants_the_purpose_that_it_names_and_nothing_else_and_a_withdrawal_empties_the_frames()
    {
        await using var visitor = await host.VisitorAsync();
        await FramesAsync(visitor);
        await visitor.GoAsync(Home);
        await visitor.Page.RunAndWaitForResponseAsync(
            () => visitor.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Altijd toestaan: Video") }).First.ClickAsync(),
            r => r.Url.EndsWith("/decisions", StringComparison.Ordinal) && r.Request.Method == "POST");
        await Eventually.IsSoAsync("both frames are loaded", () => Task.FromResult(visitor.Requests("kijkdoos.example").Count == 2));
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        await Expect(visitor.Page.Locator("iframe").First).ToBeVisibleAsync();

        await visitor.Page.EvaluateAsync("() => window.consent.open()");
        await visitor.DecideAsync("Alles weigeren");
        await Expect(visitor.Page.Locator("iframe[src]")).ToHaveCountAsync(0);
        await Expect(visitor.Page.GetByRole(AriaRole.Group, new() { Name = "Uitleg" })).ToBeVisibleAsync();
        Assert.Equal(2, visitor.Requests("kijkdoos.example").Count);
    }

    [Fact]
    public async Task Images_and_stylesheets_wait_too_and_frames_that_a_single_page_application_adds_later()
    {
        await using var visitor = await host.VisitorAsync();
        await FramesAsync(visitor);
        await visitor.ServeAsync("https://pixel.example/p.gif", "GIF89a", "image/gif");
        await visitor.ServeAsync("https://fonts.example/f.css", "h1 { letter-spacing: 7px }", "text/css");
        await visitor.ServePageAsync(Home, Site, """
            <link rel="stylesheet" data-purpose="media" data-href="https://fonts.example/f.css"><img alt="" data-purpose="media" data-src="https://pixel.example/p.gif">
            """);
        await visitor.GoAsync(Home);
        await visitor.Page.EvaluateAsync("""
            () => {
              const late = document.createElement('section');
              late.innerHTML = '<iframe title="Later" data-purpose="media" data-src="https://kijkdoos.example/2"></iframe>';
              document.body.append(late);
            }
            """);
        await Expect(visitor.Page.GetByRole(AriaRole.Group, new() { Name = "Later" })).ToBeVisibleAsync();
        foreach (var vendor in (string[])["pixel.example", "fonts.example", "kijkdoos.example"]) Assert.Empty(visitor.Requests(vendor));

        await visitor.DecideAsync("Alles accepteren");
        foreach (var vendor in (string[])["pixel.example", "fonts.example", "kijkdoos.example"])
            await Eventually.IsSoAsync($"{vendor} is asked once", () => Task.FromResult(visitor.Requests(vendor).Count == 1));
        await Expect(visitor.Page.Locator("h1")).ToHaveCSSAsync("letter-spacing", "7px");

        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles weigeren");
        await Expect(visitor.Page.Locator("h1")).ToHaveCSSAsync("letter-spacing", "normal");
        await Expect(visitor.Page.Locator("img[src], iframe[src], link[href*=fonts]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task AP8_A_withdrawal_deletes_what_was_stored_by_pattern_on_every_path_and_domain_and_leaves_the_rest()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home + "shop/list", Site);
        await visitor.GoAsync(Home + "shop/list");
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.EvaluateAsync("""
            () => {
              for (const cookie of ['_ga=1;Path=/', '_ga_X=1;Path=/shop', '_ga_Y=1;Path=/shop/list', '_ga_Z=1;Path=/;Domain=koppelhuis.example', '_gb=1;Path=/', '_demo_stats=1;Path=/shop/'])
                document.cookie = cookie + ';Max-Age=9999';
              localStorage.kh_entries = 'x'; localStorage.basket = 'y'; sessionStorage.kd_player = 'not a cookie';
            }
            """);
        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles weigeren");
        // One after the other.
        string[] left = [];
        await Eventually.IsSoAsync("what was agreed to is deleted, and no more", async () =>
            (left = [.. (await visitor.Context.CookiesAsync()).Select(c => c.Name).Order()]).SequenceEqual(["_gb", "consent-choice"]), seen: () => string.Join(", ", left));

        Assert.Equal("basket,kd_player", await visitor.Page.EvaluateAsync<string>("() => [...Object.keys(localStorage).filter(k => k !== 'consent-pending'), ...Object.keys(sessionStorage)].join()"));
    }

    private static async Task FramesAsync(Visitor visitor)
    {
        foreach (var n in (int[])[1, 2]) await visitor.ServeAsync($"https://kijkdoos.example/{n}", "<!doctype html><p>video", "text/html");
        await visitor.ServePageAsync(Home, Site, """
            <iframe title="Uitleg" data-purpose="media" data-vendor="kijkdoos" data-src="https://kijkdoos.example/1"></iframe>
            <iframe title="Meer" data-purpose="media" data-src="https://kijkdoos.example/2"></iframe>
            """);
    }
}
