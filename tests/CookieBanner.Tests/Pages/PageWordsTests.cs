using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.CookieBanner.Pages;
using Consent.Tests.Support;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>
/// Holds the words of the pages (<c>pages/words/xx.json</c>) to what can be checked without reading the language: that none is missing,
/// and that each is typeset as its language is. The English ones are the measure.
/// </summary>
public partial class PageWordsTests
{
    private static readonly Dictionary<string, Dictionary<string, string>> Words =
        Directory.GetFiles(Path.Combine(Repository.Root, "services/cookie-banner/pages/words")).ToDictionary(f => Path.GetFileNameWithoutExtension(f), Read);

    /// <summary>The texts that count: each has the forms that its language needs.</summary>
    private static readonly string[] Counting = ["years", "monthsLong", "days", "register.workingDays"];

    public static TheoryData<string> Languages => [.. Words.Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void There_are_words_in_each_of_the_24_official_languages_of_the_union() =>
        Assert.Equal(Typography.Languages.Order(StringComparer.Ordinal), Words.Keys.Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Languages))]
    public void A_language_has_every_text_in_the_same_order_and_twelve_months(string language)
    {
        Assert.Equal(Plain("en").Select(t => t.Key), Plain(language).Select(t => t.Key));
        Assert.Equal(12, Words[language].Keys.Count(key => key.StartsWith("months.", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(Languages))]
    public void A_text_has_the_places_of_the_English_one(string language) =>
        Assert.All(Plain(language), text => Assert.Equal(Places(Words["en"][text.Key]), Places(text.Value)));

    [Theory, MemberData(nameof(Languages))]
    public void What_counts_has_the_forms_that_the_language_needs_and_no_others(string language)
    {
        var numbers = Enumerable.Range(0, 201).ToLookup(n => Plural.Of(language, n));
        foreach (var word in Counting)
        {
            var forms = Words[language].Where(t => t.Key.StartsWith(word + ".", StringComparison.Ordinal)).ToDictionary(t => t.Key[(word.Length + 1)..], t => t.Value);
            Assert.Equal(numbers.Select(n => n.Key).Order(StringComparer.Ordinal), forms.Keys.Order(StringComparer.Ordinal));
            // A form that stands for one number alone may say it in its word.
            Assert.All(forms, form => Assert.True(form.Value.Contains("{n}", StringComparison.Ordinal) || numbers[form.Key].Count() == 1, form.Value));
            Assert.All(forms, form => Assert.Empty(Places(form.Value).Except(["{n}"])));
        }
    }

    [Theory, MemberData(nameof(Languages))]
    public void A_text_is_composed_and_holds_no_markup_and_no_stray_space(string language) => Assert.All(Words[language].Values, text =>
    {
        Assert.NotEmpty(text);
        // NFC, told by its absentees: string.IsNormalized answers true to everything where the culture is invariant.
        Assert.DoesNotContain(text, c => char.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark || "\u037e\u0387\u2126\u212a\u212b".Contains(c));
        Assert.Equal(text.Trim(), text);
        Assert.DoesNotMatch(@"[<>&`\\\n\r\t]|  |\.\.\.", text);
        Assert.DoesNotContain(text, c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format);
    });

    [Theory, MemberData(nameof(Languages))]
    public void What_is_quoted_stands_in_the_quotation_marks_of_the_language_and_no_others_are_used(string language)
    {
        var (open, close) = Typography.Quotes(language);
        Assert.Contains(open + "{button}" + close, Words[language]["cookies.change"], StringComparison.Ordinal);
        Assert.Contains(open + "{button}" + close, Words[language]["privacy.withdrawByCookies"], StringComparison.Ordinal);
        Assert.Contains(open + "{name}" + close, Words[language]["changes.entry"], StringComparison.Ordinal);
        var allowed = open + close + (Typography.Apostrophe.Contains(language) ? "’" : "");
        Assert.All(Words[language].Values, text => Assert.DoesNotContain(text, c => "'\"´‘’‚‛“”„‟‹›«»".Contains(c) && !allowed.Contains(c)));
    }

    /// <summary>Abbreviations and foreign words stay in Latin letters; a word of both alphabets has a letter that only looks right.</summary>
    [Theory, MemberData(nameof(Languages))]
    public void A_word_is_spelt_with_the_letters_of_its_language_or_is_foreign_as_a_whole(string language) => Assert.All(Words[language].Values, text =>
        Assert.All(Letters().Matches(Braces().Replace(text, " ")).Select(m => m.Value.ToLowerInvariant()), word =>
            Assert.True(word.All(Typography.Letters(language).Contains) || word.All(char.IsAsciiLetter), $"{word} in: {text}")));

    [Fact]
    public void French_keeps_its_high_punctuation_on_the_line() => Assert.All(Words["fr"].Values, text =>
    {
        Assert.DoesNotMatch("[^\u00a0][:;?!»]", text);
        Assert.DoesNotMatch("«[^\u00a0]", text);
    });

    [Theory, MemberData(nameof(Languages))]
    public void No_sentence_was_left_in_English(string language)
    {
        if (language == "en") return;
        Assert.All(Plain(language).Where(t => t.Value.Length > 24), text => Assert.NotEqual(Words["en"][text.Key], text.Value, StringComparer.OrdinalIgnoreCase));
    }

    [Theory, MemberData(nameof(Languages))]
    public void The_service_speaks_it_and_knows_its_countries(string language)
    {
        var words = PageWords.In(language + "-x-any");
        Assert.Equal((language, Words[language]["languageName"]), (words.Language, words.LanguageName));
        Assert.Equal(language == "en", CountryNames.In("DE", language) == "Germany");
        Assert.DoesNotMatch("[{}]", words.Day(new DateOnly(2026, 1, 1)));
        Assert.Contains("2026", words.Day(new DateOnly(2026, 12, 31)), StringComparison.Ordinal);
        for (var n = 0; n <= 200; n++) Assert.DoesNotMatch("[{}]", words.Term(new Contracts.Term(n, n, n)));
    }

    [Fact]
    public void A_language_that_the_pages_do_not_speak_gets_English_also_where_its_tag_begins_alike()
    {
        Assert.Equal("en", PageWords.In("tr").Language);
        Assert.Equal("en", PageWords.In("nld").Language);
    }

    private static IEnumerable<KeyValuePair<string, string>> Plain(string language) =>
        Words[language].Where(text => !Counting.Any(word => text.Key.StartsWith(word + ".", StringComparison.Ordinal)));

    private static IEnumerable<string> Places(string text) => Braces().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{[^}]*\}?|\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"[\p{L}-[ºª]]+")]
    private static partial Regex Letters();

    private static Dictionary<string, string> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { AllowDuplicateProperties = false });
        return Flat(document.RootElement, "").ToDictionary(StringComparer.Ordinal);
    }

    private static IEnumerable<KeyValuePair<string, string>> Flat(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Flat(member.Value, name.Length == 0 ? member.Name : $"{name}.{member.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, i) => Flat(item, $"{name}.{i}")),
        _ => [new(name, element.GetString()!)],
    };
}
