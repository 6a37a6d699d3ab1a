using System.Globalization;
using System.Text;

namespace Consent.VerifiableLog;

/// <summary>
/// What a log says to a witness that is to cosign its checkpoint, and what may be taken from the answer (C2SP tlog-witness, <c>add-checkpoint</c>). Sends nothing itself.
/// Pure.
/// </summary>
public static class WitnessProtocol
{
    /// <summary>Below the witness's submission prefix; asked for with POST.</summary>
    public const string Call = "add-checkpoint";

    /// <summary>Media type of a 409, which tells the size that the witness holds.</summary>
    public const string SizeType = "text/x.tlog.size";

    /// <summary>Bytes of an answer that are worth reading: as many lines as a note has, of keys with long names.</summary>
    public const int MostAnswer = 1 << 16;

    private const int MostHashes = 63;

    /// <summary>Digits of 2^63 - 1.</summary>
    private const int MostDigits = 19;

    /// <summary>The body of the request. Throws <see cref="ArgumentException"/> for what no request can have.</summary>
    /// <param name="old">Entries that the witness cosigned last; 0 where that is not known.</param>
    /// <param name="proof">That the checkpoint follows from those: none from 0.</param>
    public static byte[] Request(long old, IReadOnlyList<NodeHash> proof, SignedNote checkpoint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(old);
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (proof.Count > MostHashes) throw new ArgumentException("A proof for a witness has at most 63 hashes.", nameof(proof));
        var text = new StringBuilder("old ").Append(old.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (var hash in proof) text.Append(hash.ToString()).Append('\n');
        return Encoding.UTF8.GetBytes(text.Append('\n').Append(checkpoint).ToString());
    }

    /// <summary>
    /// The witness's cosignature out of the body of a 200, the newest if there are several. Null unless it is one of this key, of this checkpoint, with a time, and no line of the
    /// key is wrong; lines of other keys are passed over.
    /// </summary>
    public static Cosignature? CosignatureIn(ReadOnlySpan<byte> answer, SignedNote checkpoint, NoteVerifierKey witness)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(witness);
        byte[] note = [.. Encoding.UTF8.GetBytes($"{checkpoint.Text}\n"), .. answer];
        try
        {
            var read = SignedNote.Parse(note);
            // With an empty line in it, the answer would have made a text of its own, and the witness have signed that.
            return string.Equals(read.Text, checkpoint.Text, StringComparison.Ordinal) && Cosignature.Of(read, witness) is { Time: > 0 } found ? found : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The entries that the witness holds, out of the body of a 409; null for anything but such a number and a line feed.</summary>
    public static long? SizeIn(ReadOnlySpan<byte> answer)
    {
        if (answer.Length is < 2 or > MostDigits + 1 || answer[^1] != '\n') return null;
        return Checkpoint.TryNumber(Encoding.ASCII.GetString(answer[..^1]), out var size) ? size : null;
    }
}
