using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>What the opt-out page tells to others, keeps in the browser, and shows to somebody into whose hands the link came.</summary>
public class OptOutPagePrivacyTests(RunningHost host)
{
    [Fact]
    public async Task In_no_state_is_anything_asked_of_another_origin_or_kept_in_the_browser()
    {
        await using var visitor = await host.VisitorAsync();
        var said = visitor.ListenToConsole();
        await visitor.InEveryStateAsync(await host.OptOutLinkAsync(), "nl", async _ => Assert.Equal("{}{}", await visitor.KeptAsync()));
        Assert.Empty(await visitor.Context.CookiesAsync());
        Assert.Equal(6, visitor.Requests("").Count);
        foreach (var request in visitor.Requests(""))
        {
            Assert.StartsWith($"{host.Gateway}u/", request.Url, StringComparison.Ordinal);
            Assert.DoesNotContain("cookie", (await request.AllHeadersAsync()).Keys);
            Assert.DoesNotContain("set-cookie", (await (await request.ResponseAsync())!.AllHeadersAsync()).Keys);
        }
        // Its own style is let in by its own policy.
        Assert.DoesNotContain(said, line => line.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_no_state_is_there_a_script_and_one_that_gets_in_does_not_run()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.InEveryStateAsync(await host.OptOutLinkAsync(), "nl", async state =>
        {
            Assert.Empty(await visitor.Page.EvaluateAsync<string[]>("""
                () => [...document.querySelectorAll('*')]
                  .filter(e => e.tagName === 'SCRIPT' || [...e.attributes].some(a => a.name.startsWith('on') || a.value.trim().toLowerCase().startsWith('javascript:')))
                  .map(e => e.outerHTML)
                """));
            Assert.False(await visitor.Page.EvaluateAsync<bool>("""
                () => { document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' })); return window.ran === true }
                """), state);
        });
    }

    [Fact]
    public async Task The_headers_that_protect_the_page_arrive_through_the_gateway_and_once()
    {
        await using var visitor = await host.VisitorAsync();
        var link = await host.OptOutLinkAsync();
        foreach (var address in (string[])[link.Url, link.Url[..^5]])
        {
            var answer = (await visitor.Page.GotoAsync(address))!;
            Assert.Equal("no-referrer", Assert.Single(await answer.HeaderValuesAsync("referrer-policy")));
            Assert.Equal("no-store", Assert.Single(await answer.HeaderValuesAsync("cache-control")));
            Assert.Equal("nosniff", Assert.Single(await answer.HeaderValuesAsync("x-content-type-options")));
            var policy = Assert.Single(await answer.HeaderValuesAsync("content-security-policy"));
            Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("script-src", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Wherever_a_person_goes_from_the_page_its_address_is_not_told_there()
    {
        const string Elsewhere = "https://elsewhere.example/";
        const string Html = "text/html; charset=utf-8";
        await using var visitor = await host.VisitorAsync();
        var (link, mailbox) = (await host.OptOutLinkAsync(), new Uri(host.Gateway, "/mailbox").ToString());
        await visitor.ServeAsync(mailbox, $"""<!doctype html><title>Post</title><a href="{link.Url}">Afmelden</a>""", Html);
        await visitor.ServeAsync(Elsewhere, "<!doctype html><title>Elders</title>", Html);
        await visitor.Page.GotoAsync(mailbox);
        await visitor.Page.GetByRole(AriaRole.Link).ClickAsync();
        await visitor.Page.Locator("nav summary").ClickAsync();
        await visitor.LanguageLink("en").ClickAsync();
        await Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        await visitor.OptOutAsync();
        await visitor.Page.EvaluateAsync("address => void setTimeout(() => { location.href = address })", Elsewhere);
        await Expect(visitor.Page).ToHaveTitleAsync("Elders");
        Assert.Equal("", await visitor.Page.EvaluateAsync<string>("() => document.referrer"));

        // What is looked for is found: the mailbox tells where the person came from.
        Assert.Equal(mailbox, (await visitor.Requests(link.Url)[0].AllHeadersAsync())["referer"]);
        var onwards = visitor.Requests("").Skip(2).ToList();
        Assert.Equal(["GET", "POST", "GET"], onwards.Select(r => r.Method));
        foreach (var request in onwards) Assert.DoesNotContain("referer", (await request.AllHeadersAsync()).Keys);
    }

    [Fact]
    public async Task The_page_leads_to_its_other_languages_to_the_preferences_and_to_the_senders_mailbox_without_a_word_about_the_link()
    {
        await using var visitor = await host.VisitorAsync();
        var link = await host.OptOutLinkAsync();
        await visitor.InEveryStateAsync(link, "nl", async state => Assert.Equal(
            state == "unknown link" ? [] : (string[])[$"/u/{link.Token}/preferences?language=nl", "mailto:info@koppelhuis.example"],
            await visitor.Page.Locator("a").EvaluateAllAsync<string[]>("links => links.map(a => a.getAttribute('href')).filter(to => !/^\\?language=[a-z]{2}$/.test(to))")));
    }

    [Fact]
    public async Task The_address_is_masked_and_stands_nowhere_in_any_state()
    {
        await using var visitor = await host.VisitorAsync();
        var (link, pages) = (await host.OptOutLinkAsync(), new Dictionary<string, string>());
        await visitor.InEveryStateAsync(link, "nl", async state => pages[state] = await visitor.Page.ContentAsync());
        Assert.Equal(5, pages.Count);
        foreach (var state in (string[])["asking", "done", "taken back"]) Assert.Contains("j…@v….example", pages[state], StringComparison.Ordinal);
        foreach (var part in (string[])[link.Address, Uri.EscapeDataString(link.Address), .. link.Address.Split('@')[0].Split('-'), "verweg"])
            Assert.All(pages.Values, page => Assert.DoesNotContain(part, page, StringComparison.OrdinalIgnoreCase));
    }
}
