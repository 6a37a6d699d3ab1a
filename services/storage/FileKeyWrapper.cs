using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Consent.ServiceDefaults;

namespace Consent.Storage;

/// <summary>
/// The keeper of the one-process default: the ring <c>wrapping</c> in the folder of the service's keys, <c>wrapping.{version}.key</c>, made at first need.
/// Wrapped is <c>nonce 96 bits | ciphertext | tag 128 bits</c>, AES-256-GCM (NIST SP 800-38D), bound to the version.
/// </summary>
internal sealed class FileKeyWrapper(string folder) : IKeyWrapper
{
    private const string Name = "file";
    private const string RingName = "wrapping";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly IdentifierKeys _keys = new(folder);

    public ValueTask<WrappingKey> NewestAsync(CancellationToken cancel = default) => new(Named(_keys.Ring(RingName).Count));

    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancel = default)
    {
        var ring = _keys.Ring(RingName);
        var by = Named(ring.Count);
        var closed = new byte[NonceBytes + key.Length + TagBytes];
        RandomNumberGenerator.Fill(closed.AsSpan(0, NonceBytes));
        using var gcm = new AesGcm(ring.Newest, TagBytes);
        gcm.Encrypt(closed.AsSpan(0, NonceBytes), key.Span, closed.AsSpan(NonceBytes, key.Length), closed.AsSpan(NonceBytes + key.Length), Associated(by));
        return new(new WrappedKey(by, closed));
    }

    public ValueTask<byte[]> UnwrapAsync(WrappedKey wrapped, CancellationToken cancel = default)
    {
        // Counted first: a ring that is not there would be made, and then look as if it were the one that was lost.
        if (wrapped.By.Name != Name || !int.TryParse(wrapped.By.Version, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            || version < 1 || version > _keys.CountOf(RingName) || wrapped.Bytes.Length < NonceBytes + TagBytes)
            throw new CryptographicException("There is no such wrapping key in the folder of keys.");
        var closed = wrapped.Bytes.AsSpan();
        var key = new byte[closed.Length - NonceBytes - TagBytes];
        using var gcm = new AesGcm(_keys.Ring(RingName).Key(version), TagBytes);
        gcm.Decrypt(closed[..NonceBytes], closed[NonceBytes..^TagBytes], closed[^TagBytes..], key, Associated(wrapped.By));
        return new(key);
    }

    /// <summary>Adds a version, which wraps from now on in every process that shares the folder.</summary>
    public void Succeed() => _keys.Succeed(RingName);

    private static WrappingKey Named(int version) => new(Name, version.ToString(CultureInfo.InvariantCulture));

    private static byte[] Associated(WrappingKey by) => Encoding.UTF8.GetBytes($"consent/wrapping/1/{by.Version}");
}
