using System.Globalization;
using System.Text;
using Consent.Audit.Logs;
using Consent.VerifiableLog;
using Microsoft.Extensions.Configuration;
using Microsoft.Win32.SafeHandles;

namespace Consent.LogWriter;

/// <summary>
/// Appends to a log, signs its checkpoints and keeps them as the audit service does, with the parts of it that write: keys, tiles, and the checkpoint outside of the data. After a failure it
/// begins again from the checkpoint that is kept, with other entries. Tells the test that breaks its system calls, by lines on standard output, the keys (<c>key …</c>) and each
/// checkpoint that a reader could have by then (<c>kept SIZE ROOT</c>), also one that it found.
/// <code>LogWriter FOLDER LIFE</code>
/// </summary>
internal static class WriteLog
{
    private const string Log = "bakkers";
    private const int MostAttempts = 3;

    /// <summary>Across the edges of the first two tiles, in steps from one entry to some hundreds.</summary>
    private static readonly int[] Sizes = [1, 100, 256, 270, 570];

    public static async Task<int> Main(string[] arguments)
    {
        // From here on the pool's only thread.
        await Task.Yield();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>("Data", Path.Combine(arguments[0], "data"))]).Build();
        using var output = new SafeFileHandle(1, ownsHandle: false);
        await using var told = new FileStream(output, FileAccess.Write, bufferSize: 0);
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            try
            {
                await RunAsync(LogSettings.Of(configuration), $"life {arguments[1]}, attempt {attempt}", told);
                return 0;
            }
            catch (IOException)
            {
                // As at the service's next round.
            }
        }

        return 1;
    }

    private static async Task RunAsync(LogSettings settings, string of, FileStream told)
    {
        var (keys, kept, origin) = (new NoteKeyFolder(settings.Keys, $"log-{Log}"), new KeptCheckpoints(settings), settings.OriginOf(Log));
        INoteSigner[] signers = [.. NoteKeyFolder.Algorithms.Select(algorithm => keys.Make(algorithm, 1, origin))];
        foreach (var signer in signers) Tell(told, $"key {signer.Key}");
        var newest = kept.Read(Log) is { } note ? Checkpoint.Parse(note.Text) : new Checkpoint(origin, 0, NodeHash.Empty);
        Tell(told, $"kept {newest.Size} {newest.Root}");
        var log = LogFolder.Open(Path.Combine(settings.Folder, Log), newest.Size);
        if (log.Root != newest.Root) throw new InvalidDataException("The tiles are not those that the checkpoint was signed for.");
        foreach (var size in Sizes.Where(size => size > newest.Size))
        {
            List<ReadOnlyMemory<byte>> entries = [];
            for (var i = log.Size; i < size; i++) entries.Add(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"entry {i} of {of}")));
            await log.AppendAsync(entries);
            kept.Keep(Log, SignedNote.Sign(new Checkpoint(origin, log.Size, log.Root).Text, signers).ToString());
            Tell(told, $"kept {log.Size} {log.Root}");
            await log.PruneAsync(log.Size);
        }
    }

    /// <summary>In one write each.</summary>
    private static void Tell(FileStream told, string line) => told.Write(Encoding.UTF8.GetBytes($"{line}\n"));
}
