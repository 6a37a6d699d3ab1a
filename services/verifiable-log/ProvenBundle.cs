namespace Consent.VerifiableLog;

/// <summary>Reads a bundle of entries and believes nothing of it but a root: for whoever looks at some entries, and has no proof of each.</summary>
public static class ProvenBundle
{
    /// <summary>
    /// The entries from <c>256 * bundle</c> on. Each is compared with its tile, and the tile held against the root of the tree of this size. Throws
    /// <see cref="FormatException"/> when one of them is not what the root was made of, or is missing.
    /// </summary>
    /// <param name="log">One that has kept nothing of the log from a time before which it may have been altered.</param>
    /// <param name="root">Of a checkpoint whose signature was verified, with its size.</param>
    public static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(TileReader log, long bundle, long size, NodeHash root, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        var (first, entries) = (bundle << 8, await log.BundleAsync(bundle, size, cancel));
        for (var i = 0; i < entries.Count; i++)
            if (NodeHash.OfEntry(entries[i].Span) != await log.HashAsync(0, first + i, size, cancel)) throw new FormatException($"Entry {first + i} of the log is not the one in its tile.");
        // The proof of the first is made of all other hashes in its tile: it proves them too.
        return TreeProof.IncludesAt(NodeHash.OfEntry(entries[0].Span), first, size, root, await log.InclusionAsync(first, size, cancel))
            ? entries
            : throw new FormatException($"The tiles above entry {first} of the log do not lead to the root of its checkpoint.");
    }
}
