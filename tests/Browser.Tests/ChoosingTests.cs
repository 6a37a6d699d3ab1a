using System.Text.RegularExpressions;
using Consent.Tests.Support;

namespace Consent.Browser.Tests;

/// <summary>Before a choice, after refusing, after accepting, after withdrawing: what the browser keeps, runs and sends.</summary>
public class ChoosingTests(RunningHost host)
{
    private const string Site = "raadhuis";

    [Fact]
    public async Task AP10_T1_C3_Before_a_choice_there_is_no_cookie_no_id_and_no_optional_request()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.PartsAsync("rest", "act", "embeds");
        await visitor.RoundTripAsync();

        Assert.Empty(await visitor.Context.CookiesAsync());
        Assert.Equal("{}{}", await visitor.KeptAsync());
        Assert.Null(await visitor.Page.EvaluateAsync<string?>("() => window.consent.id() ?? null"));
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        foreach (var optional in (string[])["/decisions", "/collect/", "/assets/analytics.js", "/assets/video.html"])
            Assert.Empty(visitor.Requests(optional));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task C2_Refusing_everything_is_recorded_runs_nothing_and_keeps_no_id()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.DecideAsync("Alles weigeren");
        await Eventually.IsSoAsync("nothing waits to be sent", async () => !(await visitor.KeptAsync()).Contains("consent-pending", StringComparison.Ordinal));
        await visitor.ReloadAsync();
        await visitor.PartsAsync("act", "embeds");
        await visitor.RoundTripAsync();

