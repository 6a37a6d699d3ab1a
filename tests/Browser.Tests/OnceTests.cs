using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>The note in the place of a frame: what it says, what its two buttons do, and for how long.</summary>
public class OnceTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";
    private const string Frame = """<iframe title="Uitleg" data-purpose="media" data-vendor="kijkdoos" data-src="https://kijkdoos.example/1"></iframe>""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AP8_What_was_loaded_this_time_is_gone_after_everything_was_refused(bool isAcceptedBetween)
    {
        await using var visitor = await OpenAsync(Home, Site, Frame);
        await visitor.Note("Uitleg").GetByRole(AriaRole.Button, new() { Name = "Deze keer laden" }).ClickAsync();
        await Expect(visitor.Page.Locator("iframe[src]")).ToBeVisibleAsync();
        await Eventually.IsSoAsync("the frame is loaded", () => Task.FromResult(visitor.Requests("kijkdoos.example/1").Count == 1));
        if (isAcceptedBetween)
        {
            await visitor.DecideAsync("Alles accepteren");
            await visitor.SentAsync();
            await visitor.RoundTripAsync();
            // What is there already is not loaded again.
            await Expect(visitor.Page.Locator("iframe[src]")).ToBeVisibleAsync();
            Assert.Single(visitor.Requests("kijkdoos.example/1"));
            await visitor.Reopener.ClickAsync();
        }

        await visitor.DecideAsync("Alles weigeren");
        await Expect(visitor.Page.Locator("iframe[src]")).ToHaveCountAsync(0);
        await Expect(visitor.Note("Uitleg")).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task A_permitted_frame_that_its_own_player_led_elsewhere_stays_there_when_the_tab_comes_back()
    {
        await using var visitor = await OpenAsync(Home, Site, Frame);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.SentAsync();
        await Expect(visitor.Page.Locator("iframe[src]")).ToBeVisibleAsync();
        await visitor.Page.EvaluateAsync("() => { document.querySelector('iframe').src = 'https://kijkdoos.example/2' }");
        await visitor.ComesBackAsync();
        await visitor.RoundTripAsync();
        Assert.Equal("https://kijkdoos.example/2", await visitor.Page.Locator("iframe").GetAttributeAsync("src"));
        Assert.Single(visitor.Requests("kijkdoos.example/1"));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task E5_After_always_at_a_frame_the_next_page_asks_about_the_rest_as_one_who_was_never_asked_and_not_as_if_something_had_changed()
    {
        await using var visitor = await OpenAsync(Home, Site, Frame);
        await visitor.AnsweredAsync(() => Always(visitor).ClickAsync());
        await visitor.SentAsync();
        await visitor.ReloadAsync();
        await Expect(visitor.Banner.Locator("li")).ToHaveTextAsync(["U herkennen en uw invoer onthouden", "Gebruik van de dienst meten"]);
        await Expect(visitor.Banner).ToContainTextAsync("Daarnaast vraagt Koppelhuis Connectors B.V. uw toestemming voor:");
        await Expect(visitor.Banner).Not.ToContainTextAsync("Er is iets veranderd");
        Assert.True(await visitor.PagePermitsAsync("media"));
    }

    [Theory]
    [InlineData("nl", "U kunt uw keuze altijd wijzigen of intrekken met de knop ‘Cookie-instellingen’ onder aan elke pagina.")]
    [InlineData("en", "You can change or withdraw your choice at any time with the ‘Cookie settings’ button at the bottom of every page.")]
    public async Task AP8_W4_The_note_names_the_controller_says_how_to_withdraw_and_in_which_language_it_speaks(string language, string withdraw)
    {
        await using var visitor = await OpenAsync(Home, Site, Frame, language);
        await Expect(visitor.Note("Uitleg")).ToContainTextAsync($"Koppelhuis Connectors B.V.: {withdraw}");
        await Expect(visitor.Note("Uitleg")).ToHaveAttributeAsync("lang", language);
        await Expect(visitor.Note("Uitleg")).ToHaveAttributeAsync("dir", "ltr");
    }

    [Fact]
    public async Task C4_Always_names_every_recipient_of_the_purpose()
    {
        const string Own = "several-vendors";
        var home = await host.PublishLikeAsync("koppelhuis", Own, declaration =>
            declaration["purposes"]!.AsArray().Single(p => (string)p!["id"]! == "media")!["vendors"] = new JsonArray("kijkdoos", "google-analytics"));
        await using var visitor = await OpenAsync(home, Own, Frame);
        await Expect(Always(visitor)).ToHaveTextAsync("Altijd toestaan: Video's (ontvangers: Kijkdoos Video, Google Analytics)");
        await Expect(visitor.Note("Uitleg")).ToContainTextAsync("Dit onderdeel komt van Kijkdoos Video.");
    }

    /// <summary>Of a purpose without recipients, the address says who is behind it.</summary>
    [Fact]
    public async Task What_is_no_address_at_one_frame_keeps_no_other_from_its_note_nor_from_being_loaded()
    {
        await using var visitor = await OpenAsync(Home, Site, """
            <iframe title="Kapot" data-purpose="recognition" data-src="//"></iframe>
            <iframe title="Heel" data-purpose="recognition" data-src="https://kijkdoos.example/1"></iframe>
            """);
        await Expect(visitor.Note("Kapot")).ToContainTextAsync("Dit onderdeel wordt pas geladen als u ‘U herkennen en uw invoer onthouden’ toestaat.");
        await Expect(visitor.Note("Heel")).ToContainTextAsync("Dit onderdeel komt van kijkdoos.example.");
        await visitor.DecideAsync("Alles accepteren");
        await Eventually.IsSoAsync("the other is loaded", () => Task.FromResult(visitor.Requests("kijkdoos.example/1").Count == 1));
        await Expect(visitor.Page.Locator(".kz-n")).ToHaveCountAsync(0);
        Assert.Empty(visitor.Errors);
    }

    private static ILocator Always(Visitor visitor) => visitor.Note("Uitleg").GetByRole(AriaRole.Button).Nth(1);

    private async Task<Visitor> OpenAsync(string home, string site, string body, string language = "nl")
    {
        var visitor = await host.VisitorAsync();
        await visitor.ServeAsync("https://kijkdoos.example/**", "<!doctype html><p>video", "text/html");
        await visitor.ServePageAsync(home, site, body, language: language);
        await visitor.GoAsync(home);
        await visitor.PartsAsync("embeds");
        return visitor;
    }
}
