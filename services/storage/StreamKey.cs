using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Consent.Storage;

/// <summary>
/// A stream's name in the store: 80 bits of its HMAC-SHA-256 under the log's secret. The store knows streams by nothing else, so
/// that an erased one leaves no name behind. Among a thousand million streams, the chance that any two meet is 1 in 2.4 million.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StreamKey(ulong High, ushort Low)
{
    public const int Bytes = 10;

    public static StreamKey Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]));

    /// <summary>Of 20 hexadecimal digits. Throws <see cref="FormatException"/>.</summary>
    public static StreamKey Parse(string text) => Convert.FromHexString(text) is { Length: Bytes } bytes ? Read(bytes) : throw new FormatException("A stream's hash has 20 hexadecimal digits.");

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[8..], Low);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Bytes];
        Write(bytes);
        return bytes;
    }

    /// <summary>20 lower-case hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x4}");
}
