namespace Consent.VerifiableLog;

/// <summary>
/// Hashes, proofs and entries out of the tiles of a log, which it takes as they are: hold a root against a checkpoint, a proof against the root, and an
/// entry against its proof before believing any of them. Reads at most one tile for each hash that it needs, and keeps the newest read. Throws
/// <see cref="FormatException"/> when the log lacks what a log of that size has, or has it in another length. Safe for many threads.
/// </summary>
public sealed class TileReader(ILogReader log)
{
    /// <summary>Tiles kept, of 8 KiB at most: 1 MiB.</summary>
    private const int MostKept = 128;
    private readonly Dictionary<TileAddress, NodeHash[]> _kept = [];
    private readonly Queue<TileAddress> _oldest = new();
    private readonly Lock _gate = new();

    /// <summary>The hash of a complete subtree (see <see cref="Subtree"/>) of a tree of this size. Throws <see cref="ArgumentOutOfRangeException"/> when it has no such one.</summary>
    public async Task<NodeHash> HashAsync(int level, long index, long size, CancellationToken cancel = default)
    {
        if (!new Subtree(level, index).IsWithin(size)) throw new ArgumentOutOfRangeException(nameof(index), index, "A tree of this size has no such complete subtree.");
        var (tileLevel, height) = (level / 8, level % 8);
        var first = index << height;
        var tile = await TileAsync(TileAddress.InTree(tileLevel, first >> 8, size), cancel);
        return Subtree.HashOf(tile.AsSpan((int)(first & 255), 1 << height));
    }

    /// <summary>The root of a tree of this size: out of its right edge, so out of every hash in its partial tiles, and of no full tile but those that the edge needs.</summary>
    public async Task<NodeHash> RootAsync(long size, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return size == 0 ? NodeHash.Empty : await RangeAsync(0, size, size, cancel);
    }

    /// <summary>See <see cref="TreeProof.Inclusion"/>.</summary>
    public Task<IReadOnlyList<NodeHash>> InclusionAsync(long index, long size, CancellationToken cancel = default) => ProofAsync(TreeProof.OfInclusion(index, size), size, cancel);

    /// <summary>See <see cref="TreeProof.Consistency"/>.</summary>
    public Task<IReadOnlyList<NodeHash>> ConsistencyAsync(long from, long to, CancellationToken cancel = default) => ProofAsync(TreeProof.OfConsistency(from, to), to, cancel);

    /// <summary>One entry of a log of this size. Throws <see cref="ArgumentOutOfRangeException"/> when it has no such one.</summary>
    public async Task<ReadOnlyMemory<byte>> EntryAsync(long index, long size, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        return (await BundleAsync(index >> 8, size, cancel))[(int)(index & 255)];
    }

    /// <summary>The entries from <c>256 * bundle</c> on, 256 of them unless the log ends before.</summary>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> BundleAsync(long bundle, long size, CancellationToken cancel = default)
    {
        var address = TileAddress.InTree(TileAddress.Entries, bundle, size);
        if (await log.ReadAsync(address.Path, cancel) is { } found) return EntryBundle.Read(found, address.Width);
        // A log may have removed a partial bundle since there is the full one.
        if (await log.ReadAsync(new TileAddress(TileAddress.Entries, bundle).Path, cancel) is not { } full) throw Missing(address);
        return [.. EntryBundle.Read(full, TileAddress.FullWidth).Take(address.Width)];
    }

    internal async Task<NodeHash[]> TileAsync(TileAddress address, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_kept.TryGetValue(address, out var kept)) return kept;
        }

        NodeHash[] tile;
        if (await log.ReadAsync(address.Path, cancel) is { } found) tile = HashTile.Read(found.Span, address.Width);
        else if (address.Width == TileAddress.FullWidth) throw Missing(address);
        else if (await log.ReadAsync(new TileAddress(address.Level, address.Index).Path, cancel) is not { } full) throw Missing(address);
        else tile = HashTile.Read(full.Span, TileAddress.FullWidth)[..address.Width];
        lock (_gate)
        {
            if (_kept.TryAdd(address, tile)) _oldest.Enqueue(address);
            if (_oldest.Count > MostKept) _kept.Remove(_oldest.Dequeue());
        }

        return tile;
    }

    internal static FormatException Missing(TileAddress address) => new($"The log has no {address.Path}, which a log of its size has.");

    private async Task<IReadOnlyList<NodeHash>> ProofAsync(IReadOnlyList<(long Start, long End)> ranges, long size, CancellationToken cancel)
    {
        var proof = new List<NodeHash>(ranges.Count);
        foreach (var (start, end) in ranges) proof.Add(await RangeAsync(start, end, size, cancel));
        return proof;
    }

    private async Task<NodeHash> RangeAsync(long start, long end, long size, CancellationToken cancel)
    {
        var hashes = new List<NodeHash>();
        foreach (var part in Subtree.Of(start, end)) hashes.Add(await HashAsync(part.Level, part.Index, size, cancel));
        return Subtree.Folded(hashes);
    }
}
