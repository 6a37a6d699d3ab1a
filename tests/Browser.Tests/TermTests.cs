using System.Text.Json.Nodes;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>How long an answer stands, and what a changed declaration asks of whom before that.</summary>
public class TermTests(RunningHost host)
{
    [Theory]
    [InlineData("Alles weigeren")]
    [InlineData("Alles accepteren")]
    public async Task C2_A_refusal_stands_for_six_months_as_an_acceptance_does_and_nobody_is_asked_before(string button)
    {
        const string Home = "https://www.koppelhuis.example/";
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, "koppelhuis");
        await visitor.GoAsync(Home);
        await visitor.DecideAsync(button);
        await visitor.SentAsync();
        var now = TimeProvider.System.GetUtcNow();
        var cookie = Assert.Single(await visitor.Context.CookiesAsync());
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds((long)cookie.Expires), now.AddMonths(6).AddDays(-3), now.AddMonths(6).AddDays(1));

        await GoToAsync(visitor, now.AddMonths(6).AddDays(-4));
        await Expect(visitor.Banner).ToBeHiddenAsync();
        Assert.Equal(button == "Alles accepteren", await visitor.PagePermitsAsync("statistics"));
        // The browser's own clock goes on, so that the cookie is still there: its age alone ends it.
        await GoToAsync(visitor, now.AddMonths(6).AddDays(1));
        await Expect(visitor.Banner.Locator("li")).ToHaveCountAsync(3);
        Assert.False(await visitor.PagePermitsAsync("statistics"));
    }

    [Fact]
    public async Task E5_C2_A_changed_purpose_is_asked_alone_of_those_who_gave_it_and_of_those_who_refused_when_their_term_has_ended()
    {
        const string Site = "changes-meaning";
        var home = await host.PublishLikeAsync("koppelhuis", Site);
        await using var giver = await AnsweredAsync(home, Site, "Alles accepteren");
        await using var refuser = await AnsweredAsync(home, Site, "Alles weigeren");
        var now = TimeProvider.System.GetUtcNow();

        await giver.Page.EvaluateAsync("() => { document.cookie = '_demo_stats=1;Path=/;Max-Age=9999' }");
        await host.RepublishAsync(Site, declaration => Purpose(declaration, "statistics")["retention"]!["term"] = "P5Y");
        await giver.ReloadAsync();
        await refuser.ReloadAsync();
        await Expect(giver.Banner.Locator("li")).ToHaveTextAsync(["Gebruik van de dienst meten"]);
        Assert.False(await giver.PagePermitsAsync("statistics"));
        Assert.True(await giver.PagePermitsAsync("media"));
        await giver.Page.WaitForFunctionAsync("() => !document.cookie.includes('_demo_stats')");
        await Expect(refuser.Banner).ToBeHiddenAsync();
        await giver.DecideAsync("Alles weigeren");
        await giver.SentAsync();
        Assert.True(await giver.PagePermitsAsync("media"));

        await GoToAsync(refuser, now.AddMonths(5));
        await Expect(refuser.Banner).ToBeHiddenAsync();
        await GoToAsync(refuser, now.AddMonths(7));
        await Expect(refuser.Banner.Locator("li")).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task E5_A_new_purpose_is_asked_alone_of_everybody_and_a_change_that_means_the_same_of_nobody()
    {
        const string Site = "adds-purpose";
        var home = await host.PublishLikeAsync("koppelhuis", Site);
        await using var giver = await AnsweredAsync(home, Site, "Alles accepteren");
        await using var refuser = await AnsweredAsync(home, Site, "Alles weigeren");

        await host.RepublishAsync(Site, declaration =>
        {
            declaration["graceFor"] = "P2D";
            declaration["bannerTexts"] = new JsonObject { ["nl"] = new JsonObject { ["title"] = "Nog een vraag" } };
            Purpose(declaration, "statistics")["name"]!["nl"] = "Gebruik van de dienst meten.";
        });
        foreach (var visitor in (Visitor[])[giver, refuser])
        {
            await visitor.ReloadAsync();
            await Expect(visitor.Banner).ToBeHiddenAsync();
        }

        await host.RepublishAsync(Site, declaration =>
        {
            var maps = Purpose(declaration, "media").DeepClone();
            (maps["id"], maps["name"]) = ("maps", new JsonObject { ["nl"] = "Kaarten", ["en"] = "Maps" });
            declaration["purposes"]!.AsArray().Add(maps);
            var cookie = declaration["cookies"]!.AsArray().Single(c => (string)c!["purpose"]! == "media")!.DeepClone();
            (cookie["name"], cookie["purpose"]) = ("map_zoom", "maps");
            declaration["cookies"]!.AsArray().Add(cookie);
        });
        foreach (var visitor in (Visitor[])[giver, refuser])
        {
            await visitor.ReloadAsync();
            await Expect(visitor.Banner.Locator("li")).ToHaveTextAsync(["Kaarten"]);
            Assert.Equal(visitor == giver, await visitor.PagePermitsAsync("statistics"));
        }
    }

    private static JsonNode Purpose(JsonObject declaration, string id) => declaration["purposes"]!.AsArray().Single(p => (string)p!["id"]! == id)!;

    private async Task<Visitor> AnsweredAsync(string home, string site, string button)
    {
        var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(home, site);
        await visitor.GoAsync(home);
        await visitor.DecideAsync(button);
        await visitor.SentAsync();
        return visitor;
    }

    /// <summary>The same page, by a clock that stands at another moment.</summary>
    private static async Task GoToAsync(Visitor visitor, DateTimeOffset moment)
    {
        await visitor.Page.Clock.SetFixedTimeAsync(moment.UtcDateTime);
        await visitor.ReloadAsync();
    }
}
