using System.Security.Cryptography;
using System.Text;

namespace Consent.VerifiableLog;

/// <summary>
/// A text and its signature lines (C2SP signed-note). Nothing in the text may be believed before a key that is trusted has verified the note: see
/// <see cref="VerifiedBy"/>. Lines of keys that one does not know mean nothing and are kept as they are.
/// </summary>
public sealed class SignedNote
{
    /// <summary>Signature lines of a note, as in Go's note package; the specification asks for 16 or more.</summary>
    public const int MostSignatures = 100;

    /// <summary>Of a whole note, in UTF-8 as well as in UTF-16. The specification asks for a limit and leaves it open.</summary>
    public const int MostCharacters = 1_000_000;
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures) => (Text, Signatures) = (text, signatures);

    /// <summary>With the line feed at its end.</summary>
    public string Text { get; }

    /// <summary>In the order of the lines, valid or not.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>
    /// A note as it came. Throws <see cref="FormatException"/> for what is no UTF-8, and for what <see cref="Parse(string)"/> refuses.
    /// </summary>
    public static SignedNote Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MostCharacters) throw new FormatException("A note has at most 1,000,000 bytes.");
        try
        {
            return Parse(_strict.GetString(utf8));
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("A note is text in UTF-8.", e);
        }
    }

    /// <summary>
    /// Throws <see cref="FormatException"/> for what is no note, or has more lines or characters than a note may have. Text from a file or from the
    /// network must not have been repaired on its way: better give its bytes.
    /// </summary>
    public static SignedNote Parse(string note)
    {
        ArgumentNullException.ThrowIfNull(note);
        if (note.Length > MostCharacters) throw new FormatException("A note has at most 1,000,000 characters.");
        if (!IsText(note)) throw new FormatException("A note has no control character but the line feed, and no half of a character.");
        if (Encoding.UTF8.GetByteCount(note) > MostCharacters) throw new FormatException("A note has at most 1,000,000 bytes.");
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0) throw new FormatException("A note has an empty line between its text and its signatures.");
        if (split + 2 == note.Length) throw new FormatException("A note has at least one signature line after its last empty line.");
        if (note[^1] != '\n') throw new FormatException("A note ends with a line feed.");
        var lines = note[(split + 2)..^1].Split('\n', MostSignatures + 1);
        return lines.Length > MostSignatures ? throw new FormatException("A note has at most 100 signature lines.")
            : new SignedNote(note[..(split + 1)], [.. lines.Select(NoteSignature.Parse)]);
    }

    /// <summary>
    /// Throws <see cref="ArgumentException"/> for a text that no note can have, and <see cref="CryptographicException"/> when a signature came out that
    /// its own key refuses: such a signature is not given out.
    /// </summary>
    /// <param name="text">Ends with a line feed, and has no other control character.</param>
    /// <param name="signers">At least one; their lines come in this order.</param>
    public static SignedNote Sign(string text, params INoteSigner[] signers)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(signers);
        if (!text.EndsWith('\n') || !IsText(text))
            throw new ArgumentException("The text of a note ends with a line feed and has no other control character.", nameof(text));
        if (signers.Length == 0) throw new ArgumentException("A note is signed by at least one key.", nameof(signers));
        var bytes = Encoding.UTF8.GetBytes(text);
        return Of(text, [.. signers.Select(signer => LineOf(signer, bytes))]);
    }

    /// <summary>
    /// The same text with more lines after its own; a line that is there already is not added again. Does not look at whether they are valid. Throws
    /// <see cref="ArgumentException"/> when the note would become too long.
    /// </summary>
    public SignedNote With(params IReadOnlyCollection<NoteSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        var lines = Signatures.ToList();
        foreach (var line in signatures)
        {
            if (!lines.Exists(one => string.Equals(one.ToString(), line.ToString(), StringComparison.Ordinal))) lines.Add(line);
            if (lines.Count > MostSignatures) break;
        }
        return Of(Text, lines);
    }

    /// <summary>
    /// Which of the keys that one trusts signed this note, each once. None at all when a line names one of them and its signature is wrong: then the
    /// whole note is to be refused. Keys that cannot be used on this machine count as unknown.
    /// </summary>
    public IReadOnlyList<NoteVerifierKey> VerifiedBy(params IReadOnlyCollection<NoteVerifierKey> trusted)
    {
        ArgumentNullException.ThrowIfNull(trusted);
        var named = trusted.Where(key => key.CanVerify && Signatures.Any(key.IsNamedIn)).DistinctBy(key => key.ToString(), StringComparer.Ordinal).ToArray();
        return Array.TrueForAll(named, key => key.Verifies(this)) ? named : [];
    }

    /// <summary>The whole note, exactly as it was parsed.</summary>
    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Select(line => $"{line}\n"))}";

    /// <summary>No control character but the line feed, and none that UTF-8 cannot carry.</summary>
    internal static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] < ' ' && text[i] != '\n') return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }
        return true;
    }

    /// <summary>Such text in one line, which is not empty.</summary>
    internal static bool IsLine(string text) => text.Length > 0 && !text.Contains('\n', StringComparison.Ordinal) && IsText(text);

    private static SignedNote Of(string text, List<NoteSignature> lines)
    {
        if (lines.Count > MostSignatures) throw new ArgumentException("A note has at most 100 signature lines.", nameof(lines));
        var note = new SignedNote(text, lines);
        return Encoding.UTF8.GetByteCount(note.ToString()) <= MostCharacters ? note : throw new ArgumentException("A note has at most 1,000,000 bytes.", nameof(text));
    }

    private static NoteSignature LineOf(INoteSigner signer, byte[] text)
    {
        var signature = signer.Sign(text);
        if (signer.Key.CanVerify && !signer.Key.Accepts(text, signature))
            throw new CryptographicException($"The key {signer.Key.Name} made a signature that it does not verify.");
        return new NoteSignature(signer.Key.Name, signer.Key.Id, signature);
    }
}
