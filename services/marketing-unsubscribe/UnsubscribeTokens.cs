using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>What an opt-out link carries: enough to honour it for ever, also when site or topic are long gone. No address.</summary>
/// <param name="Masked">The address as its owner would know it again; see <see cref="EmailAddress.Mask"/>.</param>
/// <param name="Language">Of the mail that holds the link; null when the sender did not say.</param>
public sealed record UnsubscribeLink(string Site, string Topic, string SubjectId, string Masked, string? Language);

/// <summary>
/// Opaque tokens for opt-out links: <c>base64url(format 1 | key version | nonce 96 bits | ciphertext | tag 128 bits)</c>, AES-256-GCM
/// with the first two bytes as associated data (NIST SP 800-38D; random nonces, so succeed the key well before 2^32 links).
/// They never expire. Whoever holds a token can opt its person out of its topic, and nothing else.
/// </summary>
public sealed class UnsubscribeTokens(IdentifierKeys keys)
{
    private const byte Format = 1;
    private const int HeaderBytes = 2;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int LongestToken = 2048;
    private const string RingName = "token";

    public string Make(UnsubscribeLink link)
    {
        var ring = keys.Ring(RingName);
        if (ring.Count > byte.MaxValue) throw new InvalidOperationException("A token names its key in one byte; 255 successions are spent.");
        var plain = ContractJson.Write(link);
        var token = new byte[HeaderBytes + NonceBytes + plain.Length + TagBytes];
        token[0] = Format;
        token[1] = (byte)ring.Count;
        RandomNumberGenerator.Fill(token.AsSpan(HeaderBytes, NonceBytes));
        var sealedText = token.AsSpan(HeaderBytes + NonceBytes);
        using var aes = new AesGcm(KeyFor("token", ring.Newest), TagBytes);
        aes.Encrypt(token.AsSpan(HeaderBytes, NonceBytes), plain, sealedText[..^TagBytes], sealedText[^TagBytes..], token.AsSpan(0, HeaderBytes));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The link of a token; null for one that is forged, cut or altered in any way, without saying which.</summary>
    public UnsubscribeLink? Read(string? token)
    {
        if (Decode(token) is not { } bytes) return null;
        var key = keys.Ring(RingName) is var ring && ring.Key(bytes[1]) is { IsEmpty: false } named ? named : ring.Newest;
        var sealedText = bytes.AsSpan(HeaderBytes + NonceBytes);
        var plain = new byte[sealedText.Length - TagBytes];
        try
        {
            using var aes = new AesGcm(KeyFor("token", key), TagBytes);
            aes.Decrypt(bytes.AsSpan(HeaderBytes, NonceBytes), sealedText[..^TagBytes], sealedText[^TagBytes..], plain, bytes.AsSpan(0, HeaderBytes));
            return bytes[0] == Format ? ContractJson.Read<UnsubscribeLink>(plain) : null;
        }
        catch (Exception e) when (e is AuthenticationTagMismatchException or JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// The value that the page of a token holds in its form, and nobody can know who did not fetch that page: an HMAC of the
    /// token under the key that made it, so that it lives as long as the token. Null for a token that is not one.
    /// </summary>
    public string? PageProof(string token)
    {
        if (Decode(token) is not { } bytes || keys.Ring(RingName).Key(bytes[1]) is not { IsEmpty: false } key) return null;
        return Base64Url.EncodeToString(HMACSHA256.HashData(KeyFor("page", key), bytes));
    }

    public bool IsPageProof(string token, string? proof) =>
        PageProof(token) is { } expected && proof is not null
        && CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.UTF8.GetBytes(expected), System.Text.Encoding.UTF8.GetBytes(proof));

    private static byte[]? Decode(string? token)
    {
        if (token is null || token.Length > LongestToken || !Base64Url.IsValid(token)) return null;
        var bytes = Base64Url.DecodeFromChars(token);
        return bytes.Length > HeaderBytes + NonceBytes + TagBytes ? bytes : null;
    }

    /// <summary>One key of the ring serves two ends, so each gets a key of its own from it (HKDF, RFC 5869).</summary>
    private static byte[] KeyFor(string use, ReadOnlySpan<byte> key)
    {
        var derived = new byte[KeyRing.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, [], System.Text.Encoding.ASCII.GetBytes($"consent/unsubscribe/{use}/1"));
        return derived;
    }
}
