using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.CookieBanner.Pages;
using static Consent.CookieBanner.Tests.Pages.PageSamples;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>The pages of the shipped declarations, as a visitor gets them.</summary>
public partial class ShippedPagesTests
{
    public static TheoryData<string, string> Sites => [.. Shipped.SelectMany(site => new[] { (site, "nl"), (site, "en") })];

    private static string[] Documents(string site, string language)
    {
        var page = Page(ReadShipped(site), language);
        return [RenderCookieTable.Document(page), RenderPrivacyStatement.Document(page), RenderRegister.Document(page)];
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public void They_are_sound_and_load_nothing(string site, string language)
    {
        foreach (var html in Documents(site, language))
        {
            HtmlOf.AssertSound(html);
            Assert.DoesNotMatch(@"\ssrc=|<script|<iframe|<form|url\(|@import|\sstyle=", html);
            Assert.Equal(["<link rel=\"icon\" href=\"data:,\">"], Links().Matches(html).Select(m => m.Value));
        }
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public void Each_has_one_first_heading_and_skips_no_level(string site, string language)
    {
        foreach (var html in Documents(site, language))
        {
            var levels = Headings().Matches(html).Select(m => m.Groups["level"].Value[0] - '0').ToList();
            Assert.Equal(1, levels[0]);
            Assert.Single(levels, 1);
            Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.InRange(pair.Second, 2, pair.First + 1));
        }
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public void G13_every_purpose_recipient_cookie_and_statement_of_the_declaration_is_told(string site, string language)
    {
        var declaration = ReadShipped(site);
        var pages = Documents(site, language).Select(HtmlOf.Words).ToList();
        foreach (var purpose in declaration.Purposes)
        {
            Assert.Contains(Plain(purpose.Name), pages[1], StringComparison.Ordinal);
            Assert.Contains(Plain(purpose.Description), pages[1], StringComparison.Ordinal);
            Assert.Contains(Plain(purpose.Retention.Description), pages[1], StringComparison.Ordinal);
            Assert.Contains(Plain(purpose.Description), pages[2], StringComparison.Ordinal);
        }

        foreach (var vendor in declaration.Vendors) Assert.Contains(vendor.Name, pages[1], StringComparison.Ordinal);
        foreach (var cookie in declaration.Cookies) Assert.Contains(Plain(cookie.Description), pages[0], StringComparison.Ordinal);
        foreach (var statement in declaration.Disclosures.Concat(declaration.Measures)) Assert.Contains(Plain(statement.Text), pages[1], StringComparison.Ordinal);
        Assert.Contains(Plain(declaration.Rights.Procedure), pages[1], StringComparison.Ordinal);

        string Plain(Texts texts) => texts[language].Trim();
    }

    [GeneratedRegex("<link[^>]*>")]
    private static partial Regex Links();

    [GeneratedRegex("<h(?<level>[1-6])[ >]", RegexOptions.ExplicitCapture)]
    private static partial Regex Headings();
}
