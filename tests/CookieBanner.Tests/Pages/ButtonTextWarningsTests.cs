using Consent.Contracts;
using Consent.CookieBanner.Pages;
using static Consent.CookieBanner.Tests.Pages.WarningSamples;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>Warnings about what the banner's buttons say in a site's own words.</summary>
public class ButtonTextWarningsTests
{
    private static Declaration Saying(string name, string text, string language = "nl") =>
        Clean with { BannerTexts = new Dictionary<string, OwnBannerTexts> { [language] = new() { [name] = text } } };

    [Theory]
    [InlineData("accept", "Ja, dat mag", false)]
    [InlineData("accept", "Akkoord", false)]
    [InlineData("accept", "Akkoord en doorgaan", true)]
    [InlineData("accept", "Sluiten en accepteren", true)]
    [InlineData("accept", "Kies de optimale ervaring", true)]
    [InlineData("accept", "Accepteren voor een betere website", true)]
    [InlineData("accept", "Begrepen", true)]
    [InlineData("accept", "Niet akkoord", true)]
    [InlineData("refuse", "Nee, dank u", false)]
    [InlineData("refuse", "Alleen noodzakelijke cookies", false)]
    [InlineData("refuse", "Verder zonder te accepteren", false)]
    [InlineData("refuse", "Misschien later", true)]
    [InlineData("refuse", "Nee, ik hoef geen goede ervaring", true)]
    [InlineData("settings", "Zelf kiezen", false)]
    [InlineData("settings", "Mijn ervaring instellen", true)]
    [InlineData("settings", "Verdergaan", true)]
    [InlineData("title", "De beste ervaring?", false)]
    public void AP3_a_button_that_does_not_say_what_it_does_is_warned_of(string name, string text, bool warned)
    {
        var warnings = DeclarationWarnings.Of(Saying(name, text));
        Assert.Equal(warned ? [$"unclear-button-text at /bannerTexts/nl/{name}"] : [], warnings.Select(w => $"{w.Id} at {w.At}"));
        Assert.All(warnings, w => Assert.EndsWith($": {text}.", w.Text["en"], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("en", "accept", "Agree and continue", true)]
    [InlineData("en", "accept", "Yes, you may", false)]
    [InlineData("en", "refuse", "Decline", false)]
    [InlineData("en", "refuse", "I don't agree", false)]
    [InlineData("fr", "accept", "D’accord", false)]
    [InlineData("fr", "refuse", "Non merci", false)]
    [InlineData("fr", "accept", "Pour une expérience optimale", true)]
    public void AP3_in_other_languages_only_what_is_the_same_there_is_seen(string language, string name, string text, bool warned) =>
        Assert.Equal(warned ? ["unclear-button-text"] : [], Ids(Saying(name, text, language)));

    [Theory]
    [InlineData("refuse", "Ik weiger de cookies waarvoor u mij toestemming vraagt", true)]
    [InlineData("refuse", "Alle cookies weigeren, dank u", false)]
    [InlineData("accept", "Ja", true)]
    public void AP3_a_refusal_in_far_more_words_than_an_acceptance_is_warned_of(string name, string text, bool warned) => Assert.Equal(
        warned ? [$"longer-refusal at /bannerTexts/nl/{name}"] : [], DeclarationWarnings.Of(Saying(name, text)).Select(w => $"{w.Id} at {w.At}"));

    [Fact]
    public void What_the_banner_says_in_the_site_s_own_words_is_read_as_every_other_text() => Assert.Equal(
        ["anonymous-ip-address at /bannerTexts/nl/basis/contract"],
        DeclarationWarnings.Of(Saying("basis.contract", "Uw IP-adres wordt anoniem opgeslagen.")).Select(w => $"{w.Id} at {w.At}"));
}
