using System.Buffers.Text;
using System.Security.Cryptography;

namespace Consent.UnsubscribeLinks;

/// <summary>
/// Opaque tokens for opt-out links, as text of base64url: <c>format 2 | key version | scope 64 bits | nonce 96 bits | ciphertext | tag
/// 128 bits</c>, AES-256-GCM with the first ten bytes as associated data (NIST SP 800-38D; random nonces, so succeed the secret well
/// before 2^32 links of one site). Of a key of a later generation it is format 3, with the generation in one byte behind the scope, which is associated
/// data too. They never expire. Whoever holds a token can opt its person out of its topic, and nothing else.
/// </summary>
public static class LinkToken
{
    /// <summary>Longer than any that is made; a header line has at most 998 characters (RFC 5322, 2.1.1).</summary>
    private const int LongestToken = 1600;
    private const byte Format = 2;
    private const byte LaterFormat = 3;
    private const int HeaderBytes = 2 + LinkKey.ScopeBytes;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>In the place of what has no shape: it opens for nobody, and takes as long as what was forged.</summary>
    private static readonly byte[] Shapeless = new byte[HeaderBytes + NonceBytes + 32 + TagBytes];

    /// <summary>A new token for the link, another each time. Throws <see cref="ArgumentException"/> for a link of another site than the key's, and for what is too long.</summary>
    public static string Seal(LinkKey key, UnsubscribeLink link)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(link);
        if ((link.Controller, link.Site) != (key.Controller, key.Site)) throw new ArgumentException($"The key makes links of {key.Site} alone.", nameof(link));
        var plain = link.ToBytes() ?? throw new ArgumentException("What a link carries has at most 255 bytes each.", nameof(link));
        var header = HeaderOf(key.Generation == 0 ? Format : LaterFormat);
        var token = new byte[header + NonceBytes + plain.Length + TagBytes];
        (token[0], token[1]) = (key.Generation == 0 ? Format : LaterFormat, key.Version);
        key.Scope.CopyTo(token, 2);
        if (header > HeaderBytes) token[HeaderBytes] = key.Generation;
        var nonce = token.AsSpan(header, NonceBytes);
        var text = token.AsSpan(header + NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key.Key, TagBytes);
        aes.Encrypt(nonce, plain, text[..^TagBytes], text[^TagBytes..], token.AsSpan(0, header));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>
    /// The link of a token; null for one that is forged, cut or altered in any way, or made with the key of another site, without
    /// saying which, and after the same work.
    /// </summary>
    /// <param name="secretOf">The installation's secret of a version; for a version that there is not, any other will do.</param>
    public static UnsubscribeLink? Open(string? token, Func<byte, byte[]> secretOf)
    {
        ArgumentNullException.ThrowIfNull(secretOf);
        var bytes = Decode(token) ?? Shapeless;
        var (header, generation, scope) = (HeaderOf(bytes[0]), GenerationOf(bytes), bytes.AsSpan(2, LinkKey.ScopeBytes).ToArray());
        var text = bytes.AsSpan(header + NonceBytes);
        var plain = new byte[text.Length - TagBytes];
        try
        {
            using var aes = new AesGcm(LinkKey.Derive(secretOf(bytes[1]), scope, generation), TagBytes);
            aes.Decrypt(bytes.AsSpan(header, NonceBytes), text[..^TagBytes], text[^TagBytes..], plain, bytes.AsSpan(0, header));
            if (LinkOf(bytes[0], generation, scope, plain) is { } link) return link;
            // What opens and is refused ends as what does not open, because most of the time that this takes goes into its end.
            aes.Decrypt(bytes.AsSpan(header, NonceBytes), text[..^TagBytes], Shapeless.AsSpan(0, TagBytes), plain, bytes.AsSpan(0, header));
        }
        catch (AuthenticationTagMismatchException)
        {
            // Forged, cut, or refused.
        }
        return null;
    }

    /// <summary>The version that a token names, and its bytes; null for what cannot be one.</summary>
    public static (byte Version, byte[] Bytes)? Peek(string? token) => Decode(token) is { } bytes ? (bytes[1], bytes) : null;

    /// <summary>Of the key that made a token which opens; see <see cref="LinkKey.Generation"/>. 0 for what is no token.</summary>
    public static byte GenerationOf(string? token) => Decode(token) is { } bytes ? GenerationOf(bytes) : (byte)0;

    /// <summary>Null for what no minter makes; the holder of one site's key must not speak for another site.</summary>
    private static UnsubscribeLink? LinkOf(byte format, byte generation, byte[] scope, byte[] plain) =>
        (format == Format || (format == LaterFormat && generation > 0)) && UnsubscribeLink.FromBytes(plain) is { } link
        && scope.AsSpan().SequenceEqual(LinkKey.ScopeOf(link.Controller, link.Site)) ? link : null;

    private static byte GenerationOf(byte[] bytes) => bytes[0] == LaterFormat ? bytes[HeaderBytes] : (byte)0;

    private static int HeaderOf(byte format) => format == LaterFormat ? HeaderBytes + 1 : HeaderBytes;

    private static byte[]? Decode(string? token)
    {
        if (token is null || token.Length > LongestToken || !Base64Url.IsValid(token)) return null;
        var bytes = Base64Url.DecodeFromChars(token);
        return bytes.Length > HeaderBytes + NonceBytes + TagBytes ? bytes : null;
    }
}
