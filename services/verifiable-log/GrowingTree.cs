using System.Numerics;

namespace Consent.VerifiableLog;

/// <summary>The tree of a log that grows, as far as it can still change: its right edge, 63 hashes at most (RFC 6962, 2.1). Not for several threads at once.</summary>
public sealed class GrowingTree
{
    private readonly List<NodeHash> _edge;

    /// <summary>An empty tree.</summary>
    public GrowingTree() => _edge = [];

    /// <summary>A tree that has grown already. Throws <see cref="ArgumentException"/> unless the edge has a hash for each one among the binary digits of the size.</summary>
    /// <param name="edge">The hashes of <see cref="EdgeOf"/>.</param>
    public GrowingTree(long size, IEnumerable<NodeHash> edge)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentNullException.ThrowIfNull(edge);
        Size = size;
        _edge = [.. edge];
        if (_edge.Count != BitOperations.PopCount((ulong)size)) throw new ArgumentException("The edge of a tree has a hash for each one among the binary digits of its size.", nameof(edge));
    }

    /// <summary>Entries.</summary>
    public long Size { get; private set; }

    public NodeHash Root => Size == 0 ? NodeHash.Empty : Subtree.Folded(_edge);

    /// <summary>The hashes of <see cref="EdgeOf"/>, from which the tree can be continued elsewhere.</summary>
    public IReadOnlyList<NodeHash> Edge => [.. _edge];

    /// <summary>The complete subtrees whose hashes are the right edge of a tree, the largest first.</summary>
    public static IReadOnlyList<Subtree> EdgeOf(long size) => Subtree.Of(0, size);

    public void Append(NodeHash leaf)
    {
        // For each one at the end of the size, a subtree is complete now.
        for (var complete = BitOperations.TrailingZeroCount(~Size); complete > 0; complete--)
        {
            leaf = NodeHash.OfChildren(_edge[^1], leaf);
            _edge.RemoveAt(_edge.Count - 1);
        }

        _edge.Add(leaf);
        Size = checked(Size + 1);
    }
}
