using System.Globalization;
using System.Text;
using Consent.Tests.Support;

namespace Consent.VerifiableLog.Tests;

/// <summary>A log in a folder of its own, written and signed with our library.</summary>
internal sealed class WrittenLog(LogKeys keys) : IDisposable
{
    public const string Origin = "consent.example/log/bakkers";
    private static readonly DateTimeOffset _noon = new(2026, 6, 3, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _temporary = new();

    public string Folder => _temporary.Path;

    public long Size { get; private set; }

    public NodeHash Root { get; private set; } = NodeHash.Empty;

    /// <summary>One with so many entries, signed.</summary>
    public static async Task<WrittenLog> OfAsync(LogKeys keys, IEnumerable<byte[]> entries)
    {
        var log = new WrittenLog(keys);
        await log.AppendAsync(entries);
        await log.SignAsync();
        return log;
    }

    /// <summary>What an index holds in an honest log; one entry is as long as can be, and one is empty.</summary>
    public static byte[] EntryOf(long index, int daysEarlier = 0) => index switch
    {
        7 => [.. Enumerable.Range(0, EntryBundle.LongestEntry).Select(i => (byte)i)],
        9 => [],
        _ => Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{{\"at\":\"{_noon.AddSeconds(index).AddDays(-daysEarlier):yyyy-MM-dd'T'HH:mm:ss'Z'}\",\"index\":{index}}}")),
    };

    public static IEnumerable<byte[]> EntriesOf(long from, long to)
    {
        for (var index = from; index < to; index++) yield return EntryOf(index);
    }

    /// <summary>Opened for each batch, as after a start.</summary>
    public async Task AppendAsync(IEnumerable<byte[]> entries)
    {
        foreach (var batch in entries.Chunk(LogFolder.MostEntries))
        {
            var log = LogFolder.Open(Folder, Size);
            Assert.Equal(Root, log.Root);
            await log.AppendAsync([.. batch.Select(entry => new ReadOnlyMemory<byte>(entry))]);
            (Size, Root) = (log.Size, log.Root);
        }
    }

    /// <summary>Publishes a checkpoint, and removes what no longer has to be there.</summary>
    public async Task<string> SignAsync()
    {
        var checkpoint = keys.Sign(new Checkpoint(Origin, Size, Root));
        await File.WriteAllTextAsync(Path.Combine(Folder, "checkpoint"), checkpoint);
        await LogFolder.Open(Folder, Size).PruneAsync(Size);
        return checkpoint;
    }

    /// <summary>All of its files, elsewhere.</summary>
    public string CopyTo(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return folder;
    }

    public Task<LogTask> TaskAsync(string name, IEnumerable<long> indexes, IEnumerable<string> seen, Func<long, byte[]>? kept = null) =>
        TaskAsync(name, Folder, Size, indexes, seen, kept);

    /// <summary>Entries, and proofs as our library makes them from what is in the folder: for a size that it never reached there are none.</summary>
    /// <param name="seen">Older checkpoints.</param>
    /// <param name="kept">Entries as someone kept them; else as the folder has them.</param>
    public async Task<LogTask> TaskAsync(string name, string folder, long size, IEnumerable<long> indexes, IEnumerable<string> seen, Func<long, byte[]>? kept = null)
    {
        var tiles = new TileReader(new FolderReader(folder));
        var (inclusion, consistency) = (new List<HandedEntry>(), new List<SeenCheckpoint>());
        foreach (var index in indexes)
        {
            var entry = kept?.Invoke(index) ?? (await tiles.EntryAsync(index, size)).ToArray();
            var proof = index < size ? await tiles.InclusionAsync(index, size) : [];
            inclusion.Add(new HandedEntry(index, Convert.ToBase64String(entry), Text(proof)));
        }
        foreach (var checkpoint in seen)
        {
            var from = Checkpoint.Parse(SignedNote.Parse(checkpoint).Text).Size;
            var proof = from <= size ? await tiles.ConsistencyAsync(from, size) : [];
            consistency.Add(new SeenCheckpoint(checkpoint, Text(proof)));
        }
        return new LogTask(name, folder, Origin, [.. keys.Signers.Select(signer => signer.Key.ToString())]) { Inclusion = inclusion, Consistency = consistency };
    }

    public void Dispose() => _temporary.Dispose();

    private static string[] Text(IEnumerable<NodeHash> proof) => [.. proof.Select(hash => hash.ToString())];
}
