using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Cli.Tests.Logs;

/// <summary>A log as audit writes one, in a folder with its checkpoint, and what somebody may do to it.</summary>
internal sealed class SampleLog : IDisposable
{
    public const string Origin = "consent.example/log/bakkers";
    private static readonly DateTimeOffset Noon = new(2026, 6, 3, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _temporary = new();
    private readonly List<byte[]> _entries = [];
    private readonly bool _isKeyOwn;

    /// <param name="key">Of another log, to be that log; its own when absent.</param>
    public SampleLog(EcdsaNoteSigner? key = null) => (Signer, _isKeyOwn) = (key ?? NewKey(), key is null);

    public EcdsaNoteSigner Signer { get; }

    public string Key => Signer.Key.ToString();

    public string Folder => _temporary.File("log");

    /// <summary>Of a monitor.</summary>
    public string State => _temporary.File("state");

    public string CheckpointFile => Path.Combine(Folder, "checkpoint");

    public long Size => _entries.Count;

    public static EcdsaNoteSigner NewKey(string name = Origin) => new(name, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>One with so many entries, signed.</summary>
    public static async Task<SampleLog> OfAsync(int entries, EcdsaNoteSigner? key = null, string kind = "")
    {
        var log = new SampleLog(key);
        await log.GrowAsync(entries, kind);
        return log;
    }

    /// <param name="of">What it commits to.</param>
    public static byte[] EntryOf(long index, string of = "", int secondsLater = 0) =>
        EntryAt(Noon.AddSeconds(index + secondsLater), "decision", SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{index} {of}"))));

    /// <summary>As services/audit documents it.</summary>
    public static byte[] EntryAt(DateTimeOffset at, string its, byte[] commitment) => Encoding.UTF8.GetBytes(
        $$"""{"at":"{{at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}}","class":"{{its}}","commitment":"{{Base64Url.EncodeToString(commitment)}}"}""");

    public string File(string name) => _temporary.File(name);

    /// <summary>So many entries more, and a checkpoint over all.</summary>
    public async Task GrowAsync(int entries, string kind = "")
    {
        await AppendAsync([.. Enumerable.Range((int)Size, entries).Select(index => EntryOf(index, kind))]);
        Sign();
    }

    public async Task AppendAsync(params byte[][] entries)
    {
        Directory.CreateDirectory(Folder);
        foreach (var some in entries.Chunk(LogFolder.MostEntries))
        {
            await LogFolder.Open(Folder, Size).AppendAsync([.. some.Select(entry => new ReadOnlyMemory<byte>(entry))]);
            _entries.AddRange(some);
        }
    }

    public SignedNote Sign(EcdsaNoteSigner? key = null)
    {
        Directory.CreateDirectory(Folder);
        var note = SignedNote.Sign(new Checkpoint(Origin, Size, LogFolder.Open(Folder, Size).Root).Text, key ?? Signer);
        System.IO.File.WriteAllText(CheckpointFile, note.ToString());
        return note;
    }

    public async Task<InclusionProofNote> ProofAsync(long index) =>
        new(index, await new TileReader(new FolderReader(Folder)).InclusionAsync(index, Size), SignedNote.Parse(System.IO.File.ReadAllBytes(CheckpointFile)));

    /// <summary>In the bundles alone: tiles and checkpoint stay as they are.</summary>
    public void ChangeEntries(Action<List<byte[]>> deed)
    {
        var entries = _entries.ToList();
        deed(entries);
        foreach (var (bundle, some) in entries.Chunk(EntryBundle.MostEntries).Index())
            System.IO.File.WriteAllBytes(FileOf(TileAddress.Entries, bundle), EntryBundle.Write([.. some.Select(entry => new ReadOnlyMemory<byte>(entry))]));
    }

    public string FileOf(int level, long index) => Path.Combine(Folder, TileAddress.InTree(level, index, Size).Path);

    public void Dispose()
    {
        if (_isKeyOwn) Signer.Dispose();
        _temporary.Dispose();
    }
}
