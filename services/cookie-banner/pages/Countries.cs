using System.Collections.Frozen;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// Names of countries in each official language of the Union (Unicode CLDR 48; Hong Kong and Macau by their short names), for every code of
/// ISO 3166-1 alpha-2. What a language has no name for there is named in English.
/// </summary>
internal static class CountryNames
{
    private const string Head = "code";

    private static readonly FrozenDictionary<string, string[]> Names = Read();

    /// <summary>The code itself where it is unknown.</summary>
    /// <param name="language">One that the pages speak.</param>
    public static string In(string code, string language) =>
        Names.TryGetValue(code, out var names) ? names[Array.IndexOf(Names[Head], language)] : code;

    private static FrozenDictionary<string, string[]> Read()
    {
        using var reader = new StreamReader(typeof(CountryNames).Assembly.GetManifestResourceStream("countries.tsv")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t')).ToFrozenDictionary(parts => parts[0], parts => parts[1..], StringComparer.Ordinal);
    }
}

/// <summary>
/// Where personal data go out of the European Economic Area without a further safeguard: the countries of which the European Commission
/// decided that their protection is adequate (GDPR art. 45(3)). As of 9 February 2026, from the Commission's list of adequacy decisions
/// (commission.europa.eu, "Data protection adequacy for non-EU countries"); to be read again when a decision is made or runs out: that
/// on the United Kingdom does so on 27 December 2031.
/// </summary>
internal static class TransferCountries
{
    /// <summary>Andorra, Argentina, Brazil, Canada, Faroe Islands, Guernsey, Israel, Isle of Man, Japan, Jersey, New Zealand, South Korea, Switzerland, United Kingdom, Uruguay, United States.</summary>
    public static FrozenSet<string> Adequate { get; } = Codes("AD AR BR CA CH FO GB GG IL IM JE JP KR NZ US UY");

    /// <summary>Of those: Canada for commercial organisations, the United States for participants of the Data Privacy Framework.</summary>
    public static FrozenSet<string> AdequateInPart { get; } = Codes("CA US");

    private static FrozenSet<string> Codes(string list) => list.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
