namespace Consent.VerifiableLog;

/// <summary>
/// Reads a log that lies in a folder, as <see cref="LogFolder"/> writes it, or a copy of any other. It reads nothing outside the folder, whatever it is asked
/// for, and nothing in it but a log's resources. Safe for many threads.
/// </summary>
public sealed class FolderReader(string folder) : ILogReader
{
    private const string CheckpointPath = "checkpoint";
    private const int LargestCheckpoint = 1 << 20;

    /// <summary>Proofs of the entries that announced later keys, one behind another: what a copy of a log has beside the resources of the specification.</summary>
    private const string SuccessionsPath = "successions";
    private const int LargestSuccessions = 1 << 24;

    /// <summary>Throws <see cref="FormatException"/> for a file that is larger than such a resource can be.</summary>
    public ReadOnlyMemory<byte>? Read(string path)
    {
        var largest = path == CheckpointPath ? LargestCheckpoint
            : path == SuccessionsPath ? LargestSuccessions
            : !TileAddress.TryParse(path, out var address) ? 0
            : address.Level == TileAddress.Entries ? EntryBundle.LargestBundle : HashTile.LargestTile;
        if (largest == 0) return null;
        try
        {
            using var file = File.OpenHandle(Path.Combine(folder, path));
            var length = RandomAccess.GetLength(file);
            if (length > largest) throw new FormatException($"{path} has {length} bytes; it can have {largest} at most.");
            var bytes = new byte[length];
            var read = 0;
            while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), read) is var more and > 0) read += more;
            return new ReadOnlyMemory<byte>(bytes, 0, read);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(path));
    }
}
