using Consent.Contracts;
using Consent.CookieBanner.Pages;
using static Consent.CookieBanner.Tests.Pages.PageSamples;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>GDPR art. 13 and 14, item by item.</summary>
public class PrivacyStatementTests
{
    private static readonly string Dutch = RenderPrivacyStatement.Document(Page(Full()));
    private static readonly string English = RenderPrivacyStatement.Document(Page(Full(), "en"));

    [Theory]
    [InlineData("controller", "Wolhuis")]
    [InlineData("controller", "Draad 1 0000 AA Spoel Nederland")]
    [InlineData("controller", "info@wol.example")]
    [InlineData("controller", "+31 20 000 00 01")]
    [InlineData("controller", "01234567")]
    [InlineData("purposes", "Waarvoor statistics")]
    [InlineData("purposes", "uw toestemming (artikel 6, lid 1, onder a, AVG)")]
    [InlineData("purposes", "een wettelijke plicht (artikel 6, lid 1, onder c, AVG)")]
    [InlineData("purposes", "Klanten vertellen wat er nieuw is; afgewogen.")]
    [InlineData("purposes", "Gezondheid (bijzonder persoonsgegeven)")]
    [InlineData("purposes", "Hoelang wij ze bewaren Kort")]
    [InlineData("purposes", "Moet u ze geven? Nee, u kiest zelf.")]
    [InlineData("purposes", "Moet u ze geven? Ja, de wet verlangt")]
    [InlineData("purposes", "Dit is reclame")]
    [InlineData("purposes", "Nieuws: Elke maand")]
    [InlineData("data", "Bezochte pagina’s Doel necessary Doel statistics Doel letters")]
    [InlineData("source", "geen andere bron dan uzelf")]
    [InlineData("recipients", "Meter Inc. ( privacyverklaring ) verwerker: handelt alleen in onze opdracht India verwerkersovereenkomst standaardcontractbepalingen (artikel 46 AVG) Doel statistics")]
    [InlineData("recipients", "Duitsland verwerkersovereenkomst niet nodig, binnen de Europese Economische Ruimte")]
    [InlineData("recipients", "Vraag een kopie via info@wol.example")]
    [InlineData("purposes", "Zonder deze gegevens kunnen wij niet doen wat de wet van ons vraagt.")]
    [InlineData("objection", "Uw recht van bezwaar U kunt op elk moment")]
    [InlineData("objection", "Stuur uw bezwaar aan info@wol.example")]
    [InlineData("rights", "Inzage")]
    [InlineData("rights", "binnen 28 dagen")]
    [InlineData("rights", "twee maanden langer")]
    [InlineData("rights", "Met een e-mail ter bevestiging")]
    [InlineData("withdrawal", "even makkelijk als geven")]
    [InlineData("withdrawal", "‘Cookie-instellingen’")]
    [InlineData("withdrawal", "afmeldlink")]
    [InlineData("withdrawal", "Een keuze onthouden wij 6 maanden")]
    [InlineData("withdrawal", "nog 5 jaar")]
    [InlineData("complaint", "Autoriteit Persoonsgegevens")]
    [InlineData("automated", "geen besluiten die een computer alleen neemt")]
    [InlineData("disclosures", "Bij fraude aan de politie.")]
    [InlineData("measures", "Alles is versleuteld.")]
    [InlineData("children", "Nederland: wie jonger is dan 16 jaar")]
    [InlineData("laws", "AVG vanaf 25 mei 2018")]
    [InlineData("changes", "Hier")]
    public void G13_it_tells(string section, string words) => Assert.Contains(words, HtmlOf.Section(Dutch, section), StringComparison.Ordinal);

    [Fact]
    public void G13_the_authority_is_reached_by_a_link() => Assert.Contains("<a href=\"https://authority.example/klacht\"", Dutch, StringComparison.Ordinal);

    [Fact]
    public void G13_rights_that_the_law_gives_are_told_though_the_declaration_does_not_list_them()
    {
        var rights = HtmlOf.Section(English, "rights");
        foreach (var right in (string[])["Access", "Explanation", "Correction", "Erasure", "Restriction", "Portability", "Objection", "Withdrawing consent", "Complaint"])
            Assert.Contains(right, rights, StringComparison.Ordinal);
    }

