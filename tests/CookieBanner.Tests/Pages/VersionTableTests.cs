using Consent.Contracts;
using Consent.CookieBanner.Pages;
using static Consent.CookieBanner.Tests.Pages.PageSamples;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests.Pages;

public class VersionTableTests
{
    private static Declaration Second => Full() with
    {
        EffectiveFrom = new DateOnly(2026, 5, 1),
        Purposes = [.. Full().Purposes.Select(p => p.Id == "statistics" ? p with { Description = Say("Iets heel anders", "Something else") } : p)],
        Vendors = [Full().Vendors[0]],
        Measures = [new Statement("tls", Say("Alles is versleuteld, en staat in een gebouw waar niemand zonder pas binnenkomt."))],
    };

    private static Declaration Third => Second with { EffectiveFrom = new DateOnly(2026, 7, 1), ConsentValidFor = new Term(0, 3, 0) };

    [Fact]
    public void Every_version_is_listed_newest_first_with_what_changed_in_it()
    {
        var words = HtmlOf.Section(RenderPrivacyStatement.Document(Page(Versions(Full(), Second))), "changes");
        Assert.True(words.IndexOf("2 31 mei 2026 (geldt nu)", StringComparison.Ordinal) is > 0 and var second
            && words.IndexOf("1 (lezen) 1 januari 2026 Eerste versie.", StringComparison.Ordinal) > second, words);
        Assert.Contains("Doel ‘Doel statistics’: gewijzigd (omschrijving)", words, StringComparison.Ordinal);
        Assert.Contains("Ontvanger ‘Mailer’: vervallen", words, StringComparison.Ordinal);
        Assert.Contains("Beveiliging ‘Alles is versleuteld, en staat in een gebouw waar niemand …’: gewijzigd (tekst)", words, StringComparison.Ordinal);
        Assert.Contains("Wie hiervoor toestemming gaf, vragen wij haar opnieuw: Doel statistics.", words, StringComparison.Ordinal);
    }

    [Fact]
    public void An_earlier_version_is_shown_as_it_was_and_points_to_the_one_in_force()
    {
        var html = RenderPrivacyStatement.Document(Page(Versions(Full(), Second), version: 1));
        Assert.Contains("U leest een eerdere versie. Zij gold vanaf 1 januari 2026", HtmlOf.Words(html), StringComparison.Ordinal);
        Assert.Contains("Waarvoor statistics", HtmlOf.Section(html, "purposes"), StringComparison.Ordinal);
        Assert.Contains("<a href=\"privacy?lang=nl\">Lees de versie die nu geldt</a>", html, StringComparison.Ordinal);
        Assert.Contains("name=\"robots\" content=\"noindex\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_whose_day_has_not_come_is_announced_and_can_be_read()
    {
        var history = Versions(Full(), Second, Third);
        var html = RenderPrivacyStatement.Document(Page(history));
        Assert.Contains("Deze verklaring verandert op 1 juli 2026.", HtmlOf.Words(html), StringComparison.Ordinal);
        Assert.Contains("<a href=\"privacy?version=3&amp;lang=nl\">", html, StringComparison.Ordinal);
        Assert.Contains("3 (lezen) 1 juli 2026 (aangekondigd)", HtmlOf.Section(html, "changes"), StringComparison.Ordinal);
        Assert.Contains("Verklaring: gewijzigd (ingangsdatum, geldigheid van een keuze)", HtmlOf.Section(html, "changes"), StringComparison.Ordinal);
        Assert.Contains("onthouden wij 3 maanden", HtmlOf.Section(RenderPrivacyStatement.Document(Page(history, version: 3)), "withdrawal"), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_versions_to_come_the_first_to_be_in_force_is_announced()
    {
        var autumn = Third with { EffectiveFrom = new DateOnly(2026, 9, 1), Measures = [] };
        AssertAnnounced(3, "1 juli 2026", Full(), Second, Third, autumn);
        AssertAnnounced(4, "15 juni 2026", Full(), Second, Third, autumn with { EffectiveFrom = new DateOnly(2026, 6, 15) });
        // Of one day the highest comes into force.
        AssertAnnounced(4, "1 juli 2026", Full(), Second, Third, autumn with { EffectiveFrom = new DateOnly(2026, 7, 1) });

        static void AssertAnnounced(int version, string day, params IReadOnlyList<Declaration> declarations)
        {
            var html = RenderPrivacyStatement.Document(Page(Versions(declarations)));
            Assert.Contains($"Deze verklaring verandert op {day}.", HtmlOf.Words(html), StringComparison.Ordinal);
            Assert.Contains($"<a href=\"privacy?version={version}&amp;lang=nl\">Lees wat er dan gaat gelden</a>", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_later_version_is_not_told_to_hold_before_anyone_could_read_it()
    {
        var backdated = Full() with { EffectiveFrom = new DateOnly(2018, 5, 25) };
        Assert.Equal(new DateOnly(2026, 5, 31), CookieBanner.Pages.Page.InForceFrom(Versions(Full(), backdated).Newest!));
        Assert.Equal(new DateOnly(2018, 5, 25), CookieBanner.Pages.Page.InForceFrom(Versions(backdated).Newest!));
    }

    [Theory]
    [InlineData("nl")]
    [InlineData("en")]
    public void Every_member_of_a_declaration_that_can_change_has_a_name_in_words(string language)
    {
        var words = PageWords.In(language).Changes;
        Type[] parts = [typeof(DataCategory), typeof(Purpose), typeof(Vendor), typeof(CookieEntry), typeof(Topic), typeof(Statement), typeof(MailStream), typeof(Declaration)];
        string[] never = ["id", "site", .. words.Lists.Keys];
        var members = parts.SelectMany(t => t.GetProperties()).Select(p => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Except(never);
        Assert.Empty(members.Except(words.Members.Keys));
    }
}
