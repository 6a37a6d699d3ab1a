using Consent.Contracts;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests;

/// <summary>What a site says in its own words stands in the place of the banner's, in that language and nowhere else.</summary>
public class OwnTextsTests
{
    private static Declaration Saying(string language, OwnBannerTexts texts) =>
        Declaration() with { BannerTexts = new Dictionary<string, OwnBannerTexts> { [language] = texts } };

    [Fact]
    public void Only_what_is_given_is_replaced_and_only_in_its_language()
    {
        var own = Saying("nl", new() { ["title"] = "Mogen wij meekijken?" });
        var (dutch, english) = (RenderBanner.Of(Published(own)).Texts[0], RenderBanner.Of(Published(own)).Texts[1]);
        Assert.Equal(("Mogen wij meekijken?", "Alles weigeren"), ((string?)dutch["title"], (string?)dutch["refuse"]));
        Assert.Equal("May we use cookies?", (string?)english["title"]);
        Assert.Equal("Mogen wij cookies gebruiken?", (string?)RenderBanner.Of(Published()).Texts[0]["title"]);
        Assert.Equal(RenderRest.Script(Declaration(), "nl"), RenderRest.Script(own, "nl"));
    }

    [Fact]
    public void A_basis_a_label_of_the_settings_and_a_note_are_replaced_each_in_its_own_part()
    {
        var own = Saying("nl", new() { ["basis.legal-obligation"] = "moet van de wet", ["save"] = "Bewaren", ["once"] = "Nu even" });
        var rest = RenderRest.Of(own, "nl");
        Assert.Equal("moet van de wet", rest.Purposes["necessary"].Basis);
        Assert.Equal("Bewaren", (string?)rest.Texts["save"]);
        Assert.DoesNotContain("once", rest.Texts.Select(t => t.Key));
        Assert.Contains("Nu even", RenderParts.Script(own, "embeds", "nl"), StringComparison.Ordinal);
        Assert.Equal(RenderParts.Script(Declaration(), "embeds", "en"), RenderParts.Script(own, "embeds", "en"));
        Assert.DoesNotContain("Bewaren", RenderBanner.Script(Published(own)), StringComparison.Ordinal);
    }

    /// <summary>The parts are kept under their tag for a year: what changes in any of them must change it.</summary>
    [Theory]
    [InlineData("once")]
    [InlineData("save")]
    public void A_change_in_a_part_changes_the_tag_by_which_the_parts_are_found(string text)
    {
        var own = Saying("nl", new() { [text] = "Nu even" });
        Assert.NotEqual(RenderBanner.Of(Published()).Parts, RenderBanner.Of(Published(own)).Parts);
    }

    [Fact]
    public void Every_known_name_reaches_a_visitor_and_no_text_ends_the_script()
    {
        const string hostile = "</script><b>\u2028";
        var texts = new OwnBannerTexts();
        foreach (var name in OwnBannerTexts.Known.Keys) texts[name] = $"{name} {hostile}";
        var declaration = Saying("en", texts) with
        {
            Purposes = [Purpose("ads") with { Advertising = true }, Purpose("law", LegalBasis.LegalObligation)],
            Cookies = [Stores("ads", "a"), Stores("law", "l")],
        };
        var parts = RenderBanner.Script(Published(declaration)) + RenderRest.Script(declaration, "en") + RenderAct.Script(declaration, "en") + RenderParts.Script(declaration, "embeds", "en");
        foreach (var name in OwnBannerTexts.Known.Keys.Where(n => !n.StartsWith("basis.", StringComparison.Ordinal) || n == "basis.legal-obligation"))
            Assert.Contains($"\"{name} \\u003C", parts, StringComparison.Ordinal);
        Assert.DoesNotContain("</script", parts, StringComparison.Ordinal);
        Assert.DoesNotContain("\u2028", parts, StringComparison.Ordinal);
    }
}
