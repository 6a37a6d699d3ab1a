namespace Consent.UnsubscribeLinks;

/// <param name="Headers">
/// <c>List-Unsubscribe</c> and <c>List-Unsubscribe-Post</c>, to be put into the mail as they are and covered by its DKIM signature (RFC 8058, 4). None on
/// another channel than e-mail.
/// </param>
public sealed record MintedLink(string Url, IReadOnlyDictionary<string, string> Headers);

/// <summary>Makes opt-out links without asking anybody. Safe for many threads.</summary>
public sealed class LinkMinter
{
    private readonly LinkKey _key;
    private readonly string _base;

    /// <param name="publicUrl">Where people reach the links: https, or http on one's own machine (RFC 8058 wants https).</param>
    public LinkMinter(LinkKey key, Uri publicUrl)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(publicUrl);
        if (!publicUrl.IsAbsoluteUri || publicUrl.PathAndQuery != "/" || !(publicUrl.Scheme == Uri.UriSchemeHttps || (publicUrl.Scheme == Uri.UriSchemeHttp && publicUrl.IsLoopback)))
            throw new ArgumentException("The public address of the links is an https address without a path.", nameof(publicUrl));
        (_key, _base) = (key, publicUrl.GetLeftPart(UriPartial.Authority));
    }

    /// <summary>
    /// A link by which the owner of the address ends the topic on the channel. Throws <see cref="ArgumentException"/>, which does not repeat it, for what is
    /// no address (see <see cref="EmailAddress"/>, and for other channels <see cref="UnsubscribeLink.IsNumber"/>) or no campaign's name (see
    /// <see cref="UnsubscribeLink.IsCampaign"/>).
    /// Whether the topic is one of the site's declaration is not known here: a link to another is honoured all the same.
    /// </summary>
    /// <param name="language">Of the mail, such as <c>nl</c>; the page behind the link speaks it.</param>
    /// <param name="channel"><c>email</c>, <c>sms</c>, <c>phone</c> or <c>post</c>: the link ends the topic on this one.</param>
    public MintedLink Mint(string address, string topic, string? campaign = null, string? language = null, string channel = UnsubscribeLink.Email)
    {
        if (!UnsubscribeLink.IsChannel(channel)) throw new ArgumentException("A channel is email, sms, phone or post.", nameof(channel));
        if (!UnsubscribeLink.IsId(topic)) throw new ArgumentException("A topic is named by its id in the declaration: a-z, 0-9 and '-'.", nameof(topic));
        ArgumentNullException.ThrowIfNull(address);
        if (UnsubscribeLink.AddressOf(address, channel) is not { } normalised)
            throw new ArgumentException("This is not an e-mail address, nor, for another channel, a telephone number such as +31612345678.", nameof(address));
        if (campaign is not null && !UnsubscribeLink.IsCampaign(campaign))
            throw new ArgumentException("Name a campaign in letters, digits, '.', '-' and '_', at most 64.", nameof(campaign));
        if (language is not null && !UnsubscribeLink.IsLanguage(language)) throw new ArgumentException("A language is a tag such as nl or nl-BE.", nameof(language));
        var isMail = channel == UnsubscribeLink.Email;
        var link = new UnsubscribeLink(_key.Controller, _key.Site, isMail ? topic : $"{topic}/{channel}", normalised, campaign, language);
        var url = $"{_base}/u/{LinkToken.Seal(_key, link)}";
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (isMail) (headers["List-Unsubscribe"], headers["List-Unsubscribe-Post"]) = ($"<{url}>", "List-Unsubscribe=One-Click");
        return new MintedLink(url, headers);
    }
}
