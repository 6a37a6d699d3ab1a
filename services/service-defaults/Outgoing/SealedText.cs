using System.Security.Cryptography;
using System.Text;

namespace Consent.ServiceDefaults.Outgoing;

/// <summary>
/// What only this service may read, as it lies in the file: <c>format 1 | key version | nonce 96 bits | ciphertext | tag 128 bits</c>,
/// AES-256-GCM (NIST SP 800-38D) under the ring <c>secrets</c> in <c>{Data}/keys/{service}</c>, which lies apart from the data.
/// The first two bytes and the owner's id are associated data, so that what was sealed for one owner opens for no other.
/// </summary>
/// <param name="use">Which service's: each has a key of its own, made of the ring's.</param>
public sealed class SealedText(IdentifierKeys keys, string use)
{
    private const byte Format = 1;
    private const int HeaderBytes = 2;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const string RingName = "secrets";

    public byte[] Seal(string owner, string text)
    {
        var ring = keys.Ring(RingName);
        if (ring.Count > byte.MaxValue) throw new InvalidOperationException("A sealed text names its key in one byte; 255 successions are spent.");
        var plain = Encoding.UTF8.GetBytes(text);
        var all = new byte[HeaderBytes + NonceBytes + plain.Length + TagBytes];
        (all[0], all[1]) = (Format, (byte)ring.Count);
        RandomNumberGenerator.Fill(all.AsSpan(HeaderBytes, NonceBytes));
        var sealedText = all.AsSpan(HeaderBytes + NonceBytes);
        using var aes = new AesGcm(KeyOf(ring.Newest), TagBytes);
        aes.Encrypt(all.AsSpan(HeaderBytes, NonceBytes), plain, sealedText[..^TagBytes], sealedText[^TagBytes..], Associated(all, owner));
        return all;
    }

    /// <summary>Throws <see cref="CryptographicException"/> for what was not sealed for this owner under a key that is held here.</summary>
    public string Open(string owner, byte[] all)
    {
        ArgumentNullException.ThrowIfNull(all);
        var key = all.Length >= HeaderBytes + NonceBytes + TagBytes && all[0] == Format ? keys.Ring(RingName).Key(all[1]) : default;
        if (key.IsEmpty) throw new CryptographicException("The key with which this was sealed is not in the folder of keys. Put it back from its own backup.");
        var sealedText = all.AsSpan(HeaderBytes + NonceBytes);
        var plain = new byte[sealedText.Length - TagBytes];
        using var aes = new AesGcm(KeyOf(key), TagBytes);
        aes.Decrypt(all.AsSpan(HeaderBytes, NonceBytes), sealedText[..^TagBytes], sealedText[^TagBytes..], plain, Associated(all, owner));
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>The same; null for what does not open. One that is damaged, or whose key is lost, is no reason to lose the others.</summary>
    public string? TryOpen(string owner, byte[] all)
    {
        try
        {
            return Open(owner, all);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[] Associated(byte[] all, string owner) => [all[0], all[1], .. Encoding.UTF8.GetBytes(owner)];

    /// <summary>A key of its own for this use (HKDF, RFC 5869).</summary>
    private byte[] KeyOf(ReadOnlySpan<byte> key)
    {
        var derived = new byte[KeyRing.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, [], Encoding.UTF8.GetBytes($"consent/{use}/sealed/1"));
        return derived;
    }
}