    [Fact]
    public void G13_a_right_that_no_basis_brings_is_not_told()
    {
        var declaration = Declaration(purposes: [Purpose("duty", LegalBasis.LegalObligation)], cookies: []);
        Assert.Equal(
            [RightsRequest.Access, RightsRequest.Rectification, RightsRequest.Erasure, RightsRequest.Restriction, RightsRequest.Complaint],
            PrivacyRights.Told(declaration));
        Assert.False(HtmlOf.HasSection(RenderPrivacyStatement.Document(Page(declaration)), "withdrawal"));
    }

    [Fact]
    public void G21_the_right_to_object_stands_apart_and_before_the_other_rights() =>
        Assert.True(Dutch.IndexOf("<h2 id=\"objection\">", StringComparison.Ordinal) is > 0 and var at && at < Dutch.IndexOf("<h2 id=\"rights\">", StringComparison.Ordinal));

    [Fact]
    public void G21_it_is_told_where_there_is_something_to_object_to_and_not_elsewhere()
    {
        Assert.False(IsTold(Declaration()));
        Assert.True(IsTold(Declaration(purposes: [Purpose("task", LegalBasis.PublicTask)], cookies: [])));
        Assert.True(IsTold(Declaration(purposes: [Purpose("ads") with { Advertising = true }], cookies: [])));
        Assert.True(IsTold(Declaration() with { Topics = [Full().Topics[0] with { Purpose = "newsletter" }] }));

        bool IsTold(Declaration declaration) => HtmlOf.HasSection(RenderPrivacyStatement.Document(Page(declaration)), "objection");
    }

    [Fact]
    public void G21_the_rights_lead_to_the_preference_centre_in_the_language_of_the_page_where_the_site_sends_something()
    {
        Assert.Contains("<a href=\"../../preferences/wol?language=nl\">Zien en wijzigen wat u van ons ontvangt</a>", Dutch, StringComparison.Ordinal);
        Assert.Contains("<a href=\"../../preferences/wol?language=en\">See and change what you receive from us</a>", English, StringComparison.Ordinal);
        Assert.Contains("Zien en wijzigen wat u van ons ontvangt.", HtmlOf.Section(Dutch, "rights").Replace(" .", ".", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("/preferences/", RenderPrivacyStatement.Document(Page(Declaration())), StringComparison.Ordinal);
    }

    [Fact]
    public void G13_what_a_site_does_not_have_leaves_no_empty_section()
    {
        var html = RenderPrivacyStatement.Document(Page(Declaration()));
        foreach (var section in (string[])["disclosures", "measures", "children", "laws"]) Assert.False(HtmlOf.HasSection(html, section), section);
        Assert.Contains("ontvangt iemand anders dan wij", HtmlOf.Section(html, "recipients"), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_dated_and_says_its_version_and_language()
    {
        Assert.Contains("<html lang=\"nl\">", Dutch, StringComparison.Ordinal);
        Assert.Contains("Geldig vanaf 1 januari 2026 · versie 1", HtmlOf.Words(Dutch), StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", English, StringComparison.Ordinal);
        Assert.Contains("In force from 1 January 2026 · version 1", HtmlOf.Words(English), StringComparison.Ordinal);
    }

    [Fact]
    public void W4_texts_in_a_language_that_the_pages_do_not_speak_are_marked_as_such()
    {
        var declaration = Declaration() with { Languages = ["tr"], ScopeOfStatement = new Texts { ["tr"] = "Her şey" } };
        var html = RenderPrivacyStatement.Document(Page(declaration, "tr"));
        Assert.Contains("<html lang=\"en\">", html, StringComparison.Ordinal);
        Assert.Contains("<span lang=\"tr\">Her şey</span>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nl")]
    [InlineData("en")]
    public void Visitors_are_addressed_formally(string language) =>
        Assert.DoesNotMatch(@"\b(?i:je|jij|jouw|jullie)\b", HtmlOf.Words(RenderPrivacyStatement.Document(Page(Full(), language))));
}
