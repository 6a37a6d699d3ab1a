using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Consent.UnsubscribeLinks;

/// <summary>
/// The key that makes opt-out links of one site, and opens them: a mailer that holds it needs no round trip, and can do nothing but
/// that, for that site. It is derived (HKDF-SHA256, RFC 5869) from a version of the installation's secret and never leaves by itself:
/// <see cref="ToString"/> does not tell it. When the secret is succeeded, a mailer may go on with its old key: links never expire.
/// A key that came into the wrong hands is revoked by making the site's next <see cref="Generation"/>; what was made with it still opts out.
/// </summary>
public sealed partial class LinkKey
{
    internal const int ScopeBytes = 8;
    private const string Label = "consent-link-key-1";

    /// <summary>Of a key of a later generation, which no program takes for one of the first.</summary>
    private const string LaterLabel = "consent-link-key-2";
    private readonly byte[] _key;

    private LinkKey(string controller, string site, byte version, byte generation, byte[] key)
    {
        (Controller, Site, Version, Generation, _key) = (controller, site, version, generation, key);
        Scope = ScopeOf(controller, site);
    }

    public string Controller { get; }

    public string Site { get; }

    /// <summary>Of the installation's secret, 1 to 255.</summary>
    public byte Version { get; }

    /// <summary>How often the site's key had been revoked when this one was made: 0 for its first.</summary>
    public byte Generation { get; }

    internal ReadOnlySpan<byte> Key => _key;

    /// <summary>Stands in a link in clear, so that the key can be found again: the first bytes of a hash of controller and site.</summary>
    internal byte[] Scope { get; }

    /// <param name="secret">The version of the installation's secret, 256 bits.</param>
    /// <param name="generation">See <see cref="Generation"/>.</param>
    public static LinkKey Of(ReadOnlySpan<byte> secret, byte version, string controller, string site, byte generation = 0) =>
        new(controller, site, version, generation, Derive(secret, ScopeOf(controller, site), generation));

    /// <summary>
    /// What <see cref="Export"/> gave. Throws <see cref="FormatException"/>, which does not repeat it, for anything else.
    /// </summary>
    public static LinkKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var match = Exported().Match(text.Trim());
        var key = new byte[SHA256.HashSizeInBytes];
        var (generation, isLater) = ((byte)0, match.Groups["generation"].Success);
        if (!match.Success || !byte.TryParse(match.Groups["version"].ValueSpan, CultureInfo.InvariantCulture, out var version) || version == 0
            || (isLater && (!byte.TryParse(match.Groups["generation"].ValueSpan, CultureInfo.InvariantCulture, out generation) || generation == 0))
            || !Base64Url.TryDecodeFromChars(match.Groups["key"].ValueSpan, key, out var length) || length != key.Length)
            throw new FormatException($"This is not a link key. It begins with {Label}: and is given out by 'consent marketing link-key'.");
        return new LinkKey(match.Groups["controller"].Value, match.Groups["site"].Value, version, generation, key);
    }

    /// <summary>
    /// The key as text, for the mailer's own secret store: <c>consent-link-key-1:{version}:{controller}:{site}:{base64url}</c>, or of a later generation
    /// <c>consent-link-key-2:{version}:{generation}:{controller}:{site}:{base64url}</c>.
    /// </summary>
    public string Export()
    {
        var numbers = Generation == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Label}:{Version}")
            : string.Create(CultureInfo.InvariantCulture, $"{LaterLabel}:{Version}:{Generation}");
        return $"{numbers}:{Controller}:{Site}:{Base64Url.EncodeToString(_key)}";
    }

    public override string ToString() => Generation == 0
        ? string.Create(CultureInfo.InvariantCulture, $"link key of {Site}, version {Version}")
        : string.Create(CultureInfo.InvariantCulture, $"link key of {Site}, version {Version}, generation {Generation}");

    internal static byte[] ScopeOf(string controller, string site) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"consent/link-scope/1\n{controller}\n{site}"))[..ScopeBytes];

    /// <summary>Of each generation from the secret itself: who holds one key of a site knows no other.</summary>
    internal static byte[] Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> scope, byte generation)
    {
        var key = new byte[SHA256.HashSizeInBytes];
        byte[] use = generation == 0 ? [.. "consent/unsubscribe/link/2/"u8, .. scope] : [.. "consent/unsubscribe/link/3/"u8, .. scope, generation];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, [], use);
        return key;
    }

    [GeneratedRegex("^consent-link-key-(1:(?<version>[0-9]{1,3})|2:(?<version>[0-9]{1,3}):(?<generation>[0-9]{1,3})):(?<controller>[a-z][a-z0-9-]{1,62}):(?<site>[a-z][a-z0-9-]{1,62}):(?<key>[A-Za-z0-9_-]{43})\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Exported();
}
