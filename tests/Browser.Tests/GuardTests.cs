using System.Text.Json;
using Consent.Tests.Support;
using Microsoft.Playwright;
using static Consent.Browser.Tests.GuardedSite;

namespace Consent.Browser.Tests;

/// <summary>What scripts of a page ask of third parties is held without consent, and only that.</summary>
public class GuardTests(GuardedSite guarded) : IClassFixture<GuardedSite>
{
    private const string Player = "player.kijkdoos.example";

    [Fact]
    public async Task A_vendor_is_asked_in_no_way_before_consent_and_in_every_way_after_it_also_on_the_next_page()
    {
        await using var visitor = await guarded.VisitorAsync();
        var sockets = 0;
        await visitor.Context.RouteWebSocketAsync($"wss://{Player}/**", _ => Interlocked.Increment(ref sockets));
        await visitor.GoAsync(Home);
        Assert.Equal(HeldInEveryWay, await AskAsync(visitor, Player));
        Assert.Empty(visitor.Requests("kijkdoos.example"));
        Assert.Equal(0, sockets);
        var told = await ToldAsync(visitor);
        Assert.Equal(
            ["fetch", "fetch", "fetch", "xhr", "beacon", "websocket", "eventsource", "script", "script", "iframe", "iframe", "img", "img", "img", "link", "link"],
            told.Select(t => t.GetProperty("kind").GetString()));
        Assert.All(told, t => Assert.Equal("kijkdoos media", $"{t.GetProperty("vendor")} {string.Join(' ', t.GetProperty("purposes").EnumerateArray())}"));

        await visitor.DecideAsync("Alles accepteren");
        Assert.All(await AskAsync(visitor, Player), end => Assert.EndsWith(": asked", end, StringComparison.Ordinal));
        await visitor.ReloadAsync();
        Assert.All(await AskAsync(visitor, Player), end => Assert.EndsWith(": asked", end, StringComparison.Ordinal));
        Assert.Equal(2, sockets);
        Assert.Equal(2, visitor.Requests($"{Player}/iframe-src").Count);
        Assert.Empty(await ToldAsync(visitor));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task A_choice_of_before_holds_from_the_first_script_on_for_each_vendor_by_its_own_purpose_without_the_banner()
    {
        await using var visitor = await guarded.VisitorAsync();
        await visitor.GoAsync(Home);
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("media").CheckAsync();
        await visitor.DecideAsync("Keuze opslaan");

        await visitor.ServePageAsync(
            Home + "next", Site, head: """
                <script>
                  const ask = host => fetch(`https://${host}/early`).then(() => 'asked', e => e.name);
                  window.early = Promise.all(['kijkdoos.example', 'a.b.kijkdoos.example', 'www.meter.example', 'meter.example'].map(ask));
                </script>
                """, tag: guarded.Tag());
        await visitor.Context.RouteAsync("https://a.b.kijkdoos.example/**", route => route.FulfillAsync(new() { Headers = new Dictionary<string, string> { ["Access-Control-Allow-Origin"] = "*" } }));
        await visitor.Page.GotoAsync(Home + "next");
        Assert.Equal(["asked", "asked", "TypeError", "TypeError"], await visitor.Page.EvaluateAsync<string[]>("() => window.early"));
        Assert.Empty(visitor.Requests("meter.example"));
    }

    [Fact]
    public async Task A_host_that_the_declaration_does_not_name_is_held_whatever_was_chosen_and_the_console_tells_of_each_host_once()
    {
        await using var visitor = await guarded.VisitorAsync();
        var warnings = Warnings(visitor);
        await visitor.GoAsync(Home);
        await visitor.DecideAsync("Alles accepteren");
        Assert.Equal(HeldInEveryWay, await AskAsync(visitor, "www.stranger.example"));
        await visitor.Page.EvaluateAsync("() => fetch('https://stranger.example/a/path?person=1').catch(() => {})");
        Assert.Empty(visitor.Requests("stranger.example"));
        var told = await ToldAsync(visitor);
        Assert.Equal(HeldInEveryWay.Length + 1, told.Length);
        Assert.All(told, t => Assert.Equal((0, false), (t.GetProperty("purposes").GetArrayLength(), t.TryGetProperty("vendor", out _))));
        // Playwright puts a mark of its own into what it carries over.
        Assert.Equal(["host", "kind", "purposes"], told[^1].EnumerateObject().Select(member => member.Name).Where(name => name != "$id").Order());
        Assert.Equal("stranger.example", told[^1].GetProperty("host").GetString());
        lock (warnings)
        {
            Assert.Equal(2, warnings.Count(w => w.Contains("stranger.example", StringComparison.Ordinal)));
            Assert.All(warnings, w => Assert.Contains("the declaration names no such host", w, StringComparison.Ordinal));
            Assert.DoesNotContain(warnings, w => w.Contains("person", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_site_itself_its_origins_the_gateway_data_and_a_vendor_that_needs_no_consent_are_asked_at_once()
    {
        await using var visitor = await guarded.VisitorAsync();
        await visitor.ServeAsync(Home + "own.txt", "own", "text/plain");
        await visitor.GoAsync(Home);
        var ends = await visitor.Page.EvaluateAsync<string[]>(
            """
            gateway => Promise.all(['/own.txt', 'own.txt', 'https://own.guarded.example/x', gateway, 'data:,x', URL.createObjectURL(new Blob(['x'])), 'https://bank.example/pay']
              .map(url => fetch(url).then(() => 'asked', e => `${url}: ${e}`)))
            """, new Uri(visitor.Host.Gateway, $"/banner/{Site}.js").ToString());
        Assert.All(ends, end => Assert.Equal("asked", end));
        Assert.Empty(await ToldAsync(visitor));
    }

    [Fact]
    public async Task A_relative_address_is_judged_by_the_base_of_the_page()
    {
        await using var visitor = await guarded.VisitorAsync(head: """<base href="https://stranger.example/">""");
        await visitor.GoAsync(Home);
        Assert.Equal(["TypeError", "false", ""], await visitor.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const image = new Image();
              image.setAttribute('src', 'x.png');
              return [await fetch('x').catch(e => e.name), String(navigator.sendBeacon('//stranger.example/x')), image.getAttribute('src') ?? ''];
            }
            """));
        Assert.Empty(visitor.Requests("stranger.example"));
    }

    [Fact]
    public async Task What_the_banner_releases_loads_also_for_once_and_also_from_hosts_that_nobody_declared()
    {
        await using var visitor = await guarded.VisitorAsync(body: $"""
            <iframe title="Film" data-purpose="media" data-src="https://{Player}/iframe-1"></iframe>
            <iframe title="Kaart" data-purpose="media" data-src="https://stranger.example/iframe-2"></iframe>
            <script type="text/plain" data-purpose="statistics" data-src="https://stranger.example/script"></script>
            """);
        await visitor.GoAsync(Home);
        await visitor.Page.GetByRole(AriaRole.Group, new() { Name = "Film" }).GetByRole(AriaRole.Button, new() { Name = "Deze keer laden" }).ClickAsync();
        await Eventually.IsSoAsync("the film is loaded", () => Task.FromResult(visitor.Requests($"{Player}/iframe-1").Count == 1));
        Assert.Empty(visitor.Requests("stranger.example"));
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        await Eventually.IsSoAsync("the map is loaded", () => Task.FromResult(visitor.Requests("stranger.example/iframe-2").Count == 1));
    }

    [Fact]
    public async Task A_link_that_loads_nothing_is_left_alone_and_a_held_element_tells_what_it_was_given()
    {
        await using var visitor = await guarded.VisitorAsync();
        await visitor.GoAsync(Home);
        var seen = await visitor.Page.EvaluateAsync<string[]>(
            $$"""
            () => {
              const link = document.createElement('link'), image = new Image(), icon = document.createElement('link');
              link.rel = 'canonical';
              link.href = 'https://stranger.example/page';
              icon.rel = 'icon';
              icon.href = 'https://stranger.example/icon';
              image.src = 'https://{{Player}}/a b.png';
              const first = image.src;
              image.src = '/own.png';
              return [link.getAttribute('href'), icon.getAttribute('href') ?? '', first, image.src];
            }
            """);
        Assert.Equal(["https://stranger.example/page", "", $"https://{Player}/a%20b.png", Home + "own.png"], seen);
    }

    [Fact]
    public async Task A_synchronous_request_fails_as_the_browser_fails_it_and_the_object_can_be_used_again()
    {
        await using var visitor = await guarded.VisitorAsync();
        await visitor.ServeAsync(Home + "own.txt", "own", "text/plain");
        await visitor.GoAsync(Home);
        Assert.Equal(["NetworkError", "4", "1", "4 200 own"], await visitor.Page.EvaluateAsync<string[]>(
            $$"""
            async () => {
              const request = new XMLHttpRequest(), ends = [];
              request.open('GET', 'https://{{Player}}/x', false);
              try { request.send(); } catch (e) { ends.push(e.name); }
              request.open('GET', 'https://{{Player}}/x');
              await new Promise(done => { request.onerror = done; request.send(); });
              ends.push(String(request.readyState));
              request.open('GET', '/own.txt');
              ends.push(String(request.readyState));
              await new Promise(done => { request.onload = done; request.send(); });
              return [...ends, `${request.readyState} ${request.status} ${request.responseText}`];
            }
            """));
    }

    [Fact]
    public async Task A_second_tag_does_nothing()
    {
        await using var visitor = await guarded.VisitorAsync(guard: guarded.Tag() + guarded.Tag("data-replay"));
        await visitor.GoAsync(Home);
        await visitor.Page.EvaluateAsync("() => fetch('https://kijkdoos.example/x').catch(() => {})");
        Assert.Single(await ToldAsync(visitor));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task As_a_module_it_holds_nothing_and_says_so()
    {
        await using var visitor = await guarded.VisitorAsync(attributes: "type=\"module\"");
        await visitor.Context.RouteWebSocketAsync("wss://www.stranger.example/**", _ => { });
        var warnings = Warnings(visitor);
        await visitor.GoAsync(Home);
        Assert.All(await AskAsync(visitor, "www.stranger.example"), end => Assert.EndsWith(": asked", end, StringComparison.Ordinal));
        lock (warnings) Assert.Contains(warnings, w => w.Contains("no module", StringComparison.Ordinal));
    }

    private static Task<string[]> AskAsync(Visitor visitor, string host) => visitor.Page.EvaluateAsync<string[]>("host => window.askInEveryWay(host)", host);

    /// <summary>What the page was told since this was asked last.</summary>
    private static async Task<JsonElement[]> ToldAsync(Visitor visitor) =>
        [.. (await visitor.Page.EvaluateAsync<JsonElement>("() => JSON.parse(JSON.stringify(window.told.splice(0)))")).EnumerateArray()];

    /// <summary>Those of the guard, as they come.</summary>
    private static List<string> Warnings(Visitor visitor)
    {
        var warnings = new List<string>();
        visitor.Page.Console += (_, message) =>
        {
            if (message.Type != "warning" || !message.Text.StartsWith("consent: ", StringComparison.Ordinal)) return;
            lock (warnings) warnings.Add(message.Text);
        };
        return warnings;
    }
}
