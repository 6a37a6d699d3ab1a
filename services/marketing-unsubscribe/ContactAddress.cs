using System.Diagnostics.CodeAnalysis;
using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// By what a person is known: an e-mail address or a telephone number, each in one spelling. E-mail goes to an e-mail address; on any other channel the
/// sender knows people by either, as he likes. The two are two subjects: that they are one person's is known where the sender says so (<see cref="SamePerson"/>).
/// </summary>
public static class ContactAddress
{
    /// <param name="country">Of a number that does not say it: the controller's.</param>
    public static bool TryNormalise(string? text, Channel channel, string country, [NotNullWhen(true)] out string? normalised)
    {
        if (channel is Channel.Email) return EmailAddress.TryNormalise(text, out normalised);
        return TryNormalise(text, country, out normalised);
    }

    /// <summary>Of either kind.</summary>
    public static bool TryNormalise(string? text, string country, [NotNullWhen(true)] out string? normalised)
    {
        if (text is null || IsEmail(text)) return EmailAddress.TryNormalise(text, out normalised);
        return TelephoneNumber.TryNormalise(text, country, out normalised);
    }

    /// <summary>Of what is either: a number has no at sign.</summary>
    public static bool IsEmail(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Contains('@', StringComparison.Ordinal);
    }

    /// <summary>Of a number, see <see cref="TelephoneNumber.CountryOf"/>; null of an e-mail address, which tells none. Takes a normalised one.</summary>
    public static string? CountryOf(string normalised) => IsEmail(normalised) ? null : TelephoneNumber.CountryOf(normalised);

    /// <summary>See <see cref="EmailAddress.Mask"/> and <see cref="TelephoneNumber.Mask"/>.</summary>
    public static string Mask(string normalised) => IsEmail(normalised) ? EmailAddress.Mask(normalised) : TelephoneNumber.Mask(normalised);
}
