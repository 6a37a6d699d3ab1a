using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>Single-page applications that put another body into the page, and with the old one take out what the banner put there.</summary>
public class SinglePageTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";

    [Fact]
    public async Task An_unanswered_banner_comes_back_in_a_fresh_body_each_time_and_can_be_answered()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site);
        await visitor.GoAsync(Home);
        await visitor.PartsAsync("rest");
        foreach (var title in (string[])["Anders", "Weer anders"])
        {
            await ReplaceBodyAsync(visitor, title);
            await Expect(visitor.Banner).ToBeVisibleAsync();
        }

        Assert.Equal(201, (await visitor.DecideAsync("Alles weigeren")).Status);
        await Expect(visitor.Reopener).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator(".kz")).ToHaveCountAsync(1);
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task An_unanswered_banner_comes_back_in_a_body_that_was_put_in_before_the_rest_had_come()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site);
        var rest = await visitor.HoldAsync("**/rest.*");
        await visitor.GoAsync(Home);
        await ReplaceBodyAsync(visitor, "Anders");
        rest.SetResult();
        await visitor.PartsAsync("rest");
        await Expect(visitor.Banner).ToBeVisibleAsync();
        Assert.Equal(201, (await visitor.DecideAsync("Alles weigeren")).Status);
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task TK_A_closed_banner_has_its_way_back_in_a_fresh_body_too_and_is_opened_by_it_and_by_the_page()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site);
        await visitor.GoAsync(Home);
        await visitor.DecideAsync("Alles weigeren");
        await visitor.Reopener.WaitForAsync();
        await ReplaceBodyAsync(visitor, "Anders");
        await visitor.Reopener.ClickAsync();
        await Expect(visitor.Banner).ToBeVisibleAsync();

        // Taken out while it is open, it has its way back as well.
        await ReplaceBodyAsync(visitor, "Weer anders");
        await Expect(visitor.Reopener).ToBeVisibleAsync();
        await Expect(visitor.Banner).ToBeHiddenAsync();
        await visitor.Page.EvaluateAsync("() => window.consent.open()");
        Assert.Equal(201, (await visitor.DecideAsync("Alles accepteren")).Status);
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        await Expect(visitor.Page.Locator(".kz")).ToHaveCountAsync(1);
        Assert.Empty(visitor.Errors);
    }

    private static async Task ReplaceBodyAsync(Visitor visitor, string title)
    {
        await visitor.Page.EvaluateAsync(
            "title => { const body = document.createElement('body'); body.innerHTML = '<h1></h1>'; body.firstChild.textContent = title; document.body.replaceWith(body) }", title);
        await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync(title);
    }
}
