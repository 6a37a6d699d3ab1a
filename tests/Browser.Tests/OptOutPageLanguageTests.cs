using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>In which language the opt-out page speaks, and how a person comes to another.</summary>
public class OptOutPageLanguageTests(RunningHost host)
{
    [Theory]
    [InlineData("nl", "de-DE", "nl")]
    [InlineData("en", "nl-NL", "en")]
    [InlineData(null, "de-DE", "de")]
    [InlineData(null, "el-GR", "el")]
    [InlineData(null, "en-GB", "en")]
    [InlineData(null, "ja-JP", "nl")]
    public async Task The_mail_decides_then_the_browser_and_where_neither_does_the_site(string? mail, string browser, string expected)
    {
        await using var visitor = await host.VisitorAsync(language: browser);
        var answer = (await visitor.Page.GotoAsync((await host.OptOutLinkAsync(mail)).Url))!;
        await Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("lang", expected);
        Assert.Equal(expected, await answer.HeaderValueAsync("content-language"));
    }

    [Fact]
    public async Task Each_of_the_24_languages_is_offered_in_its_own_name_and_the_page_says_which_it_speaks()
    {
        await using var visitor = await host.VisitorAsync();
        var link = await host.OptOutLinkAsync();
        await visitor.Page.GotoAsync(link.Url);
        var offered = await visitor.Page.Locator("nav a").EvaluateAllAsync<string[][]>("all => all.map(a => [a.hreflang, a.lang, a.textContent.trim()])");
        Assert.Equal(23, offered.Select(o => o[0]).Distinct().Count());
        Assert.Equal(23, offered.Select(o => o[2]).Distinct().Count());
        Assert.All(offered, o => Assert.Equal(o[0], o[1]));
        Assert.DoesNotContain("nl", offered.Select(o => o[0]));
        var headings = new HashSet<string> { await visitor.Page.Locator("h1").InnerTextAsync() };
        // From each to the next, by its link.
        foreach (var language in OptOutPages.Languages.Except(["nl"]))
        {
            await visitor.Page.Locator("nav summary").ClickAsync();
            await visitor.LanguageLink(language).ClickAsync();
            await Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("lang", language);
            await Expect(visitor.Page.Locator("nav summary")).ToContainTextAsync(offered.Single(o => o[0] == language)[2]);
            headings.Add(await visitor.Page.Locator("h1").InnerTextAsync());
        }
        Assert.Equal(OptOutPages.Languages.Count, headings.Count);
        Assert.Equal("opted-in", await host.ReasonAsync(link));
    }

    [Fact]
    public async Task A_chosen_language_stays_through_the_press_and_a_reload_and_can_be_changed_again_then()
    {
        await using var visitor = await host.VisitorAsync();
        var link = await host.OptOutLinkAsync();
        await visitor.Page.GotoAsync(link.Url);
        await visitor.Page.Locator("nav summary").ClickAsync();
        await visitor.LanguageLink("de").ClickAsync();
        await AssertSaysAsync(visitor, "de", "Möchten Sie");
        await visitor.OptOutAsync();
        await AssertSaysAsync(visitor, "de", "Sie sind abgemeldet");
        await visitor.Page.ReloadAsync();
        await AssertSaysAsync(visitor, "de", "Sie sind abgemeldet");
        await visitor.Page.Locator("nav summary").ClickAsync();
        await visitor.LanguageLink("en").ClickAsync();
        await AssertSaysAsync(visitor, "en", "You are unsubscribed");
        Assert.Equal("suppressed", await host.ReasonAsync(link));
    }

    /// <summary>Parts in another language (WCAG 3.1.2): what the declaration does not say in the page's own.</summary>
    [Fact]
    public async Task What_the_site_says_in_another_language_only_is_marked_as_such_wherever_it_stands()
    {
        const string Name = "Nieuwe producten en diensten";
        await using var visitor = await host.VisitorAsync();
        await visitor.Page.GotoAsync($"{(await host.OptOutLinkAsync()).Url}?language=de");
        await AssertMarkedAsync();
        await visitor.OptOutAsync();
        await AssertMarkedAsync();

        async Task AssertMarkedAsync()
        {
            var spoken = await visitor.Page.EvaluateAsync<string[]>("""
                name => {
                  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
                  while (texts.nextNode()) if (texts.currentNode.data.includes(name)) found.push(texts.currentNode.parentElement.closest('[lang]').lang);
                  return found;
                }
                """, Name);
            Assert.True(spoken.Length >= 2);
            Assert.All(spoken, language => Assert.Equal("nl", language));
        }
    }

    private static async Task AssertSaysAsync(Visitor visitor, string language, string heading)
    {
        await Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("lang", language);
        await Expect(visitor.Page.Locator("h1")).ToContainTextAsync(heading);
    }
}
