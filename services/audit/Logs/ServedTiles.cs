using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>
/// The tiles of a log as far as a checkpoint covers them, and nothing behind it. A partial tile is cut out of a wider one where there is none of its own: what was told
/// once can be had again, also after the folder was built anew. Safe for many threads.
/// </summary>
internal sealed class ServedTiles(FolderReader folder, long size) : ILogReader
{
    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(TileAddress.TryParse(path, out var address) && address.IsWithin(size) ? Read(address) : null);
    }

    private ReadOnlyMemory<byte>? Read(TileAddress address)
    {
        if (folder.Read(address.Path) is { } own) return own;
        if (Wider(address) is not { } bytes) return null;
        return address.Level == TileAddress.Entries ? EntryBundle.Write([.. EntryBundle.Read(bytes).Take(address.Width)]) : bytes[..(address.Width * NodeHash.Length)];
    }

    private ReadOnlyMemory<byte>? Wider(TileAddress address)
    {
        var found = folder.Read(TileAddress.InTree(address.Level, address.Index, size).Path) ?? folder.Read(new TileAddress(address.Level, address.Index).Path);
        // Behind a checkpoint may lie what none covers yet; built anew, the folder then has the tile as wide as that makes it, and in no width between.
        for (var width = address.Width + 1; found is null && width < TileAddress.FullWidth; width++) found = folder.Read(new TileAddress(address.Level, address.Index, width).Path);
        return found;
    }
}
