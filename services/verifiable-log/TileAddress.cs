using System.Globalization;
using System.Runtime.InteropServices;

namespace Consent.VerifiableLog;

/// <summary>
/// Which tile of a log, or bundle of its entries, and how much of it there is: <c>tile/0/x001/x234/067.p/8</c>, <c>tile/entries/000</c> (C2SP tlog-tiles,
/// "Merkle Tree", "Log entries"). The default value is no address.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TileAddress
{
    /// <summary>Hashes in a full tile, entries in a full bundle.</summary>
    public const int FullWidth = 256;

    /// <summary>Stands in the place of a level for the entries themselves.</summary>
    public const int Entries = -1;

    /// <summary>The highest level that a path can name. A tree of fewer than 2^63 entries has none above 7.</summary>
    public const int HighestLevel = 63;
    internal const int HighestUsed = 7;
    private const int LongestPath = 64;
    private const int GroupLength = 3;

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> for a level that is neither <see cref="Entries"/> nor 0 to 63, an index below 0 and a width that is not 1 to 256.</summary>
    public TileAddress(int level, long index, int width = FullWidth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, Entries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, HighestLevel);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, FullWidth);
        (Level, Index, Width) = (level, index, width);
    }

    /// <summary>0 for hashes of entries, each further one for hashes of full tiles of the one below; <see cref="Entries"/> for a bundle.</summary>
    public int Level { get; }

    /// <summary>From the left of the level, from 0.</summary>
    public long Index { get; }

    /// <summary>1 to 255 for a partial tile, 256 for a full one.</summary>
    public int Width { get; }

    /// <summary>The path below the log's prefix, in its one spelling.</summary>
    public string Path
    {
        get
        {
            var digits = Index.ToString(CultureInfo.InvariantCulture);
            digits = digits.PadLeft((digits.Length + GroupLength - 1) / GroupLength * GroupLength, '0');
            var groups = digits.Chunk(GroupLength).Select(group => new string(group)).ToArray();
            for (var i = 0; i < groups.Length - 1; i++) groups[i] = $"x{groups[i]}";
            var level = Level == Entries ? "entries" : Level.ToString(CultureInfo.InvariantCulture);
            var width = Width == FullWidth ? "" : string.Create(CultureInfo.InvariantCulture, $".p/{Width}");
            return $"tile/{level}/{string.Join('/', groups)}{width}";
        }
    }

    /// <summary>Reads <see cref="Path"/>. False for anything else, another spelling of the same included.</summary>
    public static bool TryParse(string? path, out TileAddress address)
    {
        address = default;
        if (path is null || path.Length > LongestPath) return false;
        var parts = path.Split('/');
        if (parts.Length < 3) return false;
        var (end, width) = (parts.Length, FullWidth);
        if (parts[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out width) || width is < 1 or >= FullWidth) return false;
            end--;
            parts[end - 1] = parts[end - 1][..^2];
        }

        var level = Entries;
        if (parts[1] != "entries" && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out level) || level > HighestLevel)) return false;
        var digits = string.Concat(parts[2..end].Select(group => group.TrimStart('x')));
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return false;
        var read = new TileAddress(level, index, width);
        if (read.Path != path) return false;
        address = read;
        return true;
    }

    /// <summary>The tile with the width that it has in a tree of this size. Throws <see cref="ArgumentOutOfRangeException"/> when such a tree has none there.</summary>
    public static TileAddress InTree(int level, long index, long size) => WidthIn(level, index, size) is var width and > 0
        ? new TileAddress(level, index, width)
        : throw new ArgumentOutOfRangeException(nameof(index), index, "A tree of this size has no such tile.");

    /// <summary>
    /// Whether all of it lies within a tree of this size: so that a server shows nothing to which no checkpoint holds. It does not say that the tile is kept:
    /// there are partial tiles of all sizes that a log ever had, and of no others.
    /// </summary>
    public bool IsWithin(long size) => Width > 0 && Width <= WidthIn(Level, Index, size);

    /// <summary>Hashes (or entries) that a level has in a tree of this size.</summary>
    internal static long CountAt(int level, long size) => level <= 0 ? size : level > HighestUsed ? 0 : size >> (8 * level);

    private static int WidthIn(int level, long index, long size)
    {
        var count = CountAt(level, size);
        return index < 0 || index > count >> 8 ? 0 : (int)Math.Min(FullWidth, count - (index << 8));
    }

    public override string ToString() => Path;
}
