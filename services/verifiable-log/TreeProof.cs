using System.Numerics;

namespace Consent.VerifiableLog;

/// <summary>
/// Proofs about a log's tree, made and verified: that it has an entry (RFC 6962, 2.1.1), and that it is an earlier one with more appended (2.1.2). A proof
/// says of an index and a size only what the root says that it is held against: take size and root together, out of one signed checkpoint.
/// </summary>
public static class TreeProof
{
    /// <summary>More hashes than any proof in a tree of fewer than 2^63 entries has.</summary>
    public const int MostHashes = 64;

    /// <param name="node">The hash of the complete subtree of a level and an index, as in <see cref="Subtree"/>.</param>
    public static IReadOnlyList<NodeHash> Inclusion(long index, long size, Func<int, long, NodeHash> node) => Made(OfInclusion(index, size), node);

    /// <summary>Without hashes where one of the trees is empty or they are the same.</summary>
    /// <param name="node">As for <see cref="Inclusion"/>.</param>
    public static IReadOnlyList<NodeHash> Consistency(long from, long to, Func<int, long, NodeHash> node) => Made(OfConsistency(from, to), node);

    /// <param name="node">As for <see cref="Inclusion"/>.</param>
    public static NodeHash Root(long size, Func<int, long, NodeHash> node)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return size == 0 ? NodeHash.Empty : Made([(0, size)], node)[0];
    }

    /// <summary>Whether the entry with this leaf hash stands at the index of the tree with this root. False for anything absurd.</summary>
    public static bool IncludesAt(NodeHash leaf, long index, long size, NodeHash root, IReadOnlyList<NodeHash> proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (index < 0 || index >= size || proof.Count > MostHashes) return false;
        var siblings = OfInclusion(index, size);
        if (proof.Count != siblings.Count) return false;
        var hash = leaf;
        for (var i = 0; i < proof.Count; i++)
            hash = siblings[i].Start > index ? NodeHash.OfChildren(hash, proof[i]) : NodeHash.OfChildren(proof[i], hash);
        return hash == root;
    }

    /// <summary>
    /// Whether the tree with the second root begins with the whole tree with the first. Of an empty tree every tree is a continuation, by a proof without
    /// hashes. False for anything absurd.
    /// </summary>
    public static bool IsConsistent(long from, NodeHash fromRoot, long to, NodeHash toRoot, IReadOnlyList<NodeHash> proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (from < 0 || from > to || proof.Count > MostHashes) return false;
        if (from == 0) return proof.Count == 0 && fromRoot == NodeHash.Empty && (to > 0 || toRoot == NodeHash.Empty);
        var parts = OfConsistency(from, to);
        if (proof.Count != parts.Count) return false;
        if (from == to) return fromRoot == toRoot;

        // The smaller tree may be a subtree of the larger as it is: then the proof does not repeat its root.
        var isSubtree = parts[0].Start >= from;
        var (earlier, later) = isSubtree ? (fromRoot, fromRoot) : (proof[0], proof[0]);
        for (var i = isSubtree ? 0 : 1; i < proof.Count; i++)
        {
            var isCommon = parts[i].Start < from;
            if (isCommon) earlier = NodeHash.OfChildren(proof[i], earlier);
            later = isCommon ? NodeHash.OfChildren(proof[i], later) : NodeHash.OfChildren(later, proof[i]);
        }

        return earlier == fromRoot && later == toRoot;
    }

    /// <summary>The ranges of entries whose hashes make the proof, from the leaf to the root. Throws <see cref="ArgumentOutOfRangeException"/> when the tree has no such entry.</summary>
    internal static IReadOnlyList<(long Start, long End)> OfInclusion(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var siblings = new List<(long Start, long End)>();
        for (var (start, end) = (0L, size); end - start > 1;)
        {
            var middle = start + LeftPart(end - start);
            siblings.Add(index < middle ? (middle, end) : (start, middle));
            (start, end) = index < middle ? (start, middle) : (middle, end);
        }

        siblings.Reverse();
        return siblings;
    }

    /// <summary>As <see cref="OfInclusion"/>, for sizes of which the second is not the smaller.</summary>
    internal static IReadOnlyList<(long Start, long End)> OfConsistency(long from, long to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        if (from == 0 || from == to) return [];
        var parts = new List<(long Start, long End)>();
        var (start, end) = (0L, to);
        while (from < end)
        {
            var middle = start + LeftPart(end - start);
            parts.Add(from <= middle ? (middle, end) : (start, middle));
            (start, end) = from <= middle ? (start, middle) : (middle, end);
        }

        // What begins at 0 is the smaller tree itself, and known.
        if (start > 0) parts.Add((start, end));
        parts.Reverse();
        return parts;
    }

    /// <summary>The largest power of two below a number of entries, 2 at least.</summary>
    private static long LeftPart(long entries) => 1L << BitOperations.Log2((ulong)(entries - 1));

    private static IReadOnlyList<NodeHash> Made(IReadOnlyList<(long Start, long End)> ranges, Func<int, long, NodeHash> node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return [.. ranges.Select(range => Subtree.Folded([.. Subtree.Of(range.Start, range.End).Select(part => node(part.Level, part.Index))]))];
    }
}
