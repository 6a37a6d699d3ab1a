using Consent.Contracts;
using Consent.CookieBanner.Pages;
using static Consent.CookieBanner.Tests.Pages.PageSamples;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>A page is in the language of the declaration, from its title to its dates.</summary>
public class PageLanguagesTests
{
    /// <summary>With warnings, with changes, with something to come, and with a law of each term.</summary>
    private static DeclarationHistory History(params IReadOnlyList<string> languages)
    {
        var declaration = Full() with
        {
            Languages = languages,
            ConsentValidFor = new Term(2, 1, 5),
            Regimes = [new("A", null, null), new("B", new(2018, 5, 25), null), new("C", null, new(2018, 5, 24)), new("D", new(2018, 5, 25), new(2027, 1, 1))],
        };
        return Versions(declaration with { Measures = [] }, declaration, declaration with { EffectiveFrom = new DateOnly(2026, 7, 1) });
    }

    private static string[] Documents(string language, params IReadOnlyList<string> languages)
    {
        var page = Page(History(languages.Count == 0 ? [language] : languages), language);
        return [RenderCookieTable.Document(page), RenderPrivacyStatement.Document(page), RenderRegister.Document(page)];
    }

    public static TheoryData<string> Languages => [.. Typography.Languages];

    [Theory, MemberData(nameof(Languages))]
    public void W4_each_page_is_in_its_language_and_leaves_no_place_open(string language) => Assert.All(Documents(language), html =>
    {
        HtmlOf.AssertSound(html);
        Assert.Contains($"<html lang=\"{language}\">", html, StringComparison.Ordinal);
        Assert.DoesNotContain($"<span lang=\"{language}\"", html, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\{[a-zA-Z]*\}", HtmlOf.Words(html));
    });

    [Fact]
    public void A_French_page_is_French()
    {
        var (words, english) = (PageWords.In("fr"), PageWords.In("en"));
        var documents = Documents("fr");
        var (cookies, privacy, register) = (documents[0], documents[1], documents[2]);
        Assert.NotEqual(english.Privacy.Title, words.Privacy.Title);
        Assert.Contains($"<h1>{Html.Text(words.Privacy.Title)}</h1>", privacy, StringComparison.Ordinal);
        Assert.Contains($"<h2 id=\"rights\">{Html.Text(words.Privacy.Rights)}</h2>", privacy, StringComparison.Ordinal);
        Assert.Contains($"<h1>{Html.Text(words.Register.Title)}</h1>", register, StringComparison.Ordinal);
        Assert.Contains("Gestion des cookies", HtmlOf.Words(cookies), StringComparison.Ordinal);
        Assert.Contains("Gestion des cookies", HtmlOf.Section(privacy, "withdrawal"), StringComparison.Ordinal);
        Assert.Contains("Allemagne", HtmlOf.Section(privacy, "recipients"), StringComparison.Ordinal);
        Assert.Contains("juillet 2026", HtmlOf.Words(privacy), StringComparison.Ordinal);
        Assert.Contains(Html.Text(words.Register.Parts["data-protection-officer"]), register, StringComparison.Ordinal);
    }

    [Fact]
    public void A_region_changes_nothing_of_the_words()
    {
        var html = RenderPrivacyStatement.Document(Page(Full() with { Languages = ["nl-BE"] }, "nl-BE"));
        Assert.Contains("<html lang=\"nl\">", html, StringComparison.Ordinal);
        Assert.Contains("<h1>Privacyverklaring</h1>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<span lang=", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_other_languages_are_named_in_their_own_tongues()
    {
        var html = Documents("nl", "nl", "en", "fr", "pt-BR", "tr")[0];
        Assert.Contains("lang=\"en\" hreflang=\"en\">English</a>", html, StringComparison.Ordinal);
        Assert.Contains($"lang=\"fr\" hreflang=\"fr\">{Html.Text(PageWords.In("fr").LanguageName)}</a>", html, StringComparison.Ordinal);
        Assert.Contains($"hreflang=\"pt-BR\">{Html.Text(PageWords.In("pt").LanguageName)} (BR)</a>", html, StringComparison.Ordinal);
        Assert.Contains("hreflang=\"tr\">tr</a>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("hreflang=\"nl\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_is_filled_once_whatever_braces_its_texts_have() =>
        Assert.Equal("{to} and {from}", "{from} and {to}".Fill(("from", "{to}"), ("to", "{from}")));

    [Fact]
    public void G7_the_button_is_named_in_the_words_of_the_site()
    {
        var own = Full() with { BannerTexts = new Dictionary<string, OwnBannerTexts> { ["nl"] = new() { ["reopen"] = "Kies {zelf}" } } };
        Assert.Contains("met de knop ‘Kies {zelf}’ onder aan", HtmlOf.Section(RenderPrivacyStatement.Document(Page(own)), "withdrawal"), StringComparison.Ordinal);
        Assert.Contains("met de knop ‘Kies {zelf}’ onder aan", HtmlOf.Words(RenderCookieTable.Document(Page(own))), StringComparison.Ordinal);
        Assert.Contains("‘Cookie settings’", HtmlOf.Words(RenderCookieTable.Document(Page(own, "en"))), StringComparison.Ordinal);
    }
}
