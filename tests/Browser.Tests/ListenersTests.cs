using Consent.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>What a page hears of the banner, and what it may do then.</summary>
public class ListenersTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";

    [Fact]
    public async Task A_listener_that_throws_stops_neither_the_banner_nor_the_next_listener_and_its_error_is_reported_as_the_page_s_own()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, tag: visitor.Tag(Site).Replace(" async", "", StringComparison.Ordinal) + """
            <script>
              window.heard = []; window.changed = 0;
              addEventListener('consent:changed', () => window.changed++);
              consent.on(() => { throw new Error('of the page itself'); });
              consent.on(p => heard.push(p.media));
            </script>
            """);
        await visitor.GoAsync(Home);
        await Expect(visitor.Banner).ToBeVisibleAsync();
        Assert.Equal("""{"recognition":false,"statistics":false,"media":false}""", await visitor.Page.EvaluateAsync<string>("async () => JSON.stringify(await window.consent.ready)"));
        Assert.Equal("false 0", await visitor.Page.EvaluateAsync<string>("() => `${heard.join()} ${changed}`"));
        Assert.Equal(201, (await visitor.DecideAsync("Alles accepteren")).Status);
        await visitor.SentAsync();
        await visitor.Page.WaitForFunctionAsync("() => `${heard.join()} ${changed}` === 'false,true 1'");

        await Eventually.IsSoAsync("the error is reported, at the start and at the change", () => Task.FromResult(visitor.Errors.Count == 2));
        await visitor.RoundTripAsync();
        Assert.Equal(2, visitor.Errors.Count);
        Assert.All(visitor.Errors, e => Assert.Contains("of the page itself", e, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_that_loads_itself_anew_on_each_change_does_so_once_for_a_choice_and_never_on_a_plain_visit()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, head: "<script>addEventListener('consent:changed', () => location.reload())</script>");
        await visitor.GoAsync(Home);
        await visitor.Button("Alles accepteren").ClickAsync();
        await visitor.Page.WaitForFunctionAsync("() => performance.getEntriesByType('navigation')[0].type === 'reload'");
        await visitor.PartsAsync("act");
        await visitor.SentAsync();
        await visitor.RoundTripAsync();
        Assert.Equal(2, Loads(visitor));

        await visitor.GoAsync(Home);
        await visitor.PartsAsync("act");
        await visitor.RoundTripAsync();
        Assert.Equal(3, Loads(visitor));
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task A_page_is_told_when_the_banner_is_shown_and_what_is_held_back()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, """<iframe title="Uitleg" data-purpose="media" data-src="https://kijkdoos.example/1"></iframe>""", """
            <script>
              window.told = [];
              for (const what of ['shown', 'held']) addEventListener('consent:' + what, e => told.push([what, e.detail.purpose ?? '', e.detail.element?.title ?? ''].join(' ').trim()));
            </script>
            """);
        await visitor.GoAsync(Home);
        await visitor.Page.WaitForFunctionAsync("() => told.join() === 'shown,held media Uitleg'");
        await visitor.DecideAsync("Alles weigeren");
        await visitor.Reopener.ClickAsync();
        await visitor.Page.WaitForFunctionAsync("() => told.join() === 'shown,held media Uitleg,shown'");
        Assert.Empty(visitor.Errors);
    }

    private static int Loads(Visitor visitor) => visitor.Requests(Home).Count(r => r.IsNavigationRequest && r.Url == Home);
}
