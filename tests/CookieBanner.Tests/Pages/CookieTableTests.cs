using Consent.Contracts;
using Consent.CookieBanner.Pages;
using static Consent.CookieBanner.Tests.Pages.PageSamples;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests.Pages;

public class CookieTableTests
{
    [Fact]
    public void Each_cookie_is_told_with_kind_setter_lifetime_and_what_for()
    {
        var table = CookieTable.Of(Page(Full()));
        var statistics = table.Purposes.Single(p => p.Id == "statistics");
        Assert.Equal(
            [
                ("_stats*", CookieKind.Cookie, "Meter Inc.", "1 jaar en 2 maanden"),
                ("seen", CookieKind.LocalStorage, "Wolhuis", "tot u het zelf wist"),
                ("tab", CookieKind.SessionStorage, "Wolhuis", "tot u het tabblad sluit"),
                ("visit", CookieKind.Cookie, "Wolhuis", "tot u de browser sluit"),
            ],
            statistics.Entries.Select(e => (e.Name, e.Kind, e.SetBy, e.LifetimeInWords)));
        Assert.All(statistics.Entries, e => Assert.Equal("Een cookie", e.Description));
    }

    [Fact]
    public void What_the_banner_itself_keeps_until_a_choice_is_delivered_is_told_beside_the_choice() =>
        Assert.Equal(
            [("consent-choice", CookieKind.Cookie, "6 maanden"), ("consent-pending", CookieKind.LocalStorage, "6 maanden")],
            CookieTable.Of(Page(Full())).Purposes.Single(p => p.Id == "necessary").Entries.Select(e => (e.Name, e.Kind, e.LifetimeInWords)));

    [Fact]
    public void A_purpose_that_stores_nothing_is_not_in_the_table() =>
        Assert.Equal(["necessary", "statistics"], CookieTable.Of(Page(Full())).Purposes.Select(p => p.Id));

    [Fact]
    public void TI_what_needs_no_consent_tells_why_and_on_which_basis()
    {
        var html = RenderCookieTable.Document(Page(Full(), "en"));
        var section = HtmlOf.Section(html, "purpose-necessary");
        Assert.Contains("we do not ask consent", section, StringComparison.Ordinal);
        Assert.Contains("Why What necessary is for", section, StringComparison.Ordinal);
        Assert.Contains("a duty under the law (GDPR Article 6(1)(c))", section, StringComparison.Ordinal);
        Assert.DoesNotContain("we do not ask consent", HtmlOf.Section(html, "purpose-statistics"), StringComparison.Ordinal);
    }

    [Fact]
    public void C4_every_party_that_receives_data_is_named_with_its_country_also_one_that_only_sets_a_cookie()
    {
        var declaration = Full();
        declaration = declaration with { Cookies = [.. declaration.Cookies, Stores("statistics", "m") with { Vendor = "mailer" }] };
        var html = RenderCookieTable.Document(Page(declaration));
        var section = HtmlOf.Section(html, "purpose-statistics");
        Assert.Contains("Meter Inc. , India", section, StringComparison.Ordinal);
        Assert.Contains("Mailer , Duitsland", section, StringComparison.Ordinal);
        Assert.Contains("<a href=\"https://meter.example/privacy\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void TI_where_nobody_else_receives_data_the_page_says_so() =>
        Assert.Contains("niemand anders dan wij", HtmlOf.Section(RenderCookieTable.Document(Page(Full())), "purpose-necessary"), StringComparison.Ordinal);

    [Fact]
    public void The_tables_have_captions_and_scopes_and_keep_their_roles_when_laid_out_as_cards()
    {
        var html = RenderCookieTable.Document(Page(Full()));
        Assert.Contains("<table class=\"entries\" role=\"table\">\n<caption>Doel statistics</caption>", html, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"col\" role=\"columnheader\">Naam</th>", html, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\" role=\"rowheader\"><code>_stats*</code></th>", html, StringComparison.Ordinal);
        Assert.Contains("<td role=\"cell\" data-label=\"Soort\">lokale opslag</td>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fragment_is_the_tables_alone()
    {
        var fragment = RenderCookieTable.Fragment(Page(Full(), "en"));
        Assert.StartsWith("<div class=\"consent-cookies\" lang=\"en\"><table", fragment, StringComparison.Ordinal);
        Assert.DoesNotContain("<style", fragment, StringComparison.Ordinal);
        Assert.DoesNotContain(" id=", fragment, StringComparison.Ordinal);
        Assert.DoesNotContain("<h", fragment, StringComparison.Ordinal);
        HtmlOf.AssertSound(fragment);
    }

    [Fact]
    public void A_site_that_stores_nothing_says_so() =>
        Assert.Contains("bewaart niets in uw browser", RenderCookieTable.Document(Page(Declaration(cookies: []))), StringComparison.Ordinal);

    [Theory]
    [InlineData("nl", "P1Y", "1 jaar")]
    [InlineData("nl", "P2Y", "2 jaar")]
    [InlineData("nl", "P1M", "1 maand")]
    [InlineData("nl", "P14M", "14 maanden")]
    [InlineData("nl", "P2W", "14 dagen")]
    [InlineData("nl", "P1Y2M3D", "1 jaar, 2 maanden en 3 dagen")]
    [InlineData("nl", "P0D", "0 dagen")]
    [InlineData("en", "P1Y1D", "1 year and 1 day")]
    [InlineData("en", "P2Y6M", "2 years and 6 months")]
    public void A_term_is_told_in_words(string language, string term, string words)
    {
        Assert.True(Term.TryParse(term, out var parsed));
        Assert.Equal(words, PageWords.In(language).Term(parsed));
    }
}
