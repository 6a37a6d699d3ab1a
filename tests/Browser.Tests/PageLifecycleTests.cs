using System.Text.Json;
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

    /// <summary>The page itself looks at how things are just before it is shown, ahead of everything that the banner does then.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task T1_A_prerendered_page_shows_stores_loads_and_runs_nothing_before_it_is_seen_and_everything_then(bool hasAccepted)
    {
        var site = hasAccepted ? "prepared-later" : "prepared-first";
        await using var pages = await OwnServer.StartAsync();
        await host.PublishLikeAsync("koppelhuis", site, declaration => declaration["origins"]!.AsArray().Add(pages.Origin));
        await using var visitor = await host.VisitorAsync();
        pages.Serve("start", """<script type="speculationrules">{"prerender":[{"urls":["/next"],"eagerness":"immediate"}]}</script>""");
        pages.Serve(
            "next",
            """
            <script>
              const state = what => ({
                what, prerendering: document.prerendering, ran: String(window.ran), events: window.events.join(),
                banner: !!document.querySelector('[role=region]'), reopener: !!document.querySelector('body > button'),
                stored: document.cookie.length + localStorage.length, rest: performance.getEntriesByType('resource').filter(r => r.name.includes('/rest.')).length,
                activated: performance.getEntriesByType('navigation')[0].activationStart > 0
              });
              window.events = [];
              for (const name of ['shown', 'ready', 'changed']) addEventListener('consent:' + name, () => window.events.push(name));
              addEventListener('load', () => tell(state('loaded')));
              document.addEventListener('prerenderingchange', () => {
                tell(state('before'));
                setInterval(() => tell(state('after')), 200);
              });
            </script>
            """ + visitor.Tag(site),
            """<script type="text/plain" data-purpose="statistics">window.ran = 'prerendering: ' + document.prerendering</script>""");
        var stored = 0;
        if (hasAccepted)
        {
            await visitor.GoAsync($"{pages.Origin}/next");
            await visitor.DecideAsync("Alles accepteren");
            await visitor.SentAsync();
            stored = await visitor.Page.EvaluateAsync<int>("() => document.cookie.length + localStorage.length");
        }

        await visitor.Page.GotoAsync($"{pages.Origin}/start");
        var loaded = await ToldAsync(pages, "the page was prepared, out of sight", t => Is(t, "loaded") && t.GetProperty("prerendering").GetBoolean());
        await visitor.Page.EvaluateAsync("() => void setTimeout(() => { location.href = '/next' })");
        var before = await ToldAsync(pages, "it was activated, not loaded anew", t => Is(t, "before") && t.GetProperty("activated").GetBoolean());
        foreach (var unseen in (JsonElement[])[loaded, before])
        {
            Assert.False(unseen.GetProperty("banner").GetBoolean() || unseen.GetProperty("reopener").GetBoolean());
            Assert.Equal((stored, 0), (unseen.GetProperty("stored").GetInt32(), unseen.GetProperty("rest").GetInt32()));
            Assert.Equal(("undefined", ""), (unseen.GetProperty("ran").GetString(), unseen.GetProperty("events").GetString()));
        }

        await ToldAsync(pages, "what is to be seen is seen, and what is allowed runs", t => Is(t, "after") && (hasAccepted
            ? t.GetProperty("reopener").GetBoolean() && t.GetProperty("ran").GetString() == "prerendering: false"
            : t.GetProperty("banner").GetBoolean() && t.GetProperty("ran").GetString() == "undefined"));
    }

    private static bool Is(JsonElement told, string what) => told.TryGetProperty("what", out var said) && said.GetString() == what;

    private static async Task<JsonElement> ToldAsync(OwnServer pages, string what, Func<JsonElement, bool> isSo)
    {
        await Eventually.IsSoAsync(what, () => Task.FromResult(pages.Told.Any(isSo)), seen: () => string.Join('\n', pages.Told));
        return pages.Told.First(isSo);
    }
}
