namespace Consent.VerifiableLog;

/// <summary>Hashes behind each other (C2SP tlog-tiles, "Merkle Tree").</summary>
internal static class HashTile
{
    public const int LargestTile = TileAddress.FullWidth * NodeHash.Length;

    public static byte[] Write(ReadOnlySpan<NodeHash> hashes)
    {
        var tile = new byte[hashes.Length * NodeHash.Length];
        for (var i = 0; i < hashes.Length; i++) hashes[i].CopyTo(tile.AsSpan(i * NodeHash.Length));
        return tile;
    }

    /// <summary>Throws <see cref="FormatException"/> when the tile has not so many hashes.</summary>
    public static NodeHash[] Read(ReadOnlySpan<byte> tile, int width)
    {
        if (tile.Length != width * NodeHash.Length) throw new FormatException($"A tile of {width} hashes has {tile.Length} bytes in place of {width * NodeHash.Length}.");
        var hashes = new NodeHash[width];
        for (var i = 0; i < width; i++) hashes[i] = NodeHash.Of(tile.Slice(i * NodeHash.Length, NodeHash.Length));
        return hashes;
    }
}
