using System.Text;
using System.Text.RegularExpressions;

namespace Consent.UnsubscribeLinks;

/// <summary>
/// What an opt-out link carries, sealed: enough to honour it for ever, also when topic, site and controller are long gone.
/// </summary>
/// <param name="Controller">Under whose key the address is hashed when the site is no longer declared.</param>
/// <param name="Topic">Of another channel than e-mail <c>{topic}/{channel}</c>, such as <c>news/sms</c>.</param>
/// <param name="Address">In its one spelling: an e-mail address (<see cref="EmailAddress"/>), or a telephone number (<see cref="IsNumber"/>).</param>
/// <param name="Campaign">The mailing that holds the link, in the sender's word; null when he did not say.</param>
/// <param name="Language">Of the mail that holds the link; null when the sender did not say.</param>
public sealed partial record UnsubscribeLink(string Controller, string Site, string Topic, string Address, string? Campaign = null, string? Language = null)
{
    /// <summary>That of a link which does not say another.</summary>
    public const string Email = "email";

    /// <summary>Plain texts come in steps of so many bytes, so that the length of a link tells little of what is in it.</summary>
    private const int Step = 32;

    /// <summary>1 to 64 letters, digits, dots, hyphens and underscores: no room for an address, since campaigns are counted and shown.</summary>
    public static bool IsCampaign(string? text) => text is not null && CampaignName().IsMatch(text);

    /// <summary>As controllers, sites and topics are called in a declaration.</summary>
    public static bool IsId(string? text) => text is not null && Id().IsMatch(text);

    /// <summary>As channels are in a declaration.</summary>
    public static bool IsChannel(string? text) => text is Email or "sms" or "phone" or "post";

    /// <summary>A telephone number as E.164 has it, behind a plus: <c>+31612345678</c>. Whether there is such a number is not looked up.</summary>
    public static bool IsNumber(string? text) => text is not null && Number().IsMatch(text);

    /// <summary>As languages are in a declaration.</summary>
    public static bool IsLanguage(string? text) => text is not null && LanguageTag().IsMatch(text);

    /// <summary>
    /// Controller, site, topic, channel, campaign, language and address, each as its length in one byte and its UTF-8, then zeros up to
    /// a multiple of 32 bytes. Null when one of them is longer than 255 bytes.
    /// </summary>
    internal byte[]? ToBytes()
    {
        var (topic, channel) = Topic.Split('/') is [var of, var by] ? (of, by) : (Topic, Email);
        string[] fields = [Controller, Site, topic, channel, Campaign ?? "", Language ?? "", Address];
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
        if (bytes.Length >= Step || bytes.ContainsAnyExcept((byte)0) || !IsChannel(fields[3])) return null;
        var (campaign, language) = (Null(fields[4]), Null(fields[5]));
        // Another's program may have sealed it. An address in another spelling would be opted out under a name that nobody looks up.
        return IsId(fields[0]) && IsId(fields[1]) && IsId(fields[2]) && (campaign is null || IsCampaign(campaign)) && (language is null || IsLanguage(language))
            && AddressOf(fields[6], fields[3]) is { } address
            ? new UnsubscribeLink(fields[0], fields[1], fields[3] == Email ? fields[2] : $"{fields[2]}/{fields[3]}", address, campaign, language)
            : null;
    }

    /// <summary>In its one spelling; null for what is no address on the channel: mail goes to no telephone.</summary>
    internal static string? AddressOf(string text, string channel)
    {
        if (channel != Email && IsNumber(text)) return text;
        return EmailAddress.TryNormalise(text, out var address) ? address : null;
    }

    private static string? Null(string text) => text.Length == 0 ? null : text;

    [GeneratedRegex(@"^[a-z][a-z0-9-]{1,62}\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}\z")]
    private static partial Regex Number();

    [GeneratedRegex(@"^[a-z]{2,3}(-[A-Z]{2})?\z")]
    private static partial Regex LanguageTag();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex CampaignName();
}
