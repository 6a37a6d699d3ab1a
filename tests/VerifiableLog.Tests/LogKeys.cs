using System.Security.Cryptography;

namespace Consent.VerifiableLog.Tests;

/// <summary>New keys of a log under its name: Ed25519, where there is OpenSSL, and ECDSA.</summary>
internal sealed class LogKeys : IDisposable
{
    private readonly Ed25519NoteSigner? _ed25519 = Ed25519NoteSigner.IsAvailable ? new(WrittenLog.Origin, RandomNumberGenerator.GetBytes(32)) : null;
    private readonly EcdsaNoteSigner _ecdsa = new(WrittenLog.Origin, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public IReadOnlyList<INoteSigner> Signers => _ed25519 is null ? [_ecdsa] : [_ed25519, _ecdsa];

    /// <summary>As check.mjs calls them.</summary>
    public IEnumerable<string> Types => Signers.Select(signer => signer.Key.Type == NoteKeyType.Ecdsa ? "ECDSA" : "Ed25519");

    public string Sign(Checkpoint checkpoint) => SignedNote.Sign(checkpoint.Text, [.. Signers]).ToString();

    public void Dispose()
    {
        _ed25519?.Dispose();
        _ecdsa.Dispose();
    }
}
