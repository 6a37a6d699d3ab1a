using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.Tests.Support;

namespace Consent.CookieBanner.Tests;

/// <summary>
/// Holds the banner's texts (<c>script/texts/xx.json</c>) to what can be checked without reading the language: that none is missing,
/// and that each is typeset as its language is. The Dutch texts are the measure.
/// </summary>
public partial class BannerTextsTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "services/cookie-banner/script/texts");
    private static readonly Dictionary<string, Dictionary<string, string>> Texts = Directory.GetFiles(Folder).ToDictionary(f => Path.GetFileName(f), Read);
    private static readonly Dictionary<string, string> Dutch = Texts["nl.json"];

    private static readonly string[] FirstLayer = ["title", "intro", "again", "withdraw", "refuse", "accept", "settings", "reopen"];
    private static readonly string[] Buttons = ["refuse", "accept", "settings", "reopen", "save", "close", "once"];

    // Irish has no word for "refuse all" that is as short as the other 23 languages', and half the phrase would leave "all" out.
    private static readonly (string Language, string Key)[] Longer = [("ga", "refuse")];

    [Fact]
    public void There_are_texts_in_each_of_the_24_official_languages_of_the_union() =>
        Assert.Equal(Typography.Languages.Select(l => l + ".json").Order(StringComparer.Ordinal), Texts.Keys.Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Languages))]
    public void A_language_has_every_text_in_the_same_order(string language) => Assert.Equal(Dutch.Keys, In(language).Keys);

    [Theory, MemberData(nameof(Languages))]
    public void A_text_names_what_the_Dutch_one_names(string language) =>
        Assert.All(In(language), text => Assert.Equal(Placeholders(Dutch[text.Key]), Placeholders(text.Value)));

    [Theory, MemberData(nameof(Languages))]
    public void A_text_is_composed_and_holds_no_markup_and_no_stray_space(string language) => Assert.All(In(language).Values, text =>
    {
        Assert.NotEmpty(text);
        // NFC, told by its absentees: string.IsNormalized answers true to everything where the culture is invariant.
        Assert.DoesNotContain(text, c => char.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark || "\u037e\u0387\u2126\u212a\u212b".Contains(c));
        Assert.Equal(text.Trim(), text);
        Assert.DoesNotMatch(@"[<>&`\\\n\r\t]|  |\.\.\.", text);
        Assert.DoesNotContain(text, c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format);
    });

    [Theory, MemberData(nameof(Languages))]
    public void A_button_has_at_most_24_characters(string language) =>
        Assert.All(Buttons, key => Assert.InRange(In(language)[key].Length, 1, 24));

    [Theory, MemberData(nameof(Languages))]
    public void The_first_layer_is_at_most_a_quarter_longer_than_in_Dutch(string language) =>
        Assert.All(FirstLayer.Where(key => !Longer.Contains((language, key))), key =>
            // One text stands in the place of another where something is asked again.
            Assert.True(In(language)[key].Length <= 1.25 * Dutch[key == "again" ? "intro" : key].Length, $"{key}: {In(language)[key]}"));

    [Theory, MemberData(nameof(Languages))]
    public void What_is_quoted_stands_in_the_quotation_marks_of_the_language(string language)
    {
        var (open, close) = Typography.Quotes(language);
        Assert.Contains(open + "{reopen}" + close, In(language)["withdraw"], StringComparison.Ordinal);
        Assert.Contains(open + "{purpose}" + close, In(language)["heldHere"], StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Languages))]
    public void No_other_quotation_marks_and_no_typewriter_apostrophes_are_used(string language)
    {
        var (open, close) = Typography.Quotes(language);
        var allowed = open + close + (Typography.Apostrophe.Contains(language) ? "’" : "");
        Assert.All(In(language).Values, text => Assert.DoesNotContain(text, c => "'\"´‘’‚‛“”„‟‹›«»".Contains(c) && !allowed.Contains(c)));
    }

    [Theory, MemberData(nameof(Languages))]
    public void A_text_is_spelt_with_the_letters_of_its_language(string language)
    {
        // Names of things, which every language leaves as they are.
        var letters = Typography.Letters(language);
        Assert.All(In(language).Values, text => Assert.All(
            Braces().Replace(text, "").Replace("Global Privacy Control", "", StringComparison.Ordinal).Replace("IP", "", StringComparison.Ordinal)
                .Replace(Typography.ForeignWord(language), "", StringComparison.OrdinalIgnoreCase).Where(char.IsLetter),
            letter => Assert.True(letters.Contains(char.ToLowerInvariant(letter)), $"{letter} (U+{(int)letter:X4}) in: {text}")));
    }

    /// <summary>Imprimerie nationale: a no-break space before the high punctuation, and inside guillemets.</summary>
    [Fact]
    public void French_keeps_its_high_punctuation_on_the_line() => Assert.All(In("fr").Values, text =>
    {
        Assert.DoesNotMatch("[^\u00a0][:;?!»]", text);
        Assert.DoesNotMatch("«[^\u00a0]", text);
    });

    [Theory, MemberData(nameof(Languages))]
    public void No_text_was_left_in_English(string language)
    {
        if (language == "en") return;
        Assert.All(In(language), text => Assert.NotEqual(Texts["en.json"][text.Key], text.Value, StringComparer.OrdinalIgnoreCase));
    }

    [Theory, MemberData(nameof(Languages))]
    public void Refuse_accept_and_settings_are_three_different_words(string language) =>
        Assert.Equal(Buttons.Length, Buttons.Select(key => In(language)[key]).Distinct(StringComparer.OrdinalIgnoreCase).Count());

    public static TheoryData<string> Languages => [.. Typography.Languages];

    private static Dictionary<string, string> In(string language) => Texts[language + ".json"];

    /// <summary>Placeholders in the order of their names, since languages order their words differently.</summary>
    private static IEnumerable<string> Placeholders(string text) => Braces().Matches(text).Select(m => m.Value).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{[^}]*\}?|\}")]
    private static partial Regex Braces();

    private static Dictionary<string, string> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { AllowDuplicateProperties = false });
        return Flat(document.RootElement, "").ToDictionary(StringComparer.Ordinal);
    }

    private static IEnumerable<KeyValuePair<string, string>> Flat(JsonElement element, string prefix) => element.EnumerateObject().SelectMany(member =>
        member.Value.ValueKind == JsonValueKind.Object ? Flat(member.Value, prefix + member.Name + ".") : [new(prefix + member.Name, member.Value.GetString()!)]);
}
