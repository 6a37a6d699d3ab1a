using System.Buffers.Text;
using System.Security.Cryptography;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What the holder of one site's key makes with a program of his own, and no minter does.</summary>
internal static class ForeignToken
{
    private const int HeaderBytes = 10, NonceBytes = 12, TagBytes = 16;

    /// <summary>Sealed with the key and under the scope of its site, and naming another site within: it decrypts, and is no link.</summary>
    /// <param name="key">The first of its site.</param>
    public static string Of(LinkKey key, UnsubscribeLink link)
    {
        var token = Base64Url.DecodeFromChars(LinkToken.Seal(key, link));
        var (header, nonce, sealedText) = (token[..HeaderBytes], token[HeaderBytes..(HeaderBytes + NonceBytes)], token[(HeaderBytes + NonceBytes)..]);
        var plain = new byte[sealedText.Length - TagBytes];
        using var aes = new AesGcm(Base64Url.DecodeFromChars(key.Export().Split(':')[^1]), TagBytes);
        aes.Decrypt(nonce, sealedText[..^TagBytes], sealedText[^TagBytes..], plain, header);
        // The last letter of the site, behind the lengths of both names.
        plain[1 + key.Controller.Length + key.Site.Length] ^= 1;
        var (text, tag) = (new byte[plain.Length], new byte[TagBytes]);
        aes.Encrypt(nonce, plain, text, tag, header);
        return Base64Url.EncodeToString([.. header, .. nonce, .. text, .. tag]);
    }
}
