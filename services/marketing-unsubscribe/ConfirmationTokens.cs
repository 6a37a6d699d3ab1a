using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>What the link in a confirmation mail carries, sealed: all of the first step of an opt-in, so that the log needs no address.</summary>
/// <param name="Address">In its one spelling.</param>
/// <param name="Language">In which the topic was shown and the mail was written.</param>
/// <param name="RequestedAt">The first step: when the address was typed on a page.</param>
/// <param name="MailHash">See <see cref="ConfirmationMail.Hash"/>.</param>
/// <param name="OfAge">See <see cref="OptInProof.OfAge"/>.</param>
public sealed record Confirmation(
    string Controller, string Site, string Topic, string Address, string Language, string Source, DateTimeOffset RequestedAt, string MailHash, bool OfAge = false)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>Plain texts come in steps of so many bytes, so that the length of a link tells little of what is in it.</summary>
    private const int Step = 32;

    internal byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (var field in (string[])[Controller, Site, Topic, Address, Language, Source]) writer.Write(field);
        writer.Write(RequestedAt.ToUnixTimeMilliseconds());
        writer.Write(Convert.FromHexString(MailHash));
        writer.Write(OfAge);
        writer.Write(new byte[(Step - ((int)bytes.Length % Step)) % Step]);
        return bytes.ToArray();
    }

    /// <summary>Of bytes that <see cref="ToBytes"/> made: nobody else has the key.</summary>
    internal static Confirmation FromBytes(byte[] plain)
    {
        using var bytes = new MemoryStream(plain);
        using var reader = new BinaryReader(bytes);
        return new Confirmation(
            reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64()), Convert.ToHexStringLower(reader.ReadBytes(SHA256.HashSizeInBytes)),
            // Of a link that was sent before this was asked, what follows is padding, if anything.
            bytes.Position < bytes.Length && reader.ReadBoolean());
    }
}

/// <summary>
/// Opaque tokens for the links of confirmation mails, as text of base64url: <c>format 1 | key version | nonce 96 bits | ciphertext | tag 128
/// bits</c>, AES-256-GCM with the first two bytes as associated data, under a key of its own from the installation's secret. Whoever holds one
/// can confirm its opt-in, and nothing else; they are opened for as long as the key lives, and count for <see cref="Confirmation.Lifetime"/>. Under a secret that was
/// succeeded none counts that says to be younger than that.
/// </summary>
public sealed class ConfirmationTokens(IdentifierKeys keys)
{
    private const string RingName = "token";

    /// <summary>Longer than any that is made.</summary>
    private const int LongestToken = 1600;
    private const byte Format = 1;
    private const int HeaderBytes = 2;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>In the place of what has no shape: it opens for nobody, and takes as long as what was forged.</summary>
    private static readonly byte[] Shapeless = new byte[HeaderBytes + NonceBytes + 32 + TagBytes];

    /// <summary>A new token, another each time.</summary>
    public string Seal(Confirmation confirmation)
    {
        ArgumentNullException.ThrowIfNull(confirmation);
        var ring = keys.Ring(RingName);
        if (ring.Count > byte.MaxValue) throw new InvalidOperationException("A token names its key in one byte; 255 successions are spent.");
        var plain = confirmation.ToBytes();
        var token = new byte[HeaderBytes + NonceBytes + plain.Length + TagBytes];
        (token[0], token[1]) = (Format, (byte)ring.Count);
        var nonce = token.AsSpan(HeaderBytes, NonceBytes);
        var text = token.AsSpan(HeaderBytes + NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(Derive("link", ring.Newest), TagBytes);
        aes.Encrypt(nonce, plain, text[..^TagBytes], text[^TagBytes..], token.AsSpan(0, HeaderBytes));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>What a token carries; null for one that is forged, cut or altered in any way, without saying which, and after the same work.</summary>
    public Confirmation? Open(string? token)
    {
        var bytes = Decode(token) ?? Shapeless;
        var text = bytes.AsSpan(HeaderBytes + NonceBytes);
        var plain = new byte[text.Length - TagBytes];
        try
        {
            using var aes = new AesGcm(Derive("link", SecretOf(bytes[1])), TagBytes);
            aes.Decrypt(bytes.AsSpan(HeaderBytes, NonceBytes), text[..^TagBytes], text[^TagBytes..], plain, bytes.AsSpan(0, HeaderBytes));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        if (bytes[0] != Format) return null;
        var asked = Confirmation.FromBytes(plain);
        // Whoever stole an older secret can write any time into what he makes, but none from after it was succeeded.
        return keys.WasSucceededBefore(RingName, bytes[1], asked.RequestedAt) ? null : asked;
    }

    /// <summary>
    /// The value that the page of a token holds in its form, and nobody can know who did not fetch that page: an HMAC of the token and of what the
    /// page shows, so that a press stands for that text and no other.
    /// </summary>
    public string PageProof(string token, OptInProof shown)
    {
        ArgumentNullException.ThrowIfNull(shown);
        var bytes = Decode(token) ?? throw new ArgumentException("This is no token.", nameof(token));
        byte[] signed = [.. bytes, .. Encoding.UTF8.GetBytes($"{shown.Language}\n{shown.TextHash}\n{shown.Meaning}")];
        return Base64Url.EncodeToString(HMACSHA256.HashData(Derive("page", SecretOf(bytes[1])), signed));
    }

    public bool IsPageProof(string token, OptInProof shown, string? proof) =>
        proof is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(PageProof(token, shown)), Encoding.UTF8.GetBytes(proof));

    /// <summary>For a version that there is not, another: what was sealed with none does not open, and takes as long.</summary>
    private ReadOnlySpan<byte> SecretOf(byte version)
    {
        var ring = keys.Ring(RingName);
        return ring.Key(version) is { IsEmpty: false } named ? named : ring.Newest;
    }

    /// <summary>One secret serves several ends, so each gets a key of its own from it (HKDF, RFC 5869).</summary>
    private static byte[] Derive(string use, ReadOnlySpan<byte> secret)
    {
        var key = new byte[KeyRing.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, [], Encoding.ASCII.GetBytes($"consent/confirmation/{use}/1"));
        return key;
    }

    private static byte[]? Decode(string? token)
    {
        if (token is null || token.Length > LongestToken || !Base64Url.IsValid(token)) return null;
        var bytes = Base64Url.DecodeFromChars(token);
        return bytes.Length > HeaderBytes + NonceBytes + TagBytes ? bytes : null;
    }
}
