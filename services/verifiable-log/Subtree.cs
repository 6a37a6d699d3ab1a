using System.Numerics;
using System.Runtime.InteropServices;

namespace Consent.VerifiableLog;

/// <summary>A complete subtree of a log's tree: the entries <c>Index * 2^Level</c> to <c>(Index + 1) * 2^Level - 1</c>. Its hash never changes, however the log grows.</summary>
/// <param name="Level">0 for a single entry, 62 at most.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Subtree(int Level, long Index)
{
    private const int HighestLevel = 62;

    /// <summary>Whether a tree of this size has it. False for anything absurd.</summary>
    public bool IsWithin(long size) => Level is >= 0 and <= HighestLevel && Index >= 0 && Index < size >> Level;

    /// <summary>
    /// The complete subtrees that a range of entries falls into, left to right, each smaller than the one before. The range begins where a subtree that
    /// would hold it whole begins, as every range of RFC 6962 does.
    /// </summary>
    internal static IReadOnlyList<Subtree> Of(long start, long end)
    {
        var all = new List<Subtree>();
        while (start < end)
        {
            var level = BitOperations.Log2((ulong)(end - start));
            all.Add(new Subtree(level, start >> level));
            start += 1L << level;
        }

        return all;
    }

    /// <summary>The hash of a range out of those of its subtrees (RFC 6962, 2.1: the larger part always stands left).</summary>
    internal static NodeHash Folded(IReadOnlyList<NodeHash> hashes)
    {
        var hash = hashes[hashes.Count - 1];
        for (var i = hashes.Count - 2; i >= 0; i--) hash = NodeHash.OfChildren(hashes[i], hash);
        return hash;
    }

    /// <summary>The hash of a complete subtree out of those of a level of it: a power of two of them.</summary>
    internal static NodeHash HashOf(ReadOnlySpan<NodeHash> level)
    {
        if (level.Length == 1) return level[0];
        var row = level.ToArray();
        for (var count = row.Length / 2; count > 0; count /= 2)
            for (var i = 0; i < count; i++) row[i] = NodeHash.OfChildren(row[2 * i], row[(2 * i) + 1]);
        return row[0];
    }
}
