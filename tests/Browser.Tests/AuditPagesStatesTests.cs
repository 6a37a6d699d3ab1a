using Consent.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>The auditors' pages that no address alone opens, and those on one thing of many: on a small screen and on a large one, by day and by night.</summary>
public class AuditPagesStatesTests(RunningHost host)
{
    private const string Site = "slotmaker";

    [Theory]
    [InlineData("nl", 320)]
    [InlineData("nl", 1440)]
    [InlineData("en", 320)]
    [InlineData("en", 1440)]
    public async Task Axe_finds_nothing_on_answers_and_refusals_of_forms_and_all_fits(string language, int width)
    {
        var (subject, _) = await host.DecidedAsync(Site);
        await using var visitor = await host.VisitorAsync(width, 900);
        var page = visitor.Page;
        await OpenAsync(visitor, $"/audit/signed-out?lang={language}");
        await visitor.LookAsync("/signed-out");
        await visitor.SignInAsync();
        await visitor.LookAsync("");

        await AskAsync("statistics");
        await Expect(page.Locator(".state")).ToHaveCountAsync(1);
        await visitor.LookAsync("/in-force");
        await OpenAsync(visitor, "/audit");
        await AskAsync("nonsense");
        // What is the matter is where the keyboard is, and is read there.
        await Expect(page.Locator("#in-force-purpose")).ToBeFocusedAsync();
        await Expect(page.Locator("#in-force-purpose")).ToHaveAttributeAsync("aria-describedby", "in-force-purpose-fault");
        await Expect(page.Locator("#in-force-subject")).ToHaveValueAsync(subject);
        await visitor.LookAsync("/in-force, refused");

        await OpenAsync(visitor, "/audit/receipts?from=yesterday&sent=1");
        await visitor.LookAsync("/receipts, refused");
        await OpenAsync(visitor, "/audit");
        await visitor.Context.ClearCookiesAsync(new() { Name = "consent-audit" });
        await page.Locator("form[action='/audit/receipts'] button").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync(language == "nl" ? "Uw sessie is verlopen" : "Your session is over");
        await visitor.LookAsync("session over");
        Assert.Empty(visitor.Errors);

        async Task AskAsync(string purpose)
        {
            await page.Locator("#in-force-site").SelectOptionAsync(Site);
            await page.Locator("#in-force-subject").FillAsync(subject);
            await page.Locator("#in-force-purpose").FillAsync(purpose);
            await page.Locator("#in-force-at").FillAsync("2026-01-01T12:00");
            await page.Locator("form[action='/audit/in-force'] button").ClickAsync();
        }
    }

    [Theory]
    [InlineData("nl", 320)]
    [InlineData("nl", 1440)]
    [InlineData("en", 320)]
    [InlineData("en", 1440)]
    public async Task Axe_finds_nothing_on_a_version_a_difference_a_banner_and_what_asks_before_it_shows(string language, int width)
    {
        // Two versions of a declaration, a receipt with a banner, and somebody who is restricted.
        var site = $"nagekeken-{language}-{width}";
        await host.PublishLikeAsync(Site, site);
        await host.PublishLikeAsync(Site, site, declaration => declaration["controller"]!["city"] = "Arnhem");
        string receipt;
        await using (var chooser = await host.VisitorAsync())
        {
            await chooser.OpenAsync(Site);
            await chooser.DecideAsync("Alles accepteren");
            await chooser.SentAsync();
            receipt = await host.ReceiptOfAsync(Site, (await chooser.IdAsync())!);
        }

        var (restricted, ofRestricted) = await host.DecidedAsync(Site);
        await host.PostAsync(new Uri(host.Gateway, "/v1/audit/restrictions"), new { site = Site, subject = restricted, ground = "accuracy-contested" });

        await using var visitor = await host.VisitorAsync(width, 900);
        var page = visitor.Page;
        await visitor.SignInAsync("privacy-officer");
        await Eventually.IsSoAsync("audit has both versions", async () =>
        {
            await OpenAsync(visitor, $"/audit/sites/{site}?lang={language}");
            return await page.Locator("tbody tr").CountAsync() == 2;
        });
        await visitor.LookAsync("/sites");
        await page.Locator("tbody th a").First.ClickAsync();
        await Expect(page.Locator("table")).Not.ToHaveCountAsync(0);
        await visitor.LookAsync("/declarations");
        await OpenAsync(visitor, $"/audit/sites/{site}/difference?from=1&to=2");
        await Expect(page.Locator("ins")).Not.ToHaveCountAsync(0);
        await visitor.LookAsync("/difference");
        await OpenAsync(visitor, $"/audit/sites/{site}/difference?from=1&to=9");
        await visitor.LookAsync("/difference, refused");
        await OpenAsync(visitor, $"/audit/receipts/{receipt}/banner");
        await Expect(page.Locator("iframe")).ToHaveCountAsync(1);
        await visitor.LookAsync("/banner");
        await OpenAsync(visitor, $"/audit/receipts/{ofRestricted}");
        await Expect(page.Locator("#reason")).ToHaveCountAsync(1);
        await visitor.LookAsync("the form for a reason");

        // By a link on a site of somebody else.
        await page.GotoAsync(new Uri(host.Demo, $"/{Site}").ToString());
        await page.EvaluateAsync("to => { location.href = to; }", new Uri(host.Gateway, $"/audit/receipts/{receipt}").ToString());
        await Expect(page.Locator("h1")).ToHaveTextAsync(language == "nl" ? "Gegevens van een persoon bekijken?" : "Look at data about a person?");
        await visitor.LookAsync("a link from elsewhere");
        await page.Locator("main a").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync(language == "nl" ? "Ontvangstbewijs" : "Receipt");
        await Expect(page).ToHaveURLAsync(new Uri(host.Gateway, $"/audit/receipts/{receipt}").ToString());
    }

    private static Task OpenAsync(Visitor visitor, string path) => visitor.Page.GotoAsync(new Uri(visitor.Host.Gateway, path).ToString());
}
