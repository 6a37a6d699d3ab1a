using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consent.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>What INTEGRATE.md has an operator set at the site's own server, taken out of it as it stands: the path for the choice's cookie, and policies.</summary>
public class ReverseProxyTests(RunningHost host)
{
    private const string Keep = "/consent/keep";
    private const string Held = """<script type="text/plain" data-purpose="statistics" data-src="/one.js"></script>""";
    private const string Ran = "window.ran = 1";

    [Theory]
    [InlineData("nginx", "consent.example")]
    [InlineData("Caddy", "localhost")]
    public async Task The_site_sets_the_choice_s_cookie_over_HTTP_for_its_term_and_a_plain_visit_does_not_renew_it(string server, string name)
    {
        await using var site = await ProxiedSite.StartAsync(server, host.Gateway);
        await PublishAsync(site.Origin);
        await using var visitor = await host.VisitorAsync();
        site.Serve("one.js", Ran);
        var tag = visitor.Tag(IntegrationGuide.Site, $"data-keep=\"{Keep}\"");
        site.Serve("index.html", $"""<!doctype html><html lang="nl"><meta charset="utf-8"><title>Proef</title>{tag}{Held}""");
        await visitor.Context.AddCookiesAsync([new Cookie { Name = "session", Value = "own", Url = site.Origin }]);
        await visitor.GoAsync(site.Origin + "/");
        Assert.Empty(site.Seen);

        var kept = await visitor.Page.RunAndWaitForResponseAsync(
            async () =>
            {
                await visitor.DecideAsync("Alles accepteren");
                // A service that was too busy to take it is told by the next page.
                if (!await IsSentAsync(visitor)) await visitor.ReloadAsync();
            },
            r => r.Url == site.Origin + Keep && r.Request.PostData!.Contains("\"r\":", StringComparison.Ordinal), new() { Timeout = 60_000 });
        var sent = kept.Request.PostData!;
        var chosen = JsonDocument.Parse(sent).RootElement.GetProperty("p").EnumerateObject().Max(p => p.Value[1].GetInt64());
        var until = DateTimeOffset.FromUnixTimeMilliseconds(chosen).AddMonths(6);
        Assert.Equal($"consent-choice={Uri.EscapeDataString(sent)}; Path=/; Expires={until.UtcDateTime:R}; SameSite=Lax; Secure", await kept.HeaderValueAsync("set-cookie"));
        // The script's own is not Secure on a page without https. Playwright tells times to the nearest minutes.
        var cookie = await ChoiceAsync(visitor);
        Assert.Equal((true, SameSiteAttribute.Lax, Uri.EscapeDataString(sent)), (cookie.Secure, cookie.SameSite, cookie.Value));
        Assert.InRange((long)cookie.Expires, until.ToUnixTimeSeconds() - 200, until.ToUnixTimeSeconds() + 200);

        Assert.Contains("session=own", (await kept.Request.AllHeadersAsync())["cookie"], StringComparison.Ordinal);
        await Eventually.IsSoAsync("the gateway has written down what came", () => Task.FromResult(site.Seen.Length > 0));
        Assert.All(site.Seen, request => Assert.Equal($"POST /banner/{IntegrationGuide.Site}/keep host={name} cookie=- referer=-", request));

        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        var asked = visitor.Requests(Keep).Count;
        var answers = new ConcurrentQueue<IResponse>();
        visitor.Page.Response += (_, answer) => answers.Enqueue(answer);
        await visitor.ReloadAsync();
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        Assert.Equal(asked, visitor.Requests(Keep).Count);
        Assert.Contains(answers, a => a.Url == site.Origin + "/");
        foreach (var answer in answers.Where(a => a.Url.StartsWith(site.Origin, StringComparison.Ordinal))) Assert.Null(await answer.HeaderValueAsync("set-cookie"));
        var after = await ChoiceAsync(visitor);
        Assert.Equal((cookie.Value, cookie.Expires), (after.Value, after.Expires));
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        Assert.Empty(visitor.Errors);
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("Caddy")]
    public async Task It_leads_that_path_alone_for_that_method_and_not_for_pages_of_others_and_leaves_the_rest_to_the_site(string server)
    {
        await using var site = await ProxiedSite.StartAsync(server, host.Gateway);
        await PublishAsync(site.Origin);
        site.Serve("index.html", "the site's own");
        site.Serve("consent/keeper", "also the site's own");
        using var http = new HttpClient();
        var keep = new Uri(site.Origin + Keep);
        (string Path, string Content)[] own = [("/", "the site's own"), ("/consent/keeper", "also the site's own")];
        foreach (var (path, content) in own)
        {
            using var page = await http.GetAsync(new Uri(site.Origin + path));
            Assert.Equal(content, await page.Content.ReadAsStringAsync());
            Assert.False(page.Headers.Contains("Set-Cookie"));
        }
        using var read = await http.GetAsync(keep);
        Assert.False(read.IsSuccessStatusCode);
        Assert.Empty(site.Seen);

        using var foreign = new HttpRequestMessage(HttpMethod.Post, keep) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        foreign.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var refused = await http.SendAsync(foreign);
        Assert.Equal((System.Net.HttpStatusCode.Forbidden, false), (refused.StatusCode, refused.Headers.Contains("Set-Cookie")));
        await Eventually.IsSoAsync("that came to the gateway", () => Task.FromResult(site.Seen.Length == 1));
    }

