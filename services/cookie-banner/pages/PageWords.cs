using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// What the pages say of themselves, around the texts of a declaration, in each official language of the Union: <c>words/xx.json</c>. A
/// declaration in another language is surrounded by English, and marked as being in its own. A text with places, such as <c>{day}</c>, is
/// filled by <see cref="Template.Fill"/>; one that counts has a form for each of <see cref="Plural"/>.
/// </summary>
internal sealed partial record PageWords
{
    private const string Prefix = "words.";
    private const string Fallback = "en";

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Strict) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private static readonly FrozenDictionary<string, Lazy<PageWords>> All = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..^".json".Length])
        .ToFrozenDictionary(language => language, language => new Lazy<PageWords>(() => Read(language)), StringComparer.Ordinal);

    public static PageWords In(string language) => (All.GetValueOrDefault(PageLanguage.Primary(language)) ?? All[Fallback]).Value;

    /// <summary>What a language calls itself, the rest of its tag behind it: "Nederlands (BE)". The tag, of a language that is not spoken here.</summary>
    public static string NameOf(string language) => !All.TryGetValue(PageLanguage.Primary(language), out var words)
        ? language
        : language.Split('-', 2) is [_, var rest] ? $"{words.Value.LanguageName} ({rest})" : words.Value.LanguageName;

    /// <summary>Tag of these words, for <c>lang</c>.</summary>
    [JsonIgnore]
    public string Language { get; private init; } = Fallback;

    public required string LanguageName { get; init; }
    public required string Date { get; init; }

    /// <summary>How the first of a month is written in a date.</summary>
    public required string FirstDay { get; init; }

    /// <summary>As they stand in a date.</summary>
    public required IReadOnlyList<string> Months { get; init; }
    public required IReadOnlyDictionary<string, string> Years { get; init; }
    public required IReadOnlyDictionary<string, string> MonthsLong { get; init; }
    public required IReadOnlyDictionary<string, string> Days { get; init; }
    public required string And { get; init; }
    public required string None { get; init; }
    public required string Languages { get; init; }
    public required string Contents { get; init; }
    public required string OtherPages { get; init; }
    public required string Dated { get; init; }

    public required IReadOnlyDictionary<LegalBasis, string> Bases { get; init; }
    public required IReadOnlyDictionary<LegalBasis, string> Required { get; init; }
    public required IReadOnlyDictionary<VendorRole, string> Roles { get; init; }
    public required IReadOnlyDictionary<CookieKind, string> Kinds { get; init; }
    public required IReadOnlyDictionary<string, string> Agreements { get; init; }
    public required IReadOnlyDictionary<string, string> Safeguards { get; init; }
    public required IReadOnlyDictionary<IdentityCheckMethod, string> IdentityChecks { get; init; }
    public required IReadOnlyDictionary<RightsRequest, Right> Rights { get; init; }
    public required string InsideEea { get; init; }

    public required CookieWords Cookies { get; init; }
    public required PrivacyWords Privacy { get; init; }
    public required ChangeWords Changes { get; init; }
    public required RegisterWords Register { get; init; }

    /// <summary>Before what is told of something: French sets a space before it.</summary>
    [JsonIgnore]
    public string Colon => Language == "fr" ? "\u00a0: " : ": ";

    public string Day(DateOnly day) =>
        Date.Fill(("day", day.Day == 1 ? FirstDay : $"{day.Day}"), ("month", Months[day.Month - 1]), ("year", $"{day.Year}"));

    /// <summary>As "1 year, 2 months and 10 days".</summary>
    public string Term(Term term)
    {
        var parts = new List<string>();
        if (term.Years > 0) parts.Add(Count(Years, term.Years));
        if (term.Months > 0) parts.Add(Count(MonthsLong, term.Months));
        if (term.Days > 0 || parts.Count == 0) parts.Add(Count(Days, term.Days));
        return parts.Count == 1 ? parts[0] : $"{string.Join(", ", parts[..^1])} {And} {parts[^1]}";
    }

    public string Count(IReadOnlyDictionary<string, string> forms, int n) => forms[Plural.Of(Language, n)].Fill(("n", $"{n}"));

    private static PageWords Read(string language)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{language}.json")!;
        return JsonSerializer.Deserialize<PageWords>(stream, Strict)! with { Language = language };
    }

    /// <param name="How">What it is, and how it is used.</param>
    internal sealed record Right(string Name, string How);
}
