using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Consent.VerifiableLog;

/// <summary>A hash in the Merkle tree of a log: of an entry, of two subtrees, or of the whole tree (SHA-256; RFC 6962, 2.1).</summary>
public readonly struct NodeHash : IEquatable<NodeHash>
{
    /// <summary>Bytes of a hash.</summary>
    public const int Length = SHA256.HashSizeInBytes;
    private const int ShortEntry = 255;
    private readonly Bytes32 _bytes;

    private NodeHash(ReadOnlySpan<byte> bytes) => bytes.CopyTo(MemoryMarshal.AsBytes(new Span<Bytes32>(ref _bytes)));

    /// <summary>The root of a tree without entries.</summary>
    public static NodeHash Empty { get; } = new(SHA256.HashData([]));

    /// <summary>Throws <see cref="ArgumentException"/> unless it is given 32 bytes.</summary>
    public static NodeHash Of(ReadOnlySpan<byte> hash) => hash.Length == Length ? new NodeHash(hash) : throw new ArgumentException("A hash has 32 bytes.", nameof(hash));

    public static NodeHash OfEntry(ReadOnlySpan<byte> entry)
    {
        if (entry.Length <= ShortEntry)
        {
            // Most entries: a context of its own for each costs more than the hash.
            Span<byte> text = stackalloc byte[1 + ShortEntry];
            text[0] = 0;
            entry.CopyTo(text[1..]);
            Span<byte> quick = stackalloc byte[Length];
            SHA256.HashData(text[..(1 + entry.Length)], quick);
            return new NodeHash(quick);
        }

        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData([0]);
        sha.AppendData(entry);
        Span<byte> hash = stackalloc byte[Length];
        sha.GetHashAndReset(hash);
        return new NodeHash(hash);
    }

    public static NodeHash OfChildren(in NodeHash left, in NodeHash right)
    {
        Span<byte> text = stackalloc byte[1 + (2 * Length)];
        text[0] = 1;
        left.CopyTo(text[1..]);
        right.CopyTo(text[(1 + Length)..]);
        Span<byte> hash = stackalloc byte[Length];
        SHA256.HashData(text, hash);
        return new NodeHash(hash);
    }

    public void CopyTo(Span<byte> destination) => MemoryMarshal.AsBytes(new ReadOnlySpan<Bytes32>(in _bytes)).CopyTo(destination);

    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    public bool Equals(NodeHash other) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<Bytes32>(in _bytes)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<Bytes32>(in other._bytes)));

    public override bool Equals(object? obj) => obj is NodeHash other && Equals(other);

    public override int GetHashCode() => MemoryMarshal.Read<int>(MemoryMarshal.AsBytes(new ReadOnlySpan<Bytes32>(in _bytes)));

    public static bool operator ==(NodeHash left, NodeHash right) => left.Equals(right);

    public static bool operator !=(NodeHash left, NodeHash right) => !left.Equals(right);

    /// <summary>Base64, as notes and proofs write it.</summary>
    public override string ToString() => Convert.ToBase64String(ToArray());

    [InlineArray(Length)]
    private struct Bytes32
    {
        private byte _first;
    }
}
