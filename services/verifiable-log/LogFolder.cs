using System.Buffers;
using System.Globalization;

namespace Consent.VerifiableLog;

/// <summary>
/// Writes the tiles and entry bundles of a log into a folder, durably; <see cref="FolderReader"/> reads them meanwhile. It writes no checkpoint, and needs one:
/// what counts is what the newest signed checkpoint covers. Files that belong to it are never written again, since every size of the log has names of its own
/// for what changes; what lies behind it was told to nobody and is replaced. So a crash at any point, and a failed append, leave the log as it was. One
/// instance writes to a folder at a time, which it does not enforce; calls of one instance take turns.
/// </summary>
public sealed class LogFolder
{
    /// <summary>Entries of an append.</summary>
    public const int MostEntries = 10_000;

    /// <summary>Full tiles of a level before the opened size that may still have partial ones beside them, of an instance that did not come to remove them.</summary>
    private const long LookedBack = 4096;
    private const int MostDurable = 1000;
    private readonly string _folder;
    private readonly ILogDisk _disk;
    private readonly Lock _gate = new();

    /// <summary>Folders whose names, and those of the folders that hold them, are known to be on the disk.</summary>
    private readonly HashSet<string> _durable = new(StringComparer.Ordinal);
    private GrowingTiles _tiles;
    private byte[] _bundle;
    private bool _isSwept;
    private long _pruned;

    private LogFolder(string folder, ILogDisk disk, GrowingTiles tiles, byte[] bundle) =>
        (_folder, _disk, _tiles, _bundle, _pruned) = (folder, disk, tiles, bundle, Math.Max(0, tiles.Size - (LookedBack * TileAddress.FullWidth)));

    /// <summary>Entries.</summary>
    public long Size => _tiles.Size;

    public NodeHash Root => _tiles.Root;

    /// <summary>
    /// Continues a log behind the entries that its newest checkpoint covers; 0 begins one. Only reads, and only the right edge: compare <see cref="Root"/> with the
    /// checkpoint. Throws <see cref="FormatException"/> when the folder does not hold so many entries, or its last ones are not those in its tiles. The folder
    /// is made by the first append; that the one above it is on the disk is for the caller to see to.
    /// </summary>
    public static LogFolder Open(string folder, long size) => Open(folder, size, new LogDisk());

    internal static LogFolder Open(string folder, long size, ILogDisk disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var reader = new FolderReader(whole);
        var levels = new List<NodeHash[]>();
        for (var level = 0; TileAddress.CountAt(level, size) > 0; level++) levels.Add(PartialTile(reader, level, size));
        var bundle = PartialBundle(reader, size);
        if (levels.Count > 0 && !bundle.Select(entry => NodeHash.OfEntry(entry.Span)).SequenceEqual(levels[0]))
            throw new FormatException($"The last entries of the log in {whole} are not those in its last tile.");
        return new LogFolder(whole, disk, new GrowingTiles(size, levels), bundle.Count == 0 ? [] : EntryBundle.Write(bundle));
    }

