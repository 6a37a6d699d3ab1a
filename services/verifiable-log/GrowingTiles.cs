using System.Runtime.InteropServices;

namespace Consent.VerifiableLog;

/// <summary>The rightmost tiles of a log that grows, of all levels, as far as they are not full. Not for several threads at once.</summary>
internal sealed class GrowingTiles
{
    private readonly List<List<NodeHash>> _levels;

    /// <param name="levels">The hashes in the partial tile of each level; none where a level has no partial tile.</param>
    public GrowingTiles(long size, IEnumerable<IReadOnlyList<NodeHash>> levels)
    {
        Size = size;
        _levels = [.. levels.Select(level => level.ToList())];
    }

    public long Size { get; private set; }

    public NodeHash Root
    {
        get
        {
            if (Size == 0) return NodeHash.Empty;
            var edge = new List<NodeHash>();
            for (var level = _levels.Count - 1; level >= 0; level--)
                foreach (var part in Subtree.Of(0, _levels[level].Count))
                    edge.Add(Subtree.HashOf(CollectionsMarshal.AsSpan(_levels[level]).Slice((int)(part.Index << part.Level), 1 << part.Level)));
            return Subtree.Folded(edge);
        }
    }

    public GrowingTiles Copy() => new(Size, _levels);

    /// <param name="whenFull">Is given each tile that this entry fills, from level 0 upwards.</param>
    public void Append(NodeHash leaf, Action<TileAddress, NodeHash[]> whenFull)
    {
        var hash = leaf;
        for (var level = 0; ; level++)
        {
            if (level == _levels.Count) _levels.Add([]);
            var tile = _levels[level];
            tile.Add(hash);
            if (tile.Count < TileAddress.FullWidth) break;
            whenFull(new TileAddress(level, TileAddress.CountAt(level, Size) >> 8), [.. tile]);
            hash = Subtree.HashOf(CollectionsMarshal.AsSpan(tile));
            tile.Clear();
        }

        Size = checked(Size + 1);
    }

    /// <summary>The partial tiles that are not what they were when the log had fewer entries.</summary>
    public IEnumerable<(TileAddress Address, NodeHash[] Hashes)> PartialSince(long size)
    {
        for (var level = 0; level < _levels.Count; level++)
        {
            var count = TileAddress.CountAt(level, Size);
            if (_levels[level].Count > 0 && count != TileAddress.CountAt(level, size)) yield return (TileAddress.InTree(level, count >> 8, Size), [.. _levels[level]]);
        }
    }
}
