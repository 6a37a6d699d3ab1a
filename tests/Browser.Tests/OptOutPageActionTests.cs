using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>What it takes to opt out on the page, and what does not do it.</summary>
public class OptOutPageActionTests(RunningHost host)
{
    /// <summary>Whatever a person could be asked to do.</summary>
    private const string Controls =
        "button, input:not([type=hidden]), select, textarea, output, iframe, object, embed, dialog, [contenteditable], [role=button], [role=checkbox], [role=textbox]";

    [Fact]
    public async Task The_page_that_asks_holds_one_form_with_one_button_and_after_the_press_the_opt_out_holds()
    {
        await using var visitor = await host.VisitorAsync();
        var link = await host.OptOutLinkAsync();
        await visitor.Page.GotoAsync(link.Url);
        var form = visitor.Page.Locator("form");
        await Expect(form).ToHaveCountAsync(1);
        await Expect(form).ToHaveAttributeAsync("method", "post");
        await Expect(form).ToHaveAttributeAsync("action", $"/u/{link.Token}/confirm?language=nl");
        Assert.Equal("BUTTON submit", Assert.Single(await visitor.Page.Locator(Controls).EvaluateAllAsync<string[]>("all => all.map(e => `${e.tagName} ${e.type}`)")));
        Assert.All(await form.Locator("input").EvaluateAllAsync<string[]>("all => all.map(e => e.type)"), type => Assert.Equal("hidden", type));
        Assert.Equal("opted-in", await host.ReasonAsync(link));

        await visitor.OptOutAsync();
        Assert.Equal(("suppressed", "opted-in"), (await host.ReasonAsync(link), await host.ReasonAsync(link, OptOutPages.Other)));
    }

    [Fact]
    public async Task On_the_page_that_tells_that_it_is_done_nothing_is_ticked_beforehand()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.Page.GotoAsync((await host.OptOutLinkAsync()).Url);
        await visitor.OptOutAsync();
        await Expect(visitor.StopMore().GetByRole(AriaRole.Checkbox)).ToHaveCountAsync(1);
        await Expect(visitor.Page.Locator("input:checked, [required]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Without_script_the_whole_way_works()
    {
        await using var visitor = await host.VisitorWithoutScriptAsync();
        var link = await host.OptOutLinkAsync();
        await visitor.Page.GotoAsync(link.Url);
        await visitor.Page.Locator("nav summary").ClickAsync();
        await visitor.LanguageLink("en").ClickAsync();
        await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("Unsubscribe from “New products and services”?");
        await visitor.OptOutAsync();
        await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("You are unsubscribed");
        Assert.Equal(("suppressed", "opted-in"), (await host.ReasonAsync(link), await host.ReasonAsync(link, OptOutPages.Other)));

        var box = visitor.StopMore().GetByRole(AriaRole.Checkbox);
        await box.CheckAsync();
        await visitor.Page.RunAndWaitForResponseAsync(() => visitor.StopMore().GetByRole(AriaRole.Button).ClickAsync(), r => r.Request.Method == "POST");
        await Expect(box).Not.ToBeCheckedAsync();
        Assert.Equal(("suppressed", "suppressed"), (await host.ReasonAsync(link), await host.ReasonAsync(link, OptOutPages.Other)));

        await visitor.Page.GotoAsync(link.Url);
        await visitor.OptOutOfEverythingAsync();
        await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("U krijgt geen nieuws of reclame meer");
    }

    /// <summary>A mailbox that looks ahead, and a reader who wavers.</summary>
    [Fact]
    public async Task Fetching_the_page_beforehand_pointing_at_the_link_and_looking_at_the_page_change_nothing()
    {
        await using var visitor = await host.VisitorAsync();
        var (link, mailbox) = (await host.OptOutLinkAsync(), new Uri(host.Gateway, "/mailbox").ToString());
        await visitor.ServeAsync(mailbox, $"""
            <!doctype html><html lang="nl"><title>Post</title>
            <link rel="prefetch" href="/u/{link.Token}" onload="document.title = 'Vooruit gelezen'" onerror="document.title = 'Niet gelezen'">
            <body><a href="/u/{link.Token}">Afmelden</a></body></html>
            """, "text/html; charset=utf-8");
        await visitor.Page.GotoAsync(mailbox);
        await Expect(visitor.Page).ToHaveTitleAsync("Vooruit gelezen");
        await visitor.Page.GetByRole(AriaRole.Link).HoverAsync();
        Assert.Equal("opted-in", await host.ReasonAsync(link));

        await visitor.Page.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Meld mij af" })).ToBeVisibleAsync();
        await visitor.Page.ReloadAsync();
        await visitor.Page.GoBackAsync();
        await visitor.Page.GotoAsync($"{link.Url}/confirm");
        await Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Meld mij af" })).ToBeVisibleAsync();
        Assert.Equal(("opted-in", "opted-in"), (await host.ReasonAsync(link), await host.ReasonAsync(link, OptOutPages.Other)));
    }
}
