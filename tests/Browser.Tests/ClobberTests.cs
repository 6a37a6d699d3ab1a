using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>Elements whose names stand for what the banner's script asks of its page, and a tag that stands there twice.</summary>
public class ClobberTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";

    /// <summary>As a visitor might write one into a comment.</summary>
    [Fact]
    public async Task An_image_that_is_named_currentScript_is_not_taken_for_the_tag_and_no_other_gateway_is_asked()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServeAsync("https://stranger.example/**", "GIF89a", "image/gif");
        await visitor.ServePageAsync(Home, Site, tag: """<img name="currentScript" data-position="corner" src="https://stranger.example/banner/x.gif" alt="">""" + visitor.Tag(Site));
        await visitor.GoAsync(Home);
        Assert.Equal("IMG", await visitor.Page.EvaluateAsync<string>("() => document.currentScript.tagName"));
        await Expect(visitor.Page.Locator(".kz-bar")).ToBeVisibleAsync();
        await AssertWorksAsync(visitor);
        Assert.Equal("image", Assert.Single(visitor.Requests("stranger.example")).ResourceType);
    }

    [Fact]
    public async Task A_form_that_is_named_consent_is_not_taken_for_another_banner()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, tag: """<form id="consent"><input name="permits"></form>""" + visitor.Tag(Site));
        await visitor.GoAsync(Home);
        Assert.Equal("""{"recognition":false,"statistics":false,"media":false}""", await visitor.Page.EvaluateAsync<string>("async () => JSON.stringify(await window.consent.ready)"));
        await AssertWorksAsync(visitor);
    }

    [Fact]
    public async Task Two_tags_on_one_page_are_one_banner()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, tag: visitor.Tag(Site) + visitor.Tag(Site));
        await visitor.GoAsync(Home);
        await visitor.PartsAsync("rest");
        await visitor.RoundTripAsync();
        Assert.Equal(1, await visitor.Page.Locator(".kz-w").CountAsync());
        Assert.Single(visitor.Requests("/count"));
        await AssertWorksAsync(visitor);
        await visitor.SentAsync();
        await visitor.RoundTripAsync();
        Assert.Single(visitor.Requests("/decisions"), r => r.Method == "POST");
        Assert.Equal(1, await visitor.Page.Locator(".kz-r").CountAsync());
    }

    private static async Task AssertWorksAsync(Visitor visitor)
    {
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("media").CheckAsync();
        Assert.Equal(201, (await visitor.DecideAsync("Keuze opslaan")).Status);
        await Expect(visitor.Banner).ToBeHiddenAsync();
        await Expect(visitor.Reopener).ToBeVisibleAsync();
        Assert.True(await visitor.PagePermitsAsync("media"));
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        Assert.Empty(visitor.Errors);
    }
}
