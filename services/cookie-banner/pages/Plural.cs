namespace Consent.CookieBanner.Pages;

/// <summary>
/// Which form of a word stands behind a whole number: the cardinal plural categories of Unicode CLDR 46 (<c>supplemental/plurals.xml</c>) in
/// the official languages of the Union, Portuguese as in Portugal. Other languages have those of English.
/// </summary>
internal static class Plural
{
    /// <returns><c>zero</c>, <c>one</c>, <c>two</c>, <c>few</c>, <c>many</c> or <c>other</c>.</returns>
    public static string Of(string language, int n)
    {
        var (last, lastTwo) = (n % 10, n % 100);
        return language switch
        {
            "cs" or "sk" => n switch { 1 => "one", 2 or 3 or 4 => "few", _ => "other" },
            "es" or "it" or "pt" => n == 1 ? "one" : IsMillions(n) ? "many" : "other",
            "fr" => n < 2 ? "one" : IsMillions(n) ? "many" : "other",
            "ga" => n switch { 1 => "one", 2 => "two", >= 3 and <= 6 => "few", >= 7 and <= 10 => "many", _ => "other" },
            "hr" => last == 1 && lastTwo != 11 ? "one" : last is >= 2 and <= 4 && lastTwo is not (>= 12 and <= 14) ? "few" : "other",
            "lt" => lastTwo is >= 11 and <= 19 || last == 0 ? "other" : last == 1 ? "one" : "few",
            "lv" => lastTwo is >= 11 and <= 19 || last == 0 ? "zero" : last == 1 ? "one" : "other",
            "mt" => n switch { 1 => "one", 2 => "two", 0 => "few", _ => lastTwo switch { >= 3 and <= 10 => "few", >= 11 and <= 19 => "many", _ => "other" } },
            "pl" => n == 1 ? "one" : last is >= 2 and <= 4 && lastTwo is not (>= 12 and <= 14) ? "few" : "many",
            "ro" => n == 1 ? "one" : n == 0 || lastTwo is >= 1 and <= 19 ? "few" : "other",
            "sl" => lastTwo switch { 1 => "one", 2 => "two", 3 or 4 => "few", _ => "other" },
            _ => n == 1 ? "one" : "other",
        };
    }

    private static bool IsMillions(int n) => n != 0 && n % 1_000_000 == 0;
}
