using System.Text;

namespace Consent.VerifiableLog;

/// <summary>
/// Signs checkpoints as a witness does (C2SP tlog-cosignature, Ed25519), with the time of its clock. It stands in for a witness where one is tested
/// with: whether a checkpoint follows from those that it signed before is for its caller to have looked at. Safe for many threads.
/// </summary>
public sealed class CosignatureSigner : INoteSigner, IDisposable
{
    private readonly LibCrypto.Key _key;
    private readonly TimeProvider _clock;

    /// <summary>Throws <see cref="PlatformNotSupportedException"/> where Ed25519 is not available.</summary>
    /// <param name="seed">32 bytes, of this witness alone: the signature does not say its name.</param>
    public CosignatureSigner(string name, ReadOnlySpan<byte> seed, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        Ed25519NoteSigner.ThrowUnlessAvailable();
        (_key, _clock) = (LibCrypto.PrivateKey(seed), clock);
        Key = NoteVerifierKey.Of(name, NoteKeyType.Cosignature, LibCrypto.PublicKeyOf(_key));
    }

    public NoteVerifierKey Key { get; }

    /// <summary>Throws <see cref="FormatException"/> for a text that is no checkpoint.</summary>
    public byte[] Sign(ReadOnlySpan<byte> text)
    {
        _ = Checkpoint.Parse(Encoding.UTF8.GetString(text));
        var time = _clock.GetUtcNow().ToUnixTimeSeconds();
        return Cosignature.Bytes(time, LibCrypto.Sign(_key, Cosignature.Message(time, text)));
    }

    /// <summary>What the witness answers with: its line for this checkpoint.</summary>
    public Cosignature Cosign(SignedNote checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return Cosignature.Parse(new NoteSignature(Key.Name, Key.Id, Sign(Encoding.UTF8.GetBytes(checkpoint.Text))));
    }

    public void Dispose() => _key.Dispose();
}
