using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Consent.Storage;

/// <summary>A segment as it will lie in the key file.</summary>
/// <param name="Entry">What it lies under: see <see cref="SegmentKeys"/>.</param>
internal sealed record Rewrapped(long Segment, ulong Entry, byte[] Bytes);

/// <summary>
/// What is about to be written over segments of the key file, <c>subject.rewrap</c>: on disk before the first of them is touched, so that a crash leaves
/// either what was or what will be. Its SHA-256 stands behind it; without it, nothing had been touched. Emptied before anything else may happen
/// to these segments, or a key that is destroyed meanwhile would come back. Overwritten with zeros, since what it held opens under a living key.
/// </summary>
internal sealed class RewrapJournal(string path) : IDisposable
{
    private const int HeadBytes = 12;
    private const int PlaceBytes = 16;
    private const int Most = 1024;
    private readonly SafeFileHandle _file = Open(path);

    private static ReadOnlySpan<byte> Magic => "cskjrnl1"u8;

    /// <summary>Durable on return.</summary>
    public void Write(IReadOnlyList<Rewrapped> some)
    {
        var bytes = new byte[HeadBytes + (some.Count * (PlaceBytes + SubjectKeyFile.SegmentBytes)) + SHA256.HashSizeInBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(Magic.Length), some.Count);
        var rest = bytes.AsSpan(HeadBytes);
        foreach (var one in some)
        {
            BinaryPrimitives.WriteInt64BigEndian(rest, one.Segment);
            BinaryPrimitives.WriteUInt64BigEndian(rest[8..], one.Entry);
            one.Bytes.CopyTo(rest[PlaceBytes..]);
            rest = rest[(PlaceBytes + SubjectKeyFile.SegmentBytes)..];
        }

        SHA256.HashData(bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes), rest);
        RandomAccess.Write(_file, bytes, 0);
        RandomAccess.FlushToDisk(_file);
    }

    /// <summary>What stands there whole; nothing of one that was cut short, or emptied.</summary>
    public IReadOnlyList<Rewrapped> Read()
    {
        var bytes = new byte[RandomAccess.GetLength(_file)];
        RandomAccess.Read(_file, bytes, 0);
        if (bytes.Length < HeadBytes || !bytes.AsSpan().StartsWith(Magic) || BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(Magic.Length)) is not (> 0 and <= Most and var count)) return [];
        var length = HeadBytes + (count * (PlaceBytes + SubjectKeyFile.SegmentBytes));
        if (bytes.Length < length + SHA256.HashSizeInBytes || !SHA256.HashData(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length, SHA256.HashSizeInBytes))) return [];
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var one = bytes.AsSpan(HeadBytes + (i * (PlaceBytes + SubjectKeyFile.SegmentBytes)));
            return new Rewrapped(
                BinaryPrimitives.ReadInt64BigEndian(one), BinaryPrimitives.ReadUInt64BigEndian(one[8..]), one.Slice(PlaceBytes, SubjectKeyFile.SegmentBytes).ToArray());
        })];
    }

    /// <summary>Durable on return. Of an empty one nothing is written.</summary>
    public void Empty()
    {
        var bytes = new byte[RandomAccess.GetLength(_file)];
        RandomAccess.Read(_file, bytes, 0);
        if (!bytes.AsSpan().ContainsAnyExcept((byte)0)) return;
        Array.Clear(bytes);
        RandomAccess.Write(_file, bytes, 0);
        RandomAccess.FlushToDisk(_file);
    }

    public void Dispose() => _file.Dispose();

    private static SafeFileHandle Open(string path)
    {
        using (var made = new FileStream(path, PrivateFile.Options(FileMode.OpenOrCreate))) made.Flush(flushToDisk: true);
        return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }
}
