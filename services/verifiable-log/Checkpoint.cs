using System.Globalization;

namespace Consent.VerifiableLog;

/// <summary>
/// What a log says of itself: how many entries it has, and the root of their tree (C2SP tlog-checkpoint). Signed as the text of a note. Two are equal
/// when their texts are. Throws <see cref="ArgumentException"/> when it is made of what no checkpoint can have.
/// </summary>
/// <param name="Origin">The log's name, without a scheme, such as <c>consent.example/log/bakkers</c>: one line.</param>
/// <param name="Size">Entries, 0 or more.</param>
public sealed record Checkpoint(string Origin, long Size, NodeHash Root)
{
    /// <summary>Extension lines that are read; the specification leaves a limit open. No log of ours has any.</summary>
    public const int MostExtensions = 100;

    public string Origin { get; init => field = Line(value); } = Line(Origin);

    public long Size { get; init => field = Count(value); } = Count(Size);

    /// <summary>Lines after the root, which a log may add for itself. Nobody can check them by the log's entries.</summary>
    public IReadOnlyList<string> Extensions { get; init => field = Lines(value); } = [];

    /// <summary>As it is signed: each line with a line feed.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root}\n{string.Concat(Extensions.Select(line => $"{line}\n"))}");

    /// <summary>
    /// The text of a note that was verified. Throws <see cref="FormatException"/> for anything but <see cref="Text"/>: another spelling of size or root,
    /// an empty line, a text without its last line feed.
    /// </summary>
    public static Checkpoint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > SignedNote.MostCharacters) throw new FormatException("A checkpoint is no longer than a note may be.");
        if (!SignedNote.IsText(text)) throw new FormatException("A checkpoint has no control character but the line feed, and no half of a character.");
        if (!text.EndsWith('\n')) throw new FormatException("A checkpoint ends with a line feed.");
        var lines = text[..^1].Split('\n', 3 + MostExtensions + 1);
        if (lines.Length < 3) throw new FormatException("A checkpoint has three lines: origin, size and root.");
        if (lines.Length > 3 + MostExtensions) throw new FormatException("A checkpoint has at most 100 extension lines.");
        if (Array.Exists(lines, line => line.Length == 0)) throw new FormatException("A checkpoint has no empty line.");
        if (!TryNumber(lines[1], out var size)) throw new FormatException("The size of a checkpoint is a decimal number below 2^63, without leading zeros.");
        if (!CanonicalBase64.TryDecodeHash(lines[2], out var root)) throw new FormatException("The root of a checkpoint is a hash of 32 bytes in base64.");
        return new Checkpoint(lines[0], size, root) { Extensions = lines[3..] };
    }

    public bool Equals(Checkpoint? other) => other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override int GetHashCode() => Root.GetHashCode();

    /// <summary>ASCII digits in their one spelling: no sign, no leading zero; 0 to 2^63 - 1.</summary>
    internal static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && string.Equals(number.ToString(CultureInfo.InvariantCulture), text, StringComparison.Ordinal);

    private static string Line(string line) =>
        line is not null && SignedNote.IsLine(line) ? line : throw new ArgumentException("A line of a checkpoint is not empty and has no control character.", nameof(line));

    private static string[] Lines(IReadOnlyList<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return lines.Count <= MostExtensions ? [.. lines.Select(Line)] : throw new ArgumentException("A checkpoint has at most 100 extension lines.", nameof(lines));
    }

    private static long Count(long size) => size >= 0 ? size : throw new ArgumentOutOfRangeException(nameof(size), size, "A log has no fewer than 0 entries.");
}