        Assert.False(await visitor.Banner.IsVisibleAsync());
        Assert.True(await visitor.Reopener.IsVisibleAsync());
        Assert.Equal(["consent-choice"], (await visitor.Context.CookiesAsync()).Select(c => c.Name));
        Assert.Null(await visitor.IdAsync());
        var sent = visitor.Requests("/decisions").First(r => r.Method == "POST").PostDataJSON()!.Value;
        var subject = sent.GetProperty("subjectId").GetString()!;
        Assert.Matches(new Regex("^[0-9a-f]{32}$"), subject);
        Assert.DoesNotContain(subject, await visitor.KeptAsync(), StringComparison.Ordinal);
        Assert.Equal("refused", await host.StatusAsync(Site, "statistics", subject));
        foreach (var optional in (string[])["/collect/", "/assets/analytics.js", "/assets/video.html"])
            Assert.Empty(visitor.Requests(optional));
    }

    [Fact]
    public async Task C2_Accepting_runs_the_script_once_and_a_reload_asks_nothing()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.DecideAsync("Alles accepteren");
        await Eventually.IsSoAsync("the script has counted the page", () => Task.FromResult(visitor.Hits == 1));

        await Eventually.IsSoAsync("the video is asked for", () => Task.FromResult(visitor.Requests("/assets/video.html").Count > 0));
        await visitor.SentAsync();

        Assert.Single(visitor.Requests("/assets/analytics.js"));
        Assert.Single(visitor.Requests("/assets/video.html"));
        Assert.Equal("1", await visitor.Page.EvaluateAsync<string>("() => document.documentElement.dataset.analyticsRuns"));
        Assert.Equal("1", await visitor.CookieAsync("_demo_stats"));
        var id = (await visitor.IdAsync())!;
        Assert.Matches(new Regex("^[0-9a-f]{32}$"), id);
        Assert.Equal("given", await host.StatusAsync(Site, "statistics", id));
        var cookie = (await visitor.Context.CookiesAsync()).Single(c => c.Name == "consent-choice");
        Assert.Equal("/", cookie.Path);
        Assert.Equal(Microsoft.Playwright.SameSiteAttribute.Lax, cookie.SameSite);

        await visitor.ReloadAsync();
        Assert.False(await visitor.Banner.IsVisibleAsync());
        Assert.Equal(id, await visitor.IdAsync());
        Assert.Single(visitor.Requests("/decisions"), r => r.Method == "POST");
        var after = (await visitor.Context.CookiesAsync()).Single(c => c.Name == "consent-choice");
        Assert.Equal(cookie.Expires, after.Expires);
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task What_reaches_the_statistics_holds_no_id_and_no_full_address()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync("kabelaar");
        await visitor.DecideAsync("Alles accepteren");
        var id = (await visitor.IdAsync())!;
        await Eventually.IsSoAsync("a hit was passed on", async () =>
        {
            await visitor.Page.Locator("[data-hit]").ClickAsync();
            return (await host.GetAsync(new Uri(host.Demo, "/sink?site=kabelaar"))).GetArrayLength() > 0;
        });
        var passedOn = (await host.GetAsync(new Uri(host.Demo, "/sink?site=kabelaar"))).GetRawText();
        Assert.DoesNotContain(id, passedOn, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", passedOn, StringComparison.Ordinal);
        Assert.DoesNotContain("::1", passedOn, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AP8_Withdrawing_stops_the_script_deletes_its_cookie_and_both_subscribers_deny()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.DecideAsync("Alles accepteren");
        var id = (await visitor.IdAsync())!;
        await Eventually.IsSoAsync("the script has counted the page", () => Task.FromResult(visitor.Hits == 1));
        foreach (var subscriber in (string[])["newsletter", "analytics"])
            await Eventually.IsSoAsync($"{subscriber} permits", () => host.PermitsAsync(subscriber, Site, "statistics", id));
        await visitor.Context.AddCookiesAsync([new() { Name = "basket", Value = "7", Url = host.Demo.ToString() }]);

        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles weigeren");

        await Eventually.IsSoAsync("its cookie is deleted", async () => await visitor.CookieAsync("_demo_stats") is null);
        Assert.Equal("7", await visitor.CookieAsync("basket"));
        await visitor.Page.Locator("[data-hit]").ClickAsync();
        Assert.Null(await visitor.Page.Locator("iframe").GetAttributeAsync("src"));
        await visitor.ReloadAsync();
        await visitor.Page.Locator("[data-hit]").ClickAsync();
        Assert.Equal(1, visitor.Hits);
        Assert.Null(await visitor.CookieAsync("_demo_stats"));
        Assert.DoesNotContain(id, await visitor.KeptAsync(), StringComparison.Ordinal);
        Assert.Equal("withdrawn", await host.StatusAsync(Site, "statistics", id));
        foreach (var subscriber in (string[])["newsletter", "analytics"])
            await Eventually.IsSoAsync($"{subscriber} denies", async () => !await host.PermitsAsync(subscriber, Site, "statistics", id));
    }

    [Fact]
    public async Task AP2_TB_E3_TK_Each_purpose_can_be_allowed_alone()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.Button("Instellingen").ClickAsync();
        foreach (var toggle in await visitor.Banner.GetByRole(Microsoft.Playwright.AriaRole.Checkbox).AllAsync()) Assert.False(await toggle.IsCheckedAsync());
        await visitor.Toggle("media").CheckAsync();
        await visitor.DecideAsync("Keuze opslaan");

        Assert.True(await visitor.PagePermitsAsync("media"));
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        await Eventually.IsSoAsync("the video is loaded", () => Task.FromResult(visitor.Requests("/assets/video.html").Count == 1));
        Assert.Empty(visitor.Requests("/assets/analytics.js"));

        await visitor.Reopener.ClickAsync();
        await visitor.Button("Instellingen").ClickAsync();
        Assert.True(await visitor.Toggle("media").IsCheckedAsync());
        Assert.False(await visitor.Toggle("statistics").IsCheckedAsync());
    }

    [Fact]
    public async Task No_request_goes_to_anyone_but_the_site_and_the_gateway()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.ReloadAsync();
        Assert.All(visitor.Requests(""), r => Assert.Contains(new Uri(r.Url).Authority, (string[])[host.Gateway.Authority, host.Demo.Authority]));
    }
}
