using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The tokens of opt-out links under this installation's secrets; see <see cref="LinkToken"/> for what they are. Whoever mints them,
/// this service or a mailer with a key of one site, they are the same.
/// </summary>
public sealed class UnsubscribeTokens(IdentifierKeys keys)
{
    private const string RingName = "token";

    /// <summary>What an opt-out by a link of a revoked key is recorded as, so that what came of the key can be told, and an unusual lot of it seen.</summary>
    public const string RevokedLink = "revoked-link";

    /// <summary>For links of one site, under the newest secret and of the newest generation.</summary>
    public LinkKey KeyOf(string controller, string site)
    {
        var ring = keys.Ring(RingName);
        if (ring.Count > byte.MaxValue) throw new InvalidOperationException("A token names its key in one byte; 255 successions are spent.");
        return LinkKey.Of(ring.Newest, (byte)ring.Count, controller, site, GenerationOf(controller, site));
    }

    /// <summary>Makes every key of the site that was given out so far one that is revoked. False when a token cannot name another generation.</summary>
    public bool TryRevoke(string controller, string site)
    {
        if (GenerationOf(controller, site) == byte.MaxValue) return false;
        keys.Succeed(RevocationsOf(controller, site));
        return true;
    }

    /// <summary>
    /// The link of a token; null for one that is forged, cut or altered in any way, without saying which. One of a revoked key names no campaign: whoever
    /// has the key can say of any campaign that people opt out by it.
    /// </summary>
    public UnsubscribeLink? Read(string? token)
    {
        var ring = keys.Ring(RingName);
        var link = LinkToken.Open(token, version => (ring.Key(version) is { IsEmpty: false } named ? named : ring.Newest).ToArray());
        if (link is null) return null;
        if (IsRevoked(token, link)) link = link with { Campaign = null };
        // A mailer knows no numbering plans, and a number in another spelling would be opted out under a name that nobody looks up.
        return ContactAddress.IsEmail(link.Address) ? link : link with { Address = TelephoneNumber.OneSpelling(link.Address) };
    }

    /// <summary>Whether the key that made the token was revoked: then it still opts out, and shows nothing.</summary>
    /// <param name="link">That the token opens.</param>
    public bool IsRevoked(string? token, UnsubscribeLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return LinkToken.GenerationOf(token) < GenerationOf(link.Controller, link.Site);
    }

    /// <summary>
    /// The value that the page of a token holds in its form, and nobody can know who did not fetch that page, a mailer with a key of
    /// the site included: an HMAC of the token under a secret of its version, so that it lives as long as the token. Null for a token
    /// that is not one.
    /// </summary>
    public string? PageProof(string token) =>
        KeyFor("page", token) is var (key, bytes) ? Base64Url.EncodeToString(HMACSHA256.HashData(key, bytes)) : null;

    public bool IsPageProof(string token, string? proof) =>
        PageProof(token) is { } expected && proof is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(proof));

    private byte GenerationOf(string controller, string site) => (byte)Math.Clamp(keys.CountOf(RevocationsOf(controller, site)) - 1, 0, byte.MaxValue);

    /// <summary>
    /// A ring of which nothing but its length counts: one for the first key of the site, and one more for each revocation. It lies with the keys, apart from the
    /// data, so that no restore of these takes a revocation back, and every process knows of one at its next request.
    /// </summary>
    private static string RevocationsOf(string controller, string site) =>
        $"link-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{controller}\n{site}")))[..32]}";

    /// <summary>One secret serves several ends, so each gets a key of its own from it (HKDF, RFC 5869).</summary>
    private (byte[] Key, byte[] Token)? KeyFor(string use, string token)
    {
        if (LinkToken.Peek(token) is not var (version, bytes) || keys.Ring(RingName).Key(version) is not { IsEmpty: false } secret) return null;
        var key = new byte[KeyRing.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, [], Encoding.ASCII.GetBytes($"consent/unsubscribe/{use}/1"));
        return (key, bytes);
    }
}