    private static async Task<bool> IsSentAsync(Visitor visitor)
    {
        try
        {
            await visitor.SentAsync();
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>The page has begun to load what follows from a choice, for a cookie of its own; on a slow way the choice is made and answered before that is there.</summary>
    [Fact]
    public async Task A_choice_that_is_answered_before_what_follows_from_it_is_loaded_is_kept_by_the_site_all_the_same()
    {
        await using var visitor = await host.VisitorAsync();
        var (home, isAnswered) = (await PublishAsync(), new TaskCompletionSource());
        await visitor.Context.RouteAsync(new Regex("/act\\."), async route =>
        {
            await isAnswered.Task;
            await route.ContinueAsync();
        });
        await visitor.ServeAsync(home.TrimEnd('/') + Keep, "");
        await visitor.ServePageAsync(home, IntegrationGuide.Site, Held, tag: visitor.Tag(IntegrationGuide.Site, $"data-keep=\"{Keep}\""));
        await visitor.Context.AddCookiesAsync([new Cookie { Name = "session", Value = "own", Url = home }]);
        await visitor.GoAsync(home);
        await Eventually.IsSoAsync("what follows is asked for", () => Task.FromResult(visitor.Requests("/act.").Count == 1));

        var kept = await visitor.Page.RunAndWaitForRequestAsync(async () =>
        {
            await visitor.DecideAsync("Alles accepteren");
            await visitor.SentAsync();
            isAnswered.SetResult();
        }, r => r.Url == home.TrimEnd('/') + Keep);

        Assert.Equal(kept.PostData, (await visitor.ChoiceAsync())!.Value.GetRawText());
        Assert.Contains("\"r\":", kept.PostData, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_the_loader_and_the_hash_of_it_the_banner_works_under_a_policy_of_hashes()
    {
        await using var visitor = await host.VisitorAsync();
        var home = await PublishAsync();
        var loader = IntegrationGuide.BlockAfter("With hashes and `'strict-dynamic'` a loader in the page brings it:").At(host.Gateway);
        var between = loader["<script>".Length..^"</script>".Length];
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(between)));
        var policy = $"default-src 'none'; style-src 'none'; connect-src {host.Gateway}; script-src 'sha256-{hash}' 'strict-dynamic'";
        await visitor.ServeAsync(home + "one.js", Ran);
        await visitor.ServePageAsync(home, IntegrationGuide.Site, Held, policy: policy, tag: loader);
        await visitor.GoAsync(home);
        await Expect(visitor.Banner).ToHaveCSSAsync("position", "fixed");
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        Assert.Empty(visitor.Errors);
    }

    /// <summary>As Safari 15 to 16.3: without style sheets that scripts construct.</summary>
    [Theory]
    [InlineData("'nonce-abc'", "fixed")]
    [InlineData("'unsafe-inline'", "fixed")]
    [InlineData("'none'", "static")]
    public async Task Where_a_browser_constructs_no_style_sheets_the_banner_looks_right_with_an_entry_in_style_src_and_works_without(string styles, string position)
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.Context.AddInitScriptAsync("window.CSSStyleSheet = class { constructor() { throw new TypeError('Illegal constructor'); } }");
        var home = await PublishAsync();
        await visitor.ServeAsync(home + "one.js", Ran);
        var policy = $"default-src 'none'; style-src {styles}; connect-src {host.Gateway}; script-src 'nonce-abc' 'strict-dynamic'";
        await visitor.ServePageAsync(home, IntegrationGuide.Site, Held, policy: policy, tag: visitor.Tag(IntegrationGuide.Site, "nonce=\"abc\""));
        await visitor.GoAsync(home);
        await Expect(visitor.Banner).ToHaveCSSAsync("position", position);
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").CheckAsync();
        await visitor.DecideAsync("Keuze opslaan");
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        Assert.Empty(visitor.Errors);
    }

    private Task<string> PublishAsync(string? origin = null) => host.PublishLikeAsync("koppelhuis", IntegrationGuide.Site, declaration =>
    {
        if (origin is not null) declaration["origins"] = new JsonArray(origin);
    });

    private static async Task<BrowserContextCookiesResult> ChoiceAsync(Visitor visitor) =>
        Assert.Single(await visitor.Context.CookiesAsync(), c => c.Name == "consent-choice");
}
