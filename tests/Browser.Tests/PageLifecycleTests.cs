using Consent.Tests.Support;
using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>Pages that a browser keeps to come back to, and pages that it prepares before anybody asked for them.</summary>
public class PageLifecycleTests(RunningHost host)
{
    [Fact]
    public async Task A_page_out_of_the_back_forward_cache_knows_what_another_tab_decided_meanwhile()
    {
        await using var pages = await OwnServer.StartAsync();
        await host.PublishLikeAsync("koppelhuis", "comes-back", declaration => declaration["origins"]!.AsArray().Add(pages.Origin));
        await using var browser = await host.LaunchAsync("--disable-back-forward-cache");
        await using var visitor = await host.VisitorAsync(browser: browser);
        pages.Serve("one", visitor.Tag("comes-back") + """
            <script>
              addEventListener('pageshow', e => {
                const look = () => tell({ persisted: e.persisted, heard: String(window.heard), why: performance.getEntriesByType('navigation')[0].notRestoredReasons });
                if (e.persisted) setInterval(look, 200); else look();
              });
            </script>
            """);
        pages.Serve("two", "");

        await visitor.GoAsync($"{pages.Origin}/one");
        await visitor.DecideAsync("Alles accepteren");
        await visitor.SentAsync();
        await visitor.Page.EvaluateAsync("() => { window.heard = []; window.consent.on(p => window.heard.push(p.statistics)) }");
        await visitor.Page.GotoAsync($"{pages.Origin}/two");
        var other = await visitor.Context.NewPageAsync();
        await other.GotoAsync($"{pages.Origin}/one");
        await other.GetByRole(AriaRole.Button, new() { Name = "Cookie-instellingen" }).ClickAsync();
        await other.GetByRole(AriaRole.Button, new() { Name = "Alles weigeren" }).ClickAsync();
        await visitor.Page.EvaluateAsync("() => void setTimeout(() => history.back())");

        await Eventually.IsSoAsync("the page was kept, came back, and heard of the refusal",
            () => Task.FromResult(pages.Told.Any(t => t.GetProperty("persisted").GetBoolean() && t.GetProperty("heard").GetString() == "true,false")),
            seen: () => string.Join('\n', pages.Told));
    }

    /// <summary>
    /// A page that the browser says it prepares. That Chromium does prepare one is not tried: driven as it is here, it follows no speculation
    /// rules (in a new profile and in a kept one, with and without background networking).
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task T1_A_prerendered_page_shows_stores_loads_and_runs_nothing_before_it_is_seen_and_everything_then(bool hasAccepted)
    {
        const string Home = "https://www.koppelhuis.example/";
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, "koppelhuis", """<script type="text/plain" data-purpose="statistics">window.ran = 1</script>""");
        if (hasAccepted)
        {
            await visitor.GoAsync(Home);
            await visitor.DecideAsync("Alles accepteren");
            await visitor.SentAsync();
        }

        var before = (hasAccepted ? await visitor.KeptAsync() : "{}{}", visitor.Requests("/banner/koppelhuis/").Count);
        await visitor.Context.AddInitScriptAsync("Object.defineProperty(document, 'prerendering', { get: () => !window.seen, configurable: true })");
        await visitor.Page.GotoAsync(Home, new() { WaitUntil = WaitUntilState.NetworkIdle });
        Assert.Equal("false,undefined", await visitor.Page.EvaluateAsync<string>("() => [!!document.querySelector('.kz'), String(window.ran)].join()"));
        Assert.Equal(before, (await visitor.KeptAsync(), visitor.Requests("/banner/koppelhuis/").Count));

        await visitor.Page.EvaluateAsync("() => { window.seen = true; document.dispatchEvent(new Event('prerenderingchange')) }");
        await visitor.SettledAsync();
        if (hasAccepted) await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        else await Assertions.Expect(visitor.Banner).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }
}
