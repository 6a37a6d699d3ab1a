using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using PhoneNumbers;

namespace Consent.MarketingUnsubscribe;

/// <summary>Telephone numbers in one spelling, so that one telephone has one address id however its number was written.</summary>
public static partial class TelephoneNumber
{
    /// <summary>For numbers that begin with the code of their country: then no other is taken for it.</summary>
    private const string NoCountry = "ZZ";
    private static readonly PhoneNumberUtil Numbers = PhoneNumberUtil.GetInstance();

    /// <summary>
    /// The number as E.164 has it, behind a plus. False for what is none by the numbering plans (libphonenumber): short codes, numbers with an
    /// extension, which several people share, and words or anything else beside it. Does not promise that anybody has the number.
    /// </summary>
    /// <param name="country">Whose number it is unless it says so (ISO 3166-1 alpha-2).</param>
    public static bool TryNormalise(string? text, string country, [NotNullWhen(true)] out string? normalised)
    {
        normalised = null;
        if (text is null || !Written().IsMatch(text)) return false;
        try
        {
            var number = Numbers.Parse(text, country);
            if (number.HasExtension || !Numbers.IsValidNumber(number)) return false;
            normalised = Numbers.Format(number, PhoneNumberFormat.E164);
            return true;
        }
        catch (NumberParseException)
        {
            return false;
        }
    }

    /// <summary>A number that says its country, in its one spelling; what is none as it is.</summary>
    public static string OneSpelling(string text) => TryNormalise(text, NoCountry, out var normalised) ? normalised : text;

    /// <summary>
    /// Enough for its owner to know it again and for nobody else to find out: the code of the country and the last two digits, such as
    /// <c>+31 •• ••• ••12</c>, with as many dots for each number. Takes a normalised number.
    /// </summary>
    public static string Mask(string normalised)
    {
        ArgumentNullException.ThrowIfNull(normalised);
        return $"+{CodeOf(normalised)} •• ••• ••{normalised[^2..]}";
    }

    /// <summary>
    /// By whose numbering plan it is given out (ISO 3166-1 alpha-2); null where that is no country's, such as +800. Where the person is, it does not tell. Takes
    /// a normalised number.
    /// </summary>
    public static string? CountryOf(string normalised)
    {
        try
        {
            var country = Numbers.GetRegionCodeForNumber(Numbers.Parse(normalised, NoCountry));
            return country?.Length == 2 && country != NoCountry ? country : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }

    private static string CodeOf(string normalised)
    {
        try
        {
            return $"{Numbers.Parse(normalised, NoCountry).CountryCode}";
        }
        catch (NumberParseException)
        {
            return "••";
        }
    }

    [GeneratedRegex(@"^[ \t]*[+(]?[0-9(][0-9 ()./\u00A0-]{3,38}\z")]
    private static partial Regex Written();
}
