using System.Text.Json;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>What the tags of Google, Microsoft and Matomo are told, and what the browser tells us by Global Privacy Control.</summary>
public class SignalsTests(RunningHost host)
{
    private const string Site = "raadhuis";
    private const string Home = "https://www.raadhuis.example/";
    private const string Tag = """<script type="text/plain" data-purpose="statistics" data-src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>""";

    [Fact]
    public async Task X2_Before_consent_no_tag_is_asked_for_then_default_once_and_update_with_all_types_before_the_tag_runs()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServeAsync("https://www.googletagmanager.com/gtag/js?id=G-1", "window.atTag = window.dataLayer.length; window.dataLayer.push('tag')");
        await visitor.ServePageAsync(Home, Site, Tag);
        await visitor.GoAsync(Home);
        await visitor.Page.WaitForFunctionAsync("() => window.dataLayer?.length === 1");
        Assert.Empty(visitor.Requests("googletagmanager"));
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.atTag");

        var told = await visitor.Page.EvaluateAsync<JsonElement>("() => window.dataLayer.filter(d => d[0] === 'consent').map(d => [...d])");
        Assert.Equal(["default", "update"], told.EnumerateArray().Select(t => t[1].GetString()));
        var (first, then) = (told[0][2], told[1][2]);
        foreach (var type in (string[])["ad_storage", "ad_user_data", "ad_personalization", "analytics_storage", "functionality_storage", "personalization_storage", "security_storage"])
        {
            Assert.Equal(type == "security_storage" ? "granted" : "denied", first.GetProperty(type).GetString());
            Assert.Equal(type is "security_storage" or "analytics_storage" ? "granted" : "denied", then.GetProperty(type).GetString());
        }
        Assert.Equal(2, await visitor.Page.EvaluateAsync<int>("() => window.atTag"));

        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles weigeren");
        await visitor.Page.WaitForFunctionAsync("() => { const d = [...window.dataLayer].filter(d => d[0] === 'consent'); return d.length === 3 && d[2][1] === 'update' && d[2][2].analytics_storage === 'denied' }");
    }

    [Fact]
    public async Task The_tags_of_Microsoft_and_Matomo_are_told_in_their_own_words()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, head: "<script>window.clarity = (...a) => (window.told = [...(window.told ?? []), a])</script>");
        await visitor.GoAsync(Home);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.told?.length");
        Assert.Equal("""[["consentv2",{"ad_Storage":"denied","analytics_Storage":"granted"}]]""", await visitor.Page.EvaluateAsync<string>("() => JSON.stringify(window.told)"));
        Assert.Equal("""["consent","default",{"ad_storage":"denied"},"consent","update",{"ad_storage":"denied"}]""", await visitor.Page.EvaluateAsync<string>("() => JSON.stringify(window.uetq)"));
        Assert.Equal("""[["requireConsent"],["setConsentGiven"]]""", await visitor.Page.EvaluateAsync<string>("() => JSON.stringify(window._paq)"));
    }

    [Fact]
    public async Task Advanced_mode_leaves_the_default_to_the_page_and_the_author_is_warned_of_it_and_of_url_passthrough()
    {
        await using var visitor = await host.VisitorAsync();
        var warnings = new List<string>();
        visitor.Page.Console += (_, m) => { if (m.Type == "warning") lock (warnings) warnings.Add(m.Text); };
        await visitor.ServePageAsync(Home, Site, tag: visitor.Tag(Site, "data-google=\"advanced\" data-url-passthrough"));
        await visitor.GoAsync(Home);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.dataLayer?.some(d => d[1] === 'update')");
        Assert.False(await visitor.Page.EvaluateAsync<bool>("() => window.dataLayer.some(d => d[1] === 'default')"));
        Assert.True(await visitor.Page.EvaluateAsync<bool>("() => window.dataLayer.some(d => d[0] === 'set' && d[1] === 'url_passthrough' && d[2] === true)"));
        lock (warnings)
        {
            Assert.Contains(warnings, w => w.Contains("advanced", StringComparison.Ordinal));
            Assert.Contains(warnings, w => w.Contains("passthrough", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task X1_What_Global_Privacy_Control_refuses_is_not_asked_nor_accepted_with_the_rest_and_can_be_allowed_alone()
    {
        await host.RepublishAsync("slotmaker", declaration =>
        {
            var statistics = declaration["purposes"]!.AsArray().First(p => (string)p!["id"]! == "statistics")!;
            statistics["advertising"] = true;
        });
        await using var visitor = await host.VisitorAsync();
        await visitor.Context.AddInitScriptAsync("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })");
        await visitor.OpenAsync("slotmaker");
        await Expect(visitor.Banner.Locator("li")).ToHaveCountAsync(1);
        await visitor.DecideAsync("Alles accepteren");
        Assert.True(await visitor.PagePermitsAsync("media"));
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        await visitor.Reopener.ClickAsync();
        await visitor.Button("Instellingen").ClickAsync();
        await Expect(visitor.Banner).ToContainTextAsync("Global Privacy Control");
        Assert.False(await visitor.Toggle("statistics").IsCheckedAsync());
        await visitor.Toggle("statistics").CheckAsync();
        await visitor.DecideAsync("Keuze opslaan");
        Assert.True(await visitor.PagePermitsAsync("statistics"));
    }
}
