using System.Buffers;
using System.Buffers.Binary;

namespace Consent.VerifiableLog;

/// <summary>Entries behind each other, each behind its length in two bytes, big-endian (C2SP tlog-tiles, "Log entries").</summary>
public static class EntryBundle
{
    /// <summary>Bytes of an entry; it may have none.</summary>
    public const int LongestEntry = ushort.MaxValue;
    public const int MostEntries = TileAddress.FullWidth;
    internal const int LargestBundle = MostEntries * (LengthBytes + LongestEntry);
    private const int LengthBytes = sizeof(ushort);

    /// <summary>Throws <see cref="ArgumentException"/> for an entry that is too long, and unless there are 1 to 256 of them.</summary>
    public static byte[] Write(IReadOnlyCollection<ReadOnlyMemory<byte>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count is 0 or > MostEntries) throw new ArgumentException("A bundle has 1 to 256 entries.", nameof(entries));
        var bundle = new ArrayBufferWriter<byte>();
        foreach (var entry in entries) Append(bundle, entry.Span);
        return bundle.WrittenSpan.ToArray();
    }

    /// <summary>The entries, without copying them. Throws <see cref="FormatException"/> for anything that <see cref="Write"/> does not make.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> bundle)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        for (var rest = bundle; !rest.IsEmpty;)
        {
            if (entries.Count == MostEntries) throw new FormatException("A bundle has at most 256 entries.");
            if (rest.Length < LengthBytes) throw new FormatException("A bundle ends within the length of an entry.");
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
            if (rest.Length - LengthBytes < length) throw new FormatException("A bundle ends within an entry.");
            entries.Add(rest.Slice(LengthBytes, length));
            rest = rest[(LengthBytes + length)..];
        }

        return entries.Count > 0 ? entries : throw new FormatException("A bundle has at least one entry.");
    }

    /// <summary>As above, and throws <see cref="FormatException"/> when it has not so many entries.</summary>
    internal static IReadOnlyList<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> bundle, int width)
    {
        var entries = Read(bundle);
        return entries.Count == width ? entries : throw new FormatException($"A bundle of {width} entries has {entries.Count}.");
    }

    internal static void Append(IBufferWriter<byte> bundle, ReadOnlySpan<byte> entry)
    {
        if (entry.Length > LongestEntry) throw new ArgumentException("An entry has at most 65,535 bytes.", nameof(entry));
        BinaryPrimitives.WriteUInt16BigEndian(bundle.GetSpan(LengthBytes), (ushort)entry.Length);
        bundle.Advance(LengthBytes);
        bundle.Write(entry);
    }
}
