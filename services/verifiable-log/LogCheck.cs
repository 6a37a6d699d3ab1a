namespace Consent.VerifiableLog;

/// <summary>Reads a log from end to end, in memory for a few tiles.</summary>
public static class LogCheck
{
    /// <summary>
    /// Hashes every entry, compares what follows from them with every tile of a log of this size, full and partial, and gives the root: compare it with the
    /// checkpoint. Throws <see cref="FormatException"/> at the first file that is missing, malformed or another than the entries make it.
    /// </summary>
    /// <param name="progress">Is told the entries read.</param>
    public static async Task<NodeHash> RunAsync(ILogReader log, long size, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var (reader, tiles, full) = (new TileReader(log), new GrowingTiles(0, []), new List<(TileAddress Address, NodeHash[] Hashes)>());
        Action<TileAddress, NodeHash[]> keep = (address, hashes) => full.Add((address, hashes));
        while (tiles.Size < size)
        {
            foreach (var entry in await reader.BundleAsync(tiles.Size >> 8, size, cancel)) tiles.Append(NodeHash.OfEntry(entry.Span), keep);
            foreach (var (address, hashes) in full) await CompareAsync(reader, address, hashes, cancel);
            full.Clear();
            progress?.Report(tiles.Size);
        }

        foreach (var (address, hashes) in tiles.PartialSince(0)) await CompareAsync(reader, address, hashes, cancel);
        return tiles.Root;
    }

    private static async Task CompareAsync(TileReader reader, TileAddress address, NodeHash[] hashes, CancellationToken cancel)
    {
        var tile = await reader.TileAsync(address, cancel);
        if (!tile.AsSpan().SequenceEqual(hashes)) throw new FormatException($"{address.Path} is not what the entries of the log make it.");
    }
}
