using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Consent.Storage;

/// <summary>
/// Which controller's key, in which version, each segment of the key file lies under: <c>subject.wraps</c>, 16 bytes of header and 8 for each segment, and
/// the same in memory. 0 is no key at all: so lies what was written before there were keys of controllers. Written under the key file's lock; read by anybody.
/// </summary>
internal sealed class SegmentKeys : IDisposable
{
    public const ulong Clear = 0;

    /// <summary>In memory only: it is being exchanged, and what is read of the segment meanwhile is worth nothing.</summary>
    public const ulong Busy = ulong.MaxValue;
    private const int HeaderBytes = 16;
    private const int EntryBytes = 8;

    /// <summary>Segments that a crash may leave announced here, and not there in the key file.</summary>
    private const int MostAhead = 16;
    private readonly SafeFileHandle _file;
    private volatile ulong[] _entries;

    private SegmentKeys(SafeFileHandle file, ulong[] entries) => (_file, _entries) = (file, entries);

    private static ReadOnlySpan<byte> Magic => "cskwraps/1\0\0\0\0\0\0"u8;

    /// <param name="segments">How many the key file has.</param>
    /// <param name="mayBegin">Whether no key of a controller was ever made: then all lies in clear. Otherwise a file that is missing was lost.</param>
    public static SegmentKeys Open(string path, long segments, bool mayBegin)
    {
        var name = Path.GetFileName(path);
        if (!File.Exists(path))
        {
            if (!mayBegin) throw new IOException($"{name} is missing: put it back into the folder of keys together with subject.keys, both from one backup.");
            Begin(path, segments);
        }

        var entries = EntriesIn(File.ReadAllBytes(path), name);
        if (entries.Length < segments || entries.Length > segments + MostAhead)
            throw new IOException($"{name} and subject.keys do not belong together: one is older than the other. Put both back from one backup.");
        return new SegmentKeys(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite), entries);
    }

    /// <summary>Every key under which something lies, as the file at <paramref name="path"/> tells it, whoever has it open; none where there is no such file.</summary>
    public static IReadOnlyList<(int Number, int Version)> UsedIn(string path) =>
        [.. AllIn(path).Where(entry => entry != Clear).Distinct().Select(Parts)];

    /// <summary>Of each segment, as the file tells it, whoever has it open; none where there is no such file.</summary>
    public static ulong[] AllIn(string path)
    {
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return EntriesIn(bytes.AsSpan(0, read), Path.GetFileName(path));
    }

    /// <summary>A file that tells these.</summary>
    public static byte[] FileOf(ReadOnlySpan<ulong> entries)
    {
        var bytes = new byte[HeaderBytes + (EntryBytes * entries.Length)];
        Magic.CopyTo(bytes);
        for (var i = 0; i < entries.Length; i++) BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(HeaderBytes + (EntryBytes * i)), entries[i]);
        return bytes;
    }

    public static ulong Of(ControllerKey key) => ((ulong)(uint)key.Number << 32) | (uint)key.Version;

    public static (int Number, int Version) Parts(ulong entry) => ((int)(entry >> 32), (int)(uint)entry);

    public ulong this[long segment]
    {
        get
        {
            var entries = _entries;
            return segment < entries.Length ? Volatile.Read(ref entries[segment]) : Clear;
        }
    }

    /// <summary>Every key under which something lies.</summary>
    public IReadOnlyList<(int Number, int Version)> Used() => [.. _entries.Where(entry => entry is not Clear and not Busy).Distinct().Select(Parts)];

    /// <summary>Durable on return.</summary>
    public void Write(IEnumerable<(long Segment, ulong Entry)> some)
    {
        var written = some.ToList();
        var bytes = new byte[EntryBytes];
        foreach (var (segment, entry) in written)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, entry);
            RandomAccess.Write(_file, bytes, HeaderBytes + (EntryBytes * segment));
        }

        RandomAccess.FlushToDisk(_file);
        foreach (var (segment, entry) in written) Mark(segment, entry);
    }

    /// <summary>In memory alone.</summary>
    public void Mark(long segment, ulong entry)
    {
        if (segment >= _entries.Length)
        {
            var more = new ulong[Math.Max(segment + 1, _entries.Length + 64)];
            _entries.CopyTo(more, 0);
            _entries = more;
        }

        Interlocked.Exchange(ref _entries[segment], entry);
    }

    public void Dispose() => _file.Dispose();

    private static ulong[] EntriesIn(ReadOnlySpan<byte> bytes, string name)
    {
        if (!bytes.StartsWith(Magic)) throw new IOException($"{name} is damaged, or of a later version of this software: put it back from its own backup, or run that version.");
        var entries = new ulong[(bytes.Length - HeaderBytes) / EntryBytes];
        for (var i = 0; i < entries.Length; i++) entries[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes[(HeaderBytes + (EntryBytes * i))..]);
        return entries;
    }

    /// <summary>Whole or not at all.</summary>
    private static void Begin(string path, long segments)
    {
        var aside = path + ".new";
        using (var file = new FileStream(aside, PrivateFile.Options(FileMode.Create)))
        {
            file.Write(Magic);
            file.Write(new byte[EntryBytes * segments]);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
        // Once more, so that the name too is on disk: the journal carries both.
        using var named = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        named.Flush(flushToDisk: true);
    }
}
