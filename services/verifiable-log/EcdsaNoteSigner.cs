using System.Security.Cryptography;

namespace Consent.VerifiableLog;

/// <summary>
/// Signs notes with ECDSA on P-256 over SHA-256 (C2SP signed-note, type 0x02): an ASN.1 DER sequence of r and s (RFC 3279, 2.2.3). Two signatures of one
/// text differ. Safe for many threads, one at a time.
/// </summary>
public sealed class EcdsaNoteSigner : INoteSigner, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ECDsa _key;

    /// <summary>Throws <see cref="ArgumentException"/> for a key on another curve, or a name that is none.</summary>
    /// <param name="key">Disposed of with this. Whether its private part is in this process or in a vault is its own affair.</param>
    public EcdsaNoteSigner(string name, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _key = key;
        Key = NoteVerifierKey.Of(name, NoteKeyType.Ecdsa, key.ExportSubjectPublicKeyInfo());
    }

    public NoteVerifierKey Key { get; }

    public byte[] Sign(ReadOnlySpan<byte> text)
    {
        lock (_gate) return _key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    public void Dispose() => _key.Dispose();

    /// <summary>PKCS#8, of a key that lets itself be had.</summary>
    internal byte[] ExportPrivateKey() => _key.ExportPkcs8PrivateKey();

    /// <summary>The other side of it: false also for a signature that is no DER.</summary>
    /// <param name="publicKey">A SubjectPublicKeyInfo.</param>
    internal static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
