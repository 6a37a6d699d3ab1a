using System.Security.Cryptography;
using System.Text;

namespace Consent.ServiceDefaults;

/// <summary>The versions of one key, 1 to <see cref="Count"/>, each of 256 bits. Immutable; see <see cref="IdentifierKeys"/>.</summary>
public sealed class KeyRing
{
    public const int KeyBytes = 32;

    private readonly byte[][] _keys;

    private KeyRing(byte[][] keys) => _keys = keys;

    public static KeyRing Empty { get; } = new([]);

    /// <summary>How many versions there are; the newest bears this number.</summary>
    public int Count => _keys.Length;

    public ReadOnlySpan<byte> Newest => _keys[^1];

    /// <summary>The key of a version; empty when there is none.</summary>
    public ReadOnlySpan<byte> Key(int version) => version >= 1 && version <= _keys.Length ? _keys[version - 1] : default;

    public KeyRing With(byte[] next) => next.Length == KeyBytes
        ? new KeyRing([.. _keys, next])
        : throw new ArgumentException("A key has 256 bits.", nameof(next));

    /// <summary>The address id under the newest key, for new records; see <see cref="Contracts.SubjectId"/>.</summary>
    /// <param name="normalised">
    /// The address in its one spelling: equal addresses must be equal strings. What has no at sign is a telephone number, which is hashed behind
    /// <c>tel:</c> (RFC 3966), so that it is never taken for anything else.
    /// </param>
    public string AddressId(string normalised) => AddressId(_keys.Length, normalised);

    /// <summary>The address ids under every version, newest first: whoever looks an address up must try them all.</summary>
    public IReadOnlyList<string> AddressIds(string normalised) =>
        [.. Enumerable.Range(0, _keys.Length).Select(i => AddressId(_keys.Length - i, normalised))];

    private string AddressId(int version, string normalised)
    {
        var named = normalised.Contains('@', StringComparison.Ordinal) ? normalised : $"tel:{normalised}";
        return $"a{version}-{Convert.ToHexStringLower(HMACSHA256.HashData(_keys[version - 1], Encoding.UTF8.GetBytes(named)))}";
    }
}
