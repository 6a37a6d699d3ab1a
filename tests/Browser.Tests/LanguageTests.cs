using System.Text.Json.Nodes;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>In which language the banner speaks, and in which direction it is read.</summary>
public class LanguageTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";

    [Theory]
    [InlineData("", "en-GB", "en")]
    [InlineData("", "nl-NL", "nl")]
    [InlineData("fr", "en-GB", "en")]
    [InlineData("fr", "de-DE", "nl")]
    public async Task W4_The_browser_chooses_where_the_page_does_not_and_the_declaration_where_neither_does(string page, string browser, string expected)
    {
        await using var visitor = await host.VisitorAsync(language: browser);
        await visitor.ServePageAsync(Home, Site, language: page);
        await visitor.GoAsync(Home);
        await Expect(visitor.Banner).ToHaveAttributeAsync("lang", expected);
        await Expect(visitor.Button(expected == "nl" ? "Alles weigeren" : "Reject all")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task W4_On_a_page_that_changes_its_language_the_banner_keeps_to_one_which_the_receipt_names()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, head: "<script>addEventListener('consent:ready', () => { document.documentElement.lang = 'en' })</script>");
        await visitor.GoAsync(Home);
        await visitor.Page.WaitForFunctionAsync("() => document.documentElement.lang === 'en'");
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").WaitForAsync();
        await Expect(visitor.Banner).ToHaveAttributeAsync("lang", "nl");
        await Expect(visitor.Banner.Locator("h2")).ToHaveTextAsync("Cookie-instellingen");
        await Expect(visitor.Banner.Locator(".kz-a button")).ToHaveTextAsync(["Alles weigeren", "Alles accepteren", "Keuze opslaan"]);
        foreach (var said in (string[])["Met Google Analytics zien wij", "altijd aan, zonder toestemming", "Wie hierbij gegevens ontvangt", "(Verenigde Staten)"])
            await Expect(visitor.Banner).ToContainTextAsync(said);
        var receipt = (await (await visitor.DecideAsync("Keuze opslaan")).JsonAsync())!.Value;
        Assert.Equal("nl", receipt.GetProperty("language").GetString());
        await Expect(visitor.Reopener).ToHaveTextAsync("Cookie-instellingen");
        Assert.Empty(visitor.Requests($"/banner/{Site}/en/"));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task A_site_that_is_read_from_right_to_left_is_so_in_the_banner_the_settings_and_the_button_that_reopens_it()
    {
        const string Own = "right-to-left";
        const string Refuse = "رفض الكل";
        var home = await host.PublishLikeAsync("koppelhuis", Own, declaration =>
        {
            Translate(declaration);
            declaration["languages"] = new JsonArray("nl", "ar");
            declaration["bannerTexts"] = new JsonObject { ["ar"] = new JsonObject { ["refuse"] = Refuse } };
        });
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(home, Own, language: "ar");
        await visitor.GoAsync(home);
        await AssertRightToLeftAsync(visitor);
        // What the site does not say itself, the banner says in English.
        await visitor.Button("Settings").ClickAsync();
        await visitor.Toggle("statistics").WaitForAsync();
        await AssertRightToLeftAsync(visitor);
        Assert.Equal(201, (await visitor.DecideAsync(Refuse)).Status);
        await Expect(visitor.Reopener).ToHaveAttributeAsync("dir", "rtl");
        await Expect(visitor.Reopener).ToHaveAttributeAsync("lang", "ar");
        Assert.Empty(visitor.Errors);
    }

    private static async Task AssertRightToLeftAsync(Visitor visitor)
    {
        await Expect(visitor.Banner).ToHaveAttributeAsync("dir", "rtl");
        await Expect(visitor.Banner).ToHaveAttributeAsync("lang", "ar");
        await Expect(visitor.Banner.Locator("h2")).ToHaveCSSAsync("direction", "rtl");
    }

    /// <summary>Every text stands in Arabic where it stood in English: what it says does not matter here.</summary>
    private static void Translate(JsonNode? node)
    {
        if (node is JsonArray items)
            foreach (var item in items) Translate(item);
        if (node is not JsonObject members) return;
        foreach (var (_, member) in members.ToList()) Translate(member);
        if (!members.ContainsKey("nl") || members["en"]?.DeepClone() is not { } text) return;
        members.Remove("en");
        members["ar"] = text;
    }
}
