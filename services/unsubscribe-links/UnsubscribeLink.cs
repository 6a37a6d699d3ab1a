using System.Text;
using System.Text.RegularExpressions;

namespace Consent.UnsubscribeLinks;

/// <summary>
/// What an opt-out link carries, sealed: enough to honour it for ever, also when topic, site and controller are long gone.
/// </summary>
/// <param name="Controller">Under whose key the address is hashed when the site is no longer declared.</param>
/// <param name="Address">In its one spelling; see <see cref="EmailAddress"/>.</param>
/// <param name="Campaign">The mailing that holds the link, in the sender's word; null when he did not say.</param>
/// <param name="Language">Of the mail that holds the link; null when the sender did not say.</param>
public sealed partial record UnsubscribeLink(string Controller, string Site, string Topic, string Address, string? Campaign = null, string? Language = null)
{
    /// <summary>Another channel than e-mail makes links of its own one day; what is sealed today says which it was.</summary>
    private const string Email = "email";

    /// <summary>Plain texts come in steps of so many bytes, so that the length of a link tells little of what is in it.</summary>
    private const int Step = 32;

    /// <summary>1 to 64 letters, digits, dots, hyphens and underscores: no room for an address, since campaigns are counted and shown.</summary>
    public static bool IsCampaign(string? text) => text is not null && CampaignName().IsMatch(text);

    /// <summary>As controllers, sites and topics are called in a declaration.</summary>
    public static bool IsId(string? text) => text is not null && Id().IsMatch(text);

    /// <summary>As languages are in a declaration.</summary>
    public static bool IsLanguage(string? text) => text is not null && LanguageTag().IsMatch(text);

    /// <summary>
    /// Controller, site, topic, channel, campaign, language and address, each as its length in one byte and its UTF-8, then zeros up to
    /// a multiple of 32 bytes. Null when one of them is longer than 255 bytes.
    /// </summary>
    internal byte[]? ToBytes()
    {
        string[] fields = [Controller, Site, Topic, Email, Campaign ?? "", Language ?? "", Address];
        if (fields.Any(f => Encoding.UTF8.GetByteCount(f) > byte.MaxValue)) return null;
        var length = fields.Sum(f => 1 + Encoding.UTF8.GetByteCount(f));
        var bytes = new byte[(length + Step - 1) / Step * Step];
        var at = 0;
        foreach (var field in fields)
        {
            var written = Encoding.UTF8.GetBytes(field, bytes.AsSpan(at + 1));
            bytes[at] = (byte)written;
            at += 1 + written;
        }
        return bytes;
    }

    /// <summary>Null for anything that <see cref="ToBytes"/> does not make.</summary>
    internal static UnsubscribeLink? FromBytes(ReadOnlySpan<byte> bytes)
    {
        var fields = new string[7];
        for (var i = 0; i < fields.Length; i++)
        {
            if (bytes.IsEmpty || bytes.Length < 1 + bytes[0]) return null;
            fields[i] = Encoding.UTF8.GetString(bytes.Slice(1, bytes[0]));
            bytes = bytes[(1 + bytes[0])..];
        }
        if (bytes.Length >= Step || bytes.ContainsAnyExcept((byte)0) || fields[3] != Email) return null;
        var (campaign, language) = (Null(fields[4]), Null(fields[5]));
        // Another's program may have sealed it. An address in another spelling would be opted out under a name that nobody looks up.
        return IsId(fields[0]) && IsId(fields[1]) && IsId(fields[2]) && (campaign is null || IsCampaign(campaign)) && (language is null || IsLanguage(language))
            && EmailAddress.TryNormalise(fields[6], out var address)
            ? new UnsubscribeLink(fields[0], fields[1], fields[2], address, campaign, language)
            : null;
    }

    private static string? Null(string text) => text.Length == 0 ? null : text;

    [GeneratedRegex(@"^[a-z][a-z0-9-]{1,62}\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"^[a-z]{2,3}(-[A-Z]{2})?\z")]
    private static partial Regex LanguageTag();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex CampaignName();
}
