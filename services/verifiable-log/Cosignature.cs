using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Consent.VerifiableLog;

/// <summary>
/// What a witness adds to a checkpoint: that at this time it was the largest one of the log that it had seen, and follows from all that it saw before
/// (C2SP tlog-cosignature, the Ed25519 type). A time is told, and nothing here judges it: a policy may.
/// </summary>
public sealed class Cosignature
{
    private const int TimeBytes = sizeof(ulong);

    private Cosignature(NoteSignature line, long time) => (Line, Time) = (line, time);

    /// <summary>To be added to the checkpoint's note: see <see cref="SignedNote.With"/>.</summary>
    public NoteSignature Line { get; }

    /// <summary>Seconds since the Unix epoch, 0 to 2^63 - 1.</summary>
    public long Time { get; }

    /// <summary>Not verified by this. Throws <see cref="FormatException"/> unless it is a time and 64 bytes.</summary>
    public static Cosignature Parse(NoteSignature line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return TryTime(line.Signature.Span, out var time) ? new Cosignature(line, time)
            : throw new FormatException("A cosignature is a time below 2^63 in 8 bytes and an Ed25519 signature of 64.");
    }

    /// <summary>The newest one of this witness on a checkpoint; null when it has none, one of them is wrong, or Ed25519 is not available.</summary>
    public static Cosignature? Of(SignedNote checkpoint, NoteVerifierKey witness)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(witness);
        if (witness.Type != NoteKeyType.Cosignature || !witness.Verifies(checkpoint)) return null;
        return checkpoint.Signatures.Where(witness.IsNamedIn).Select(Parse).MaxBy(one => one.Time);
    }

    /// <summary>What is signed with Ed25519: two lines of the witness, and then the whole text of the checkpoint.</summary>
    internal static byte[] Message(long time, ReadOnlySpan<byte> text) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {time}\n")), .. text];

    internal static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) =>
        TryTime(signature, out var time) && LibCrypto.Verify(publicKey, Message(time, text), signature[TimeBytes..]);

    internal static byte[] Bytes(long time, ReadOnlySpan<byte> signature)
    {
        var bytes = new byte[TimeBytes + signature.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time);
        signature.CopyTo(bytes.AsSpan(TimeBytes));
        return bytes;
    }

    private static bool TryTime(ReadOnlySpan<byte> bytes, out long time)
    {
        time = bytes.Length == TimeBytes + LibCrypto.SignatureBytes ? BinaryPrimitives.ReadInt64BigEndian(bytes) : -1;
        return time >= 0;
    }
}
