using System.Globalization;
using System.Text;

namespace Consent.VerifiableLog;

/// <summary>
/// A file that shows, without asking anybody, that an entry is in a log: where it stands, the hashes from there to the root, and the signed checkpoint
/// with that root (C2SP tlog-proof; by habit with the ending <c>.tlog-proof</c>). Shows nothing before <see cref="Verify"/>.
/// </summary>
public sealed class InclusionProofNote
{
    /// <summary>Bytes of <see cref="Extra"/>: as many as an entry has at most. The specification leaves a limit open.</summary>
    public const int MostExtra = 65_535;

    /// <summary>A log has fewer than 2^63 entries.</summary>
    private const int MostHashes = 63;
    private const int MostCharacters = SignedNote.MostCharacters + (MostExtra * 2);
    private const string Header = "c2sp.org/tlog-proof@v1";

    /// <summary>
    /// Throws <see cref="ArgumentException"/> for what no proof can have, and <see cref="FormatException"/> when the note is no checkpoint. Does not look
    /// at whether the proof holds.
    /// </summary>
    /// <param name="proof">From the sibling of the entry's hash upwards; at most 63.</param>
    public InclusionProofNote(long index, IReadOnlyList<NodeHash> proof, SignedNote note, ReadOnlyMemory<byte> extra = default)
    {
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(note);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (proof.Count > MostHashes) throw new ArgumentException("A proof has at most 63 hashes.", nameof(proof));
        if (extra.Length > MostExtra) throw new ArgumentException("The extra data of a proof has at most 65,535 bytes.", nameof(extra));
        Proof = [.. proof];
        (Index, Note, Extra) = (index, note, extra.ToArray());
        Checkpoint = Checkpoint.Parse(note.Text);
    }

    /// <summary>Of the entry in the log, 0 for its first.</summary>
    public long Index { get; }

    public IReadOnlyList<NodeHash> Proof { get; }

    /// <summary>The checkpoint as it was signed.</summary>
    public SignedNote Note { get; }

    public Checkpoint Checkpoint { get; }

    /// <summary>What the maker of the proof added for its reader; empty where nothing. No signature covers it: never to be believed by itself.</summary>
    public ReadOnlyMemory<byte> Extra { get; }

    /// <summary>Throws <see cref="FormatException"/> for anything but <see cref="ToString"/>.</summary>
    public static InclusionProofNote Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MostCharacters) throw new FormatException("A proof is no longer than its checkpoint, 63 hashes and 65,535 bytes of extra data need.");
        var split = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0) throw new FormatException("A proof has an empty line before its checkpoint.");
        var lines = text[..split].Split('\n', 3 + MostHashes + 1);
        if (!string.Equals(lines[0], Header, StringComparison.Ordinal)) throw new FormatException($"A proof begins with the line {Header}.");
        var next = 1;
        byte[]? extra = [];
        if (After("extra ", lines, next) is { } base64)
        {
            if (!CanonicalBase64.TryDecode(base64, out extra) || extra.Length == 0)
                throw new FormatException("The extra data of a proof is written in base64, and left out where there is none.");
            if (extra.Length > MostExtra) throw new FormatException("The extra data of a proof has at most 65,535 bytes.");
            next++;
        }
        if (After("index ", lines, next) is not { } number || !Checkpoint.TryNumber(number, out var index))
            throw new FormatException("A proof has a line with the index of its entry: a decimal number below 2^63, without leading zeros.");
        var hashes = lines[(next + 1)..];
        if (hashes.Length > MostHashes) throw new FormatException("A proof has at most 63 hashes.");
        return new InclusionProofNote(index, [.. hashes.Select(HashOf)], SignedNote.Parse(text[(split + 2)..]), extra);
    }

    /// <summary>
    /// Whether this entry is in the log: the checkpoint is signed by one of these keys whose name is the checkpoint's origin, no line of any of them is
    /// wrong, and the hashes lead from the entry to the checkpoint's root. Says nothing of witnesses: see <see cref="SignersOf"/>.
    /// </summary>
    /// <param name="entry">Its bytes, which the proof does not carry.</param>
    /// <param name="trusted">Keys of logs that one accepts; those of witnesses do no harm.</param>
    public bool Verify(ReadOnlySpan<byte> entry, params IReadOnlyCollection<NoteVerifierKey> trusted) => SignersOf(entry, trusted).Count > 0;

    /// <summary>
    /// Which of these keys, of the log and of witnesses, signed the checkpoint that this entry is in; none where <see cref="Verify"/> says no. How many
    /// witnesses are enough is for the caller to say, and he must not count one who has two names twice.
    /// </summary>
    public IReadOnlyList<NoteVerifierKey> SignersOf(ReadOnlySpan<byte> entry, params IReadOnlyCollection<NoteVerifierKey> trusted)
    {
        var signers = Note.VerifiedBy(trusted);
        var isOfLog = signers.Any(key => key.Type != NoteKeyType.Cosignature && string.Equals(key.Name, Checkpoint.Origin, StringComparison.Ordinal));
        return isOfLog && TreeProof.IncludesAt(NodeHash.OfEntry(entry), Index, Checkpoint.Size, Checkpoint.Root, Proof) ? signers : [];
    }

    /// <summary>The whole file.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Header).Append('\n');
        if (!Extra.IsEmpty) text.Append("extra ").Append(Convert.ToBase64String(Extra.Span)).Append('\n');
        text.Append("index ").Append(Index.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (var hash in Proof) text.Append(hash.ToString()).Append('\n');
        return text.Append('\n').Append(Note).ToString();
    }

    private static string? After(string begin, string[] lines, int at) =>
        at < lines.Length && lines[at].StartsWith(begin, StringComparison.Ordinal) ? lines[at][begin.Length..] : null;

    private static NodeHash HashOf(string line) =>
        CanonicalBase64.TryDecodeHash(line, out var hash) ? hash : throw new FormatException("A hash of a proof is 32 bytes in base64, on a line of its own.");
}
