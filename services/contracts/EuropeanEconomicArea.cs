using System.Collections.Frozen;

namespace Consent.Contracts;

/// <summary>Where the GDPR is law: the member states of the Union, Iceland, Liechtenstein and Norway, as of 2025, by ISO 3166-1 alpha-2.</summary>
public static class EuropeanEconomicArea
{
    public static FrozenSet<string> Countries { get; } =
        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
