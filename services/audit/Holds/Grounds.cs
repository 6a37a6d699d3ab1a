using System.Collections.Frozen;

namespace Consent.Audit.Holds;

/// <summary>The grounds of the law, by the words that the API takes, with the article of the GDPR that each stands in.</summary>
internal static class Grounds
{
    /// <summary>On which proof may be kept although its erasure was asked for.</summary>
    public static FrozenDictionary<string, string> OfHolds { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["legal-obligation"] = "art. 17(3)(b)",
        ["legal-claims"] = "art. 17(3)(e)",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>On which a person may have what is held of him restricted.</summary>
    public static FrozenDictionary<string, string> OfRestrictions { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["accuracy-contested"] = "art. 18(1)(a)",
        ["unlawful-processing"] = "art. 18(1)(b)",
        ["needed-for-claims"] = "art. 18(1)(c)",
        ["objection-pending"] = "art. 18(1)(d)",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string ArticleOf(string ground) => OfHolds.GetValueOrDefault(ground) ?? OfRestrictions.GetValueOrDefault(ground) ?? "";
}
