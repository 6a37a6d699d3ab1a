using System.Globalization;

namespace Consent.VerifiableLog;

/// <summary>
/// A verifier key, and up to where it is believed: of a key that was succeeded no checkpoint counts that covers the entry which announced the next one. As a line of a list of keys it is
/// the key itself, or <c># until {size} {key}</c>: programs that know of no end pass over that as a comment, and do not believe what has ended.
/// </summary>
/// <param name="Until">Entries that a checkpoint may have at most, to be believed by this key: the index of the entry that announced the next one. Null for a key in force.</param>
public sealed record KeyTerm(NoteVerifierKey Key, long? Until = null)
{
    private const string Begin = "# until ";

    /// <summary>Whether a checkpoint of so many entries may be believed by this key.</summary>
    public bool Covers(long size) => Until is not { } end || size <= end;

    /// <summary>The line, without line feed.</summary>
    public override string ToString() => Until is { } end ? string.Create(CultureInfo.InvariantCulture, $"{Begin}{end} {Key}") : Key.ToString();

    /// <summary>What <see cref="ToString"/> gives; null for an empty line and for any other comment. Throws <see cref="FormatException"/> as <see cref="NoteVerifierKey.Parse"/> does.</summary>
    public static KeyTerm? Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var text = line.Trim();
        if (text.Length == 0) return null;
        if (text[0] != '#') return new KeyTerm(NoteVerifierKey.Parse(text));
        return text.StartsWith(Begin, StringComparison.Ordinal) && text[Begin.Length..].Split(' ', 2) is [var size, var key] && Checkpoint.TryNumber(size, out var end)
            ? new KeyTerm(NoteVerifierKey.Parse(key), end)
            : null;
    }
}
