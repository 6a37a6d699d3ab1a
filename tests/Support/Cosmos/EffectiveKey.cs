using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Consent.Tests.Support.Cosmos;

/// <summary>
/// Where a partition key of version 2 lies among the ranges of a container: MurmurHash3 of 128 bits (Austin Appleby, public domain) over the key's
/// type, its bytes and a closing 0xFF, its two highest bits cleared, as 32 hexadecimal digits. Ranges are compared as such text.
/// </summary>
internal static class EffectiveKey
{
    private const byte OfString = 8;
    private const ulong One = 0x87c37b91114253d5, Two = 0x4cf5ad432745937f;

    internal static string Of(string key)
    {
        var text = Encoding.UTF8.GetBytes(key);
        var (low, high) = Hash([OfString, .. text, 0xFF]);
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high & 0x3FFF_FFFF_FFFF_FFFF);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), low);
        return Convert.ToHexString(bytes);
    }

    private static (ulong Low, ulong High) Hash(ReadOnlySpan<byte> data)
    {
        ulong a = 0, b = 0;
        var length = (ulong)data.Length;
        for (; data.Length >= 16; data = data[16..])
        {
            a ^= Left(BinaryPrimitives.ReadUInt64LittleEndian(data));
            a = ((BitOperations.RotateLeft(a, 27) + b) * 5) + 0x52dce729;
            b ^= Right(BinaryPrimitives.ReadUInt64LittleEndian(data[8..]));
            b = ((BitOperations.RotateLeft(b, 31) + a) * 5) + 0x38495ab5;
        }
        var tail = new byte[16];
        data.CopyTo(tail);
        b ^= Right(BinaryPrimitives.ReadUInt64LittleEndian(tail.AsSpan(8)));
        a ^= Left(BinaryPrimitives.ReadUInt64LittleEndian(tail));
        (a, b) = (a ^ length, b ^ length);
        a += b;
        b += a;
        (a, b) = (Mixed(a), Mixed(b));
        a += b;
        return (a, b + a);
    }

    private static ulong Left(ulong part) => BitOperations.RotateLeft(part * One, 31) * Two;

    private static ulong Right(ulong part) => BitOperations.RotateLeft(part * Two, 33) * One;

    private static ulong Mixed(ulong x)
    {
        x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
        x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
        return x ^ (x >> 33);
    }
}
