using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Consent.UnsubscribeLinks;

/// <summary>E-mail addresses in one spelling, so that one mailbox has one address id however it was typed.</summary>
public static class EmailAddress
{
    /// <summary>Octets of an address that SMTP can carry (RFC 5321, 4.5.3.1.3, less its two angle brackets).</summary>
    private const int LongestAddress = 254;
    private const int LongestLocalPart = 64;
    private const string AtomCharacters = "!#$%&'*+-/=?^_`{|}~";
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>
    /// The address without surrounding blanks, in lower case (the local part too: no mailbox in use tells them apart, and an
    /// opt-out must hold for both spellings), an internationalised domain in its ASCII form. Plus-addresses and dots stay as
    /// they are: those can be different mailboxes. False for anything that is not <c>dot-atom@domain</c> (RFC 5322, RFC 6531)
    /// of at most 254 octets: quoted local parts, address literals, comments, control characters, two at signs; and for
    /// letters with a detached accent (RFC 6532 asks for the composed form, and the invariant culture cannot compose them).
    /// Does not promise that the mailbox exists.
    /// </summary>
    public static bool TryNormalise(string? text, [NotNullWhen(true)] out string? normalised)
    {
        if (IsPlain(text))
        {
            normalised = text;
            return true;
        }
        normalised = null;
        var address = text?.Trim(' ', '\t') ?? "";
        if (address.Length > LongestAddress) return false;
        var at = address.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || at != address.LastIndexOf('@')) return false;
        if (!IsWellFormed(address)) return false;

        // Before the domain's ASCII form, which under the invariant culture would tell capitals apart.
        var lower = address.ToLowerInvariant();
        if (lower.Any(c => c is >= '\u0300' and <= '\u036f')) return false;
        var local = lower[..at];
        if (!IsLocalPart(local) || AsciiDomain(lower[(at + 1)..]) is not { } domain) return false;
        var whole = $"{local}@{domain}";
        if (Encoding.UTF8.GetByteCount(whole) > LongestAddress) return false;
        normalised = whole;
        return true;
    }

    /// <summary>
    /// Enough for its owner to know it again and for nobody else to find out: first letter of the local part and of the domain,
    /// and the top-level domain, such as <c>j…@e….example</c>. Takes a normalised address.
    /// </summary>
    public static string Mask(string normalised)
    {
        ArgumentNullException.ThrowIfNull(normalised);
        var at = normalised.IndexOf('@', StringComparison.Ordinal);
        return $"{FirstLetter(normalised)}…@{FirstLetter(normalised[(at + 1)..])}…{normalised[normalised.LastIndexOf('.')..]}";
    }

    /// <summary>
    /// Whether it is an address in its one spelling, of the kind that nearly all are: lower-case letters, digits and signs. Of a list of millions most of
    /// the time would go into looking for what is rare.
    /// </summary>
    private static bool IsPlain([NotNullWhen(true)] string? text)
    {
        if (text is null || text.Length > LongestAddress) return false;
        var (at, begin, isNumber) = (-1, 0, true);
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '.';
            if (c is '.' or '@')
            {
                // The end of an atom or a label.
                if (i == begin || (at >= 0 && (c == '@' || text[begin] == '-' || text[i - 1] == '-' || i - begin > 63))) return false;
                if (c == '@') at = i;
                if (i < text.Length) (begin, isNumber) = (i + 1, true);
                continue;
            }
            if (char.IsAsciiDigit(c)) continue;
            isNumber = false;
            if (!char.IsAsciiLetterLower(c) && !(at < 0 ? AtomCharacters.Contains(c, StringComparison.Ordinal) : c == '-')) return false;
            // Such a label may be the ASCII form of another.
            if (at >= 0 && c == '-' && text[i - 1] == '-') return false;
        }
        return at is > 0 and <= LongestLocalPart && begin > at + 1 && !isNumber && text.Length - at - 1 <= 253;
    }

    private static string FirstLetter(string text) => text.EnumerateRunes().First().ToString();

    /// <summary>No half of a surrogate pair: such text has no UTF-8, so no hash.</summary>
    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }
        return true;
    }

    private static bool IsLocalPart(string local) =>
        Encoding.UTF8.GetByteCount(local) <= LongestLocalPart
        && local.Split('.').All(atom => atom.Length > 0 && atom.EnumerateRunes().All(IsAtomCharacter));

    private static bool IsAtomCharacter(Rune rune) => rune.IsAscii
        ? Rune.IsLetterOrDigit(rune) || AtomCharacters.Contains((char)rune.Value, StringComparison.Ordinal)
        : Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static string? AsciiDomain(string domain)
    {
        try
        {
            var ascii = Idn.GetAscii(domain);
            var labels = ascii.Split('.');
            return labels.Length >= 2 && ascii.Length <= 253 && labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
