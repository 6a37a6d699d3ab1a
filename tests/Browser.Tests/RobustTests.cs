using Consent.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>Strict policies, closed storage, several tabs and hosts, pages that do the wrong thing.</summary>
public class RobustTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";
    private const string Portal = "https://portaal.koppelhuis.example/";

    [Theory]
    [InlineData("script-src 'nonce-abc'")]
    [InlineData("script-src 'nonce-abc' 'strict-dynamic'; require-trusted-types-for 'script'; trusted-types consent")]
    public async Task Under_a_strict_policy_with_a_nonce_and_trusted_types_everything_works(string scripts)
    {
        await using var visitor = await host.VisitorAsync();
        var policy = $"default-src 'none'; style-src 'none'; connect-src {visitor.Host.Gateway}; {scripts}";
        await visitor.ServePageAsync(
            Home, Site, """<script type="text/plain" nonce="abc" data-purpose="statistics">window.ran = 1</script>""", policy: policy, tag: visitor.Tag(Site, "nonce=\"abc\""));
        await UnderPolicyAsync(visitor);
    }

    [Fact]
    public async Task Under_trusted_types_that_do_not_name_our_policy_scripts_stay_held_back_and_the_choice_is_sent_all_the_same()
    {
        await using var visitor = await host.VisitorAsync();
        var policy = $"connect-src {visitor.Host.Gateway}; script-src 'nonce-abc'; require-trusted-types-for 'script'; trusted-types other";
        await visitor.ServePageAsync(
            Home, Site, """<script type="text/plain" nonce="abc" data-purpose="statistics">window.ran = 1</script>""", policy: policy, tag: visitor.Tag(Site, "nonce=\"abc\""));
        var said = visitor.ListenToConsole();
        await visitor.GoAsync(Home);
        Assert.Equal(201, (await visitor.DecideAsync("Alles accepteren")).Status);
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        await Eventually.IsSoAsync("the script was tried and refused", () => Task.FromResult(said.Any(s => s.Contains("refuses a held-back script", StringComparison.Ordinal))));
        Assert.Null(await visitor.Page.EvaluateAsync<int?>("() => window.ran ?? null"));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task Under_a_strict_policy_with_the_hash_of_the_snippet_everything_works()
    {
        await using var visitor = await host.VisitorAsync();
        var snippet = $"const s = document.createElement('script'); s.src = '{visitor.Host.Gateway}banner/{Site}.js'; document.head.append(s)";
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(snippet)));
        var policy = $"default-src 'none'; style-src 'none'; connect-src {visitor.Host.Gateway}; script-src 'sha256-{hash}' 'strict-dynamic'";
        await visitor.ServePageAsync(Home, Site, """<script type="text/plain" data-purpose="statistics" data-src="/one.js"></script>""", policy: policy, tag: $"<script>{snippet}</script>");
        await visitor.ServeAsync(Home + "one.js", "window.ran = 1");
        await UnderPolicyAsync(visitor);
    }

    [Fact]
    public async Task T1_Without_cookies_the_choice_holds_for_the_page_and_nothing_loops()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.Context.AddInitScriptAsync("Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set: () => {} })");
        await visitor.ServePageAsync(Home, Site, """<script type="text/plain" data-purpose="statistics">window.ran = (window.ran ?? 0) + 1</script>""");
        await visitor.GoAsync(Home);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        await visitor.SentAsync();
        for (var i = 0; i < 2; i++)
        {
            await visitor.ComesBackAsync();
            await visitor.RoundTripAsync();
        }

        await Expect(visitor.Banner).ToBeHiddenAsync();
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        Assert.Equal(1, await visitor.Page.EvaluateAsync<int>("() => window.ran"));
        Assert.Single(visitor.Requests("/decisions"), r => r.Method == "POST");
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task W4_When_the_rest_cannot_be_loaded_a_refusal_holds_and_as_soon_as_it_can_the_settings_open_and_the_choice_is_sent()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site);
        await visitor.Context.RouteAsync("**/rest.*", route => route.AbortAsync());
        await visitor.GoAsync(Home);
        await visitor.Button("Instellingen").ClickAsync();
        await Expect(visitor.Banner.GetByRole(AriaRole.Status)).ToContainTextAsync("konden niet worden geladen");
        await visitor.Button("Alles weigeren").ClickAsync();
        await Expect(visitor.Banner).ToBeHiddenAsync();
        Assert.NotNull(await visitor.ChoiceAsync());
        Assert.Empty(visitor.Requests("/decisions"));

        await visitor.Context.UnrouteAsync("**/rest.*");
        await visitor.Reopener.ClickAsync();
        await visitor.Button("Instellingen").ClickAsync();
        await Expect(visitor.Toggle("statistics")).Not.ToBeCheckedAsync();
        await visitor.DecideAsync("Keuze opslaan");
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task When_what_follows_from_a_choice_cannot_be_loaded_the_choice_is_sent_all_the_same_and_scripts_run_as_soon_as_it_can()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, """<script type="text/plain" data-purpose="statistics">window.ran = (window.ran ?? 0) + 1</script>""");
        await visitor.Context.RouteAsync("**/act.*", route => route.AbortAsync());
        await visitor.GoAsync(Home);
        Assert.Equal(201, (await visitor.DecideAsync("Alles accepteren")).Status);
        Assert.Null(await visitor.Page.EvaluateAsync<int?>("() => window.ran ?? null"));
        await visitor.Context.UnrouteAsync("**/act.*");
        // An attempt may still be on its way that was refused; whoever comes back again tries again.
        await Eventually.IsSoAsync("the script has run", async () =>
        {
            await visitor.Page.EvaluateAsync("() => document.dispatchEvent(new Event('visibilitychange'))");
            return await visitor.Page.EvaluateAsync<int?>("() => window.ran ?? null") == 1;
        });
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task One_choice_holds_on_all_hosts_of_the_site()
    {
        await using var visitor = await host.VisitorAsync();
        foreach (var page in (string[])[Home, Portal]) await visitor.ServePageAsync(page, Site);
        await visitor.GoAsync(Home);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.GoAsync(Portal);
        await Expect(visitor.Banner).ToBeHiddenAsync();
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles weigeren");
        await visitor.GoAsync(Home);
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        var cookie = Assert.Single(await visitor.Context.CookiesAsync());
        Assert.Equal((".koppelhuis.example", true, SameSiteAttribute.Lax), (cookie.Domain, cookie.Secure, cookie.SameSite));
    }

    [Fact]
    public async Task A_choice_in_one_tab_is_taken_over_by_the_other_when_it_is_looked_at()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, """<script type="text/plain" data-purpose="statistics">window.ran = 1</script>""");
        await visitor.GoAsync(Home);
        var other = await visitor.Context.NewPageAsync();
        await other.GotoAsync(Home);
        await other.GetByRole(AriaRole.Button, new() { Name = "Alles accepteren" }).ClickAsync();
        await other.WaitForFunctionAsync("() => window.ran");
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        await visitor.Page.EvaluateAsync("() => document.dispatchEvent(new Event('visibilitychange'))");
        await Expect(visitor.Banner).ToBeHiddenAsync();
        await visitor.Page.WaitForFunctionAsync("() => window.ran");
    }

    [Fact]
    public async Task A_page_that_comes_back_from_the_cache_knows_what_was_decided_since()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site);
        await visitor.GoAsync(Home);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.SentAsync();
        await visitor.PartsAsync("act");
        await visitor.RoundTripAsync();
        await visitor.Page.EvaluateAsync("() => { window.told = []; window.consent.on(p => window.told.push(p.statistics)) }");
        var other = await visitor.Context.NewPageAsync();
        await other.GotoAsync(Home);
        await other.GetByRole(AriaRole.Button, new() { Name = "Cookie-instellingen" }).ClickAsync();
        await other.GetByRole(AriaRole.Button, new() { Name = "Alles weigeren" }).ClickAsync();
        Assert.Equal("true", await visitor.Page.EvaluateAsync<string>("() => window.told.join()"));

        // What a browser says of a page that it took out of its cache; that it does take it is tried in PageLifecycleTests.
        await visitor.Page.EvaluateAsync("() => void dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
        await visitor.Page.WaitForFunctionAsync("() => window.told.join() === 'true,false'");
    }

    [Fact]
    public async Task The_site_itself_can_set_the_cookie_over_its_own_path_and_visits_do_not_renew_it()
    {
        await using var visitor = await host.VisitorAsync();
        using var http = new HttpClient();
        await visitor.Context.RouteAsync(Home + "consent/keep", async route =>
        {
            using var ask = new HttpRequestMessage(HttpMethod.Post, new Uri(visitor.Host.Gateway, $"/banner/{Site}/keep"))
            {
                Content = new StringContent(route.Request.PostData!, System.Text.Encoding.UTF8, "application/json"),
            };
            ask.Headers.Add("Sec-Fetch-Site", "same-origin");
            ask.Headers.Add("Origin", new Uri(Home).GetLeftPart(UriPartial.Authority));
            using var answer = await http.SendAsync(ask);
            await route.FulfillAsync(new() { Status = (int)answer.StatusCode, Headers = new Dictionary<string, string> { ["Set-Cookie"] = string.Join("\n", answer.Headers.GetValues("Set-Cookie")) } });
        });
        await visitor.ServePageAsync(Home, Site, tag: visitor.Tag(Site, "data-keep=\"/consent/keep\""));
        await visitor.GoAsync(Home);
        await visitor.PartsAsync("rest");
        await visitor.RoundTripAsync();
        Assert.Empty(visitor.Requests("/consent/keep"));
        await visitor.DecideAsync("Alles accepteren");
        await Eventually.IsSoAsync("the site was asked to keep the choice as its receipt has it", () =>
            Task.FromResult(visitor.Requests("/consent/keep") is [.., var last] && last.PostData!.Contains("\"r\":", StringComparison.Ordinal)));
        var asked = visitor.Requests("/consent/keep").Count;
        var kept = Assert.Single(await visitor.Context.CookiesAsync());
        var now = TimeProvider.System.GetUtcNow();
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds((long)kept.Expires), now.AddDays(178), now.AddDays(185));
        await visitor.ReloadAsync();
        await visitor.PartsAsync("act");
        await visitor.RoundTripAsync();
        Assert.Equal(asked, visitor.Requests("/consent/keep").Count);
        Assert.True(await visitor.PagePermitsAsync("statistics"));
    }

    [Fact]
    public async Task An_unknown_site_is_told_in_the_console_and_leaves_the_page_unharmed()
    {
        await using var visitor = await host.VisitorAsync();
        var said = visitor.ListenToConsole();
        await visitor.ServePageAsync(Home, "nowhere", "<p>Alles werkt.</p>");
        await visitor.Page.GotoAsync(Home);
        await Expect(visitor.Page.Locator("p")).ToBeVisibleAsync();
        await Eventually.IsSoAsync("the author is told", () => Task.FromResult(said.Any(s => s.StartsWith("error: consent: there is no site 'nowhere' here", StringComparison.Ordinal))),
            seen: () => string.Join('\n', said));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task The_page_s_own_interface_can_decide_and_listens_and_what_it_asks_too_early_is_answered()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(
            Home, Site, head: """<script>addEventListener('consent:ready', e => window.heard = e.detail.purposes)</script>""", tag: visitor.Tag(Site).Replace(" async", "", StringComparison.Ordinal));
        await visitor.ServeAsync(Home + "early.js", "");
        await visitor.GoAsync(Home);
        Assert.Equal("""{"recognition":false,"statistics":false,"media":false}""", await visitor.Page.EvaluateAsync<string>("async () => JSON.stringify(await window.consent.ready)"));
        await visitor.Page.RunAndWaitForResponseAsync(
            () => visitor.Page.EvaluateAsync("() => { window.told = []; window.stop = window.consent.on(p => window.told.push(p.media)); window.consent.set({ media: true, nothing: true }) }"),
            r => r.Url.EndsWith("/decisions", StringComparison.Ordinal) && r.Request.Method == "POST");
        await visitor.Page.WaitForFunctionAsync("() => window.told.join() === 'false,true'");
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        Assert.False(await visitor.PagePermitsAsync("nothing"));
        var sent = visitor.Requests("/decisions").First(r => r.Method == "POST").PostDataJSON()!.Value;
        Assert.Equal("site", sent.GetProperty("collection").GetProperty("layout").GetString());
    }

    [Theory]
    [InlineData("consent.open()", false)]
    [InlineData("consent.set({ media: true })", true)]
    public async Task What_a_page_calls_before_it_is_there_to_be_seen_does_no_harm_and_is_done_then(string call, bool decides)
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, tag: $$"""
            <script>window.early = [String(window.consent), window.consent?.permits('statistics')]</script>
            {{visitor.Tag(Site).Replace(" async", "", StringComparison.Ordinal)}}
            <script>
              early.push(consent.permits('statistics'), consent.permits('portal'), consent.permits('nothing'), consent.id(), consent.get().media, document.body);
              window.heard = [];
              consent.on(p => heard.push(p.media));
              {{call}};
            </script>
            """);
        await visitor.GoAsync(Home);
        Assert.Equal("""["undefined",null,false,true,false,null,false,null]""", await visitor.Page.EvaluateAsync<string>("() => JSON.stringify(window.early)"));
        await visitor.Page.WaitForFunctionAsync(decides ? "() => heard.join() === 'false,true'" : "() => heard.join() === 'false'");
        await Expect(visitor.Banner).ToBeVisibleAsync(new() { Visible = !decides });
        Assert.Empty(visitor.Errors);
    }

    private async Task UnderPolicyAsync(Visitor visitor)
    {
        await visitor.GoAsync(Home);
        await Expect(visitor.Button("Alles weigeren")).ToHaveCSSAsync("min-height", "44px");
        await visitor.Button("Instellingen").ClickAsync();
        await Expect(visitor.Toggle("statistics")).ToHaveCSSAsync("width", "24px");
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        Assert.Empty(visitor.Errors);
    }
}
