namespace Consent.VerifiableLog;

/// <summary>
/// Signs notes with Ed25519 (C2SP signed-note, type 0x01), which most programs that verify notes want. .NET has no Ed25519 of its own, so it is
/// OpenSSL 3's: there where <see cref="IsAvailable"/>. Safe for many threads.
/// </summary>
public sealed class Ed25519NoteSigner : INoteSigner, IDisposable
{
    private readonly LibCrypto.Key _key;

    /// <summary>Throws <see cref="PlatformNotSupportedException"/> where it is not available.</summary>
    /// <param name="name">Of the key: see <see cref="NoteVerifierKey.Name"/>.</param>
    /// <param name="seed">The private key: 32 bytes from the CSPRNG (RFC 8032, 5.1.5).</param>
    public Ed25519NoteSigner(string name, ReadOnlySpan<byte> seed)
    {
        ThrowUnlessAvailable();
        _key = LibCrypto.PrivateKey(seed);
        Key = NoteVerifierKey.Of(name, NoteKeyType.Ed25519, LibCrypto.PublicKeyOf(_key));
    }

    /// <summary>Whether OpenSSL 3's libcrypto is on this machine. Without it nothing signs or verifies Ed25519; all else works.</summary>
    public static bool IsAvailable => LibCrypto.HasEd25519;

    public NoteVerifierKey Key { get; }

    public byte[] Sign(ReadOnlySpan<byte> text) => LibCrypto.Sign(_key, text);

    public void Dispose() => _key.Dispose();

    internal static void ThrowUnlessAvailable()
    {
        if (!IsAvailable) throw new PlatformNotSupportedException("Ed25519 needs libcrypto.so.3 of OpenSSL 3, which is not on this machine.");
    }
}