    /// <summary>
    /// Appends 1 to 10,000 entries of at most 65,535 bytes each. When it returns all of them are on the disk, and the root may be signed. It appends all or
    /// nothing: after an <see cref="IOException"/> the log is as it was, and the same or another append may follow.
    /// </summary>
    /// <returns>The index of the first of them.</returns>
    public async Task<long> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count is 0 or > MostEntries) throw new ArgumentException("An append has 1 to 10,000 entries.", nameof(entries));
        if (entries.Any(entry => entry.Length > EntryBundle.LongestEntry)) throw new ArgumentException("An entry has at most 65,535 bytes.", nameof(entries));
        return await Task.Run(() =>
        {
            lock (_gate) return Append(entries);
        }, cancel);
    }

    /// <summary>
    /// Removes the partial tiles and bundles that full ones replace, once a checkpoint of so many entries is published: until then readers with an older one
    /// may not know of the full ones (C2SP tlog-tiles, "Partial Tiles").
    /// </summary>
    public async Task PruneAsync(long published, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(published);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(published, Size);
        await Task.Run(() =>
        {
            lock (_gate) Prune(published);
        }, cancel);
    }

    private static NodeHash[] PartialTile(FolderReader reader, int level, long size)
    {
        var count = TileAddress.CountAt(level, size);
        if (count % TileAddress.FullWidth == 0) return [];
        var address = TileAddress.InTree(level, count >> 8, size);
        if (reader.Read(address.Path) is { } found) return HashTile.Read(found.Span, address.Width);
        var full = reader.Read(new TileAddress(level, address.Index).Path) ?? throw TileReader.Missing(address);
        return HashTile.Read(full.Span, TileAddress.FullWidth)[..address.Width];
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> PartialBundle(FolderReader reader, long size)
    {
        if (size % TileAddress.FullWidth == 0) return [];
        var address = TileAddress.InTree(TileAddress.Entries, size >> 8, size);
        if (reader.Read(address.Path) is { } found) return EntryBundle.Read(found, address.Width);
        var full = reader.Read(new TileAddress(TileAddress.Entries, address.Index).Path) ?? throw TileReader.Missing(address);
        return [.. EntryBundle.Read(full, TileAddress.FullWidth).Take(address.Width)];
    }

    private long Append(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        if (!_isSwept) Sweep();
        _isSwept = false;
        var (first, tiles, names) = (Size, _tiles.Copy(), new Names());
        var bundle = new ArrayBufferWriter<byte>();
        bundle.Write(_bundle);
        Action<TileAddress, NodeHash[]> keep = (address, hashes) => Keep(address, HashTile.Write(hashes), names);
        foreach (var entry in entries)
        {
            EntryBundle.Append(bundle, entry.Span);
            if ((tiles.Size + 1) % TileAddress.FullWidth == 0)
            {
                Keep(new TileAddress(TileAddress.Entries, tiles.Size >> 8), bundle.WrittenSpan, names);
                bundle.ResetWrittenCount();
            }

            tiles.Append(NodeHash.OfEntry(entry.Span), keep);
        }

        if (bundle.WrittenCount > 0) Keep(TileAddress.InTree(TileAddress.Entries, tiles.Size >> 8, tiles.Size), bundle.WrittenSpan, names);
        foreach (var (address, hashes) in tiles.PartialSince(first)) keep(address, hashes);
        foreach (var folder in names.Changed) _disk.SyncFolder(folder);
        if (_durable.Count > MostDurable) _durable.Clear();
        _durable.UnionWith(names.Reached);
        (_tiles, _bundle, _isSwept) = (tiles, bundle.WrittenSpan.ToArray(), true);
        return first;
    }

    /// <summary>Under its name with all of its bytes, or not at all.</summary>
    private void Keep(TileAddress address, ReadOnlySpan<byte> bytes, Names names)
    {
        var (file, unfinished) = (FileOf(address), Path.Combine(_folder, "unfinished"));
        var folder = Path.GetDirectoryName(file)!;
        // Also those that are there: who made them may have crashed before their names were on the disk.
        for (var reached = folder; reached.Length >= _folder.Length && !_durable.Contains(reached) && names.Reached.Add(reached); reached = Path.GetDirectoryName(reached) ?? "")
            if (Path.GetDirectoryName(reached) is { } above) names.Changed.Add(above);
        names.Changed.Add(folder);
        if (!Directory.Exists(folder)) _disk.CreateFolder(folder);
        _disk.Write(unfinished, bytes);
        _disk.Rename(unfinished, file);
    }

    /// <summary>
    /// Partial tiles of sizes that no checkpoint was signed of: the log now passes such sizes with other entries, perhaps. Full ones are written anew when it
    /// gets there. Only before an append, so that to open a log harms nothing.
    /// </summary>
    private void Sweep()
    {
        for (var level = TileAddress.Entries; level <= TileAddress.HighestUsed; level++)
        {
            var count = TileAddress.CountAt(level, Size);
            var (index, width) = (count >> 8, (int)(count & 255));
            while (true)
            {
                var full = FileOf(new TileAddress(level, index));
                SweepWider(PartialsOf(full), width);
                if (!File.Exists(full)) break;
                (index, width) = (index + 1, 0);
            }
        }
    }

    private void SweepWider(string partials, int width)
    {
        if (!Directory.Exists(partials)) return;
        var wider = Directory.GetFiles(partials)
            .Where(file => int.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out var of) && of > width).ToList();
        foreach (var file in wider) _disk.Delete(file);
        if (wider.Count > 0) _disk.SyncFolder(partials);
    }

    private void Prune(long published)
    {
        for (var level = TileAddress.Entries; level <= TileAddress.HighestUsed; level++)
        {
            for (var index = TileAddress.CountAt(level, _pruned) >> 8; index < TileAddress.CountAt(level, published) >> 8; index++)
            {
                var partials = PartialsOf(FileOf(new TileAddress(level, index)));
                if (Directory.Exists(partials)) _disk.DeleteFolder(partials);
            }
        }

        _pruned = Math.Max(_pruned, published);
    }

    private string FileOf(TileAddress address) => Path.Combine(_folder, address.Path);

    private static string PartialsOf(string full) => full + ".p";

    /// <summary>What an append did to folders: names in the changed ones are not on the disk until these are synchronised.</summary>
    private sealed class Names
    {
        public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Reached { get; } = new(StringComparer.Ordinal);
    }
}
