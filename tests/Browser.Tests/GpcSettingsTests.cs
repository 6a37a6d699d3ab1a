using System.Text.Json.Nodes;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>Global Privacy Control refuses advertising: it is not asked, and who wants it all the same ticks its own box.</summary>
public class GpcSettingsTests(RunningHost host)
{
    private static readonly string[] All = ["recognition", "statistics", "media"];

    [Fact]
    public async Task X1_The_settings_from_the_first_layer_show_the_box_of_advertising_unticked_and_ticking_it_permits_it()
    {
        await using var visitor = await OpenAsync("gpc-among-others", Advertises);
        await Expect(visitor.Banner.Locator("li")).ToHaveCountAsync(2);
        await visitor.Button("Instellingen").ClickAsync();
        await Expect(visitor.Banner).ToContainTextAsync("Global Privacy Control");
        Assert.Equal(All, await visitor.Banner.Locator("input").EvaluateAllAsync<string[]>("boxes => boxes.map(b => b.name)"));
        await Expect(visitor.Banner.Locator("input:checked")).ToHaveCountAsync(0);
        await visitor.Toggle("statistics").CheckAsync();
        Assert.Equal(201, (await visitor.DecideAsync("Keuze opslaan")).Status);
        await visitor.SentAsync();
        await AssertStatisticsAloneAsync(visitor);
        await visitor.ReloadAsync();
        await Expect(visitor.Banner).ToBeHiddenAsync();
        await AssertStatisticsAloneAsync(visitor);
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task X1_Where_advertising_is_all_there_is_nothing_is_asked_and_accepting_all_grants_stores_and_sends_nothing()
    {
        await using var visitor = await OpenAsync("gpc-alone", declaration =>
        {
            Advertises(declaration);
            Purpose(declaration, "media").AsObject().Remove("vendors");
            var cookies = declaration["cookies"]!.AsArray();
            foreach (var cookie in cookies.Where(c => (string)c!["purpose"]! is "recognition" or "media").ToList()) cookies.Remove(cookie);
        });
        await Expect(visitor.Banner).ToBeHiddenAsync();
        await visitor.Reopener.ClickAsync();
        await Expect(visitor.Banner.Locator("li")).ToHaveTextAsync(["Gebruik van de dienst meten (niet toegestaan)"]);
        await visitor.Button("Alles accepteren").ClickAsync();
        await Expect(visitor.Banner).ToBeHiddenAsync();
        await visitor.RoundTripAsync();
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        Assert.Equal("{}{}", await visitor.KeptAsync());

        await visitor.Reopener.ClickAsync();
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").CheckAsync();
        Assert.Equal(201, (await visitor.DecideAsync("Keuze opslaan")).Status);
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        Assert.Single(visitor.Requests("/decisions"), r => r.Method == "POST");
        Assert.Empty(visitor.Errors);
    }

    private static void Advertises(JsonObject declaration) => Purpose(declaration, "statistics")["advertising"] = true;

    private static JsonNode Purpose(JsonObject declaration, string id) => declaration["purposes"]!.AsArray().Single(p => (string)p!["id"]! == id)!;

    private static async Task AssertStatisticsAloneAsync(Visitor visitor)
    {
        foreach (var purpose in All) Assert.Equal(purpose == "statistics", await visitor.PagePermitsAsync(purpose));
    }

    private async Task<Visitor> OpenAsync(string site, Action<JsonObject> change)
    {
        var home = await host.PublishLikeAsync("koppelhuis", site, change);
        var visitor = await host.VisitorAsync();
        await visitor.Context.AddInitScriptAsync("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })");
        await visitor.ServePageAsync(home, site);
        await visitor.GoAsync(home);
        return visitor;
    }
}
