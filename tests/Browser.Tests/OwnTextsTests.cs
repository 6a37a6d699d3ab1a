using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>A site says something of the banner in words of its own (<c>bannerTexts</c> of its declaration).</summary>
public class OwnTextsTests(RunningHost host)
{
    private const string Site = "own-words";
    private const string Title = "Mogen wij <b>meekijken</b> &amp; tellen?";
    private const string Save = "<img src=x onerror=alert(1)>";
    private const string Frame = """<iframe title="Uitleg" data-purpose="media" data-src="https://kijkdoos.example/1"></iframe>""";

    [Fact]
    public async Task They_are_seen_in_their_language_as_text_and_a_receipt_leads_back_to_them()
    {
        var home = await PublishAsync();
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(home, Site, Frame);
        await visitor.GoAsync(home);
        await Expect(visitor.Banner.GetByRole(AriaRole.Heading)).ToHaveTextAsync(Title);
        await Expect(visitor.Banner.Locator("p").First).ToHaveTextAsync("Koppelhuis Connectors B.V. wil graag:");
        await Expect(visitor.Button("Ja, alles mag")).ToBeVisibleAsync();
        await Expect(visitor.Button("Alles weigeren")).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Group, new() { Name = "Uitleg" })).ToContainTextAsync("<i>Kijkdoos Video</i> wacht hier.");
        await visitor.Button("Instellingen").ClickAsync();
        await Expect(visitor.Banner).ToContainTextAsync("de wet wil het zo");
        await Expect(visitor.Page.Locator("h2 b, .kz img, .kz i, .kz-n i")).ToHaveCountAsync(0);

        var receipt = (await (await visitor.DecideAsync(Save)).JsonAsync())!.Value;
        var shown = await host.GetAsync(new Uri(host.Gateway, $"/v1/sites/{Site}/declaration?version={receipt.GetProperty("declaration").GetString()}"));
        Assert.Equal(Title, shown.GetProperty("bannerTexts").GetProperty(receipt.GetProperty("language").GetString()!).GetProperty("title").GetString());
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task In_the_other_language_the_banner_speaks_as_it_always_does()
    {
        var home = await PublishAsync();
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(home, Site, Frame, language: "en");
        await visitor.GoAsync(home);
        await Expect(visitor.Banner.GetByRole(AriaRole.Heading)).ToHaveTextAsync("May we use cookies?");
        await Expect(visitor.Banner.GetByRole(AriaRole.Button)).ToHaveTextAsync(["Reject all", "Accept all", "Settings"]);
        await Expect(visitor.Page.GetByRole(AriaRole.Group, new() { Name = "Uitleg" })).ToContainTextAsync("This part comes from Kijkdoos Video.");
    }

    private Task<string> PublishAsync() => host.PublishLikeAsync("koppelhuis", Site, declaration => declaration["bannerTexts"] = new JsonObject
    {
        ["nl"] = new JsonObject
        {
            ["title"] = Title,
            ["intro"] = "{controller} wil graag:",
            ["accept"] = "Ja, alles mag",
            ["save"] = Save,
            ["held"] = "<i>{vendor}</i> wacht hier.",
            ["basis"] = new JsonObject { ["legal-obligation"] = "de wet wil het zo" },
        },
    });
}
