using System.Globalization;
using System.Text;

namespace Consent.VerifiableLog.Tests;

/// <summary>The tree as RFC 6962, 2.1, defines it, recursively. It remembers the hash of each range, or it would be of no use.</summary>
internal sealed class NaiveTree(IReadOnlyList<NodeHash> leaves)
{
    private readonly Dictionary<(long Start, long End), NodeHash> _known = [];

    /// <summary>No two of them are alike.</summary>
    public static ReadOnlyMemory<byte> Entry(long index, string of = "entry") => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{of} {index}"));

    public static IReadOnlyList<ReadOnlyMemory<byte>> Entries(int first, int count, string of = "entry") => [.. Enumerable.Range(first, count).Select(i => Entry(i, of))];

    public static NaiveTree Of(IEnumerable<ReadOnlyMemory<byte>> entries) => new([.. entries.Select(entry => NodeHash.OfEntry(entry.Span))]);

    public static NaiveTree OfSize(int size) => Of(Entries(0, size));

    public NodeHash Root(long size) => size == 0 ? NodeHash.Empty : Hash(0, size);

    public NodeHash Hash(long start, long end)
    {
        if (end - start == 1) return leaves[(int)start];
        if (_known.TryGetValue((start, end), out var known)) return known;
        var k = start + Split(end - start);
        return _known[(start, end)] = NodeHash.OfChildren(Hash(start, k), Hash(k, end));
    }

    public NodeHash Node(int level, long index) => Hash(index << level, (index + 1) << level);

    /// <summary>PATH(m, D[n]) of 2.1.1.</summary>
    public NodeHash[] Inclusion(long m, long n) => Path(m, 0, n);

    /// <summary>PROOF(m, D[n]) of 2.1.2.</summary>
    public NodeHash[] Consistency(long m, long n) => m == 0 ? [] : SubProof(m, 0, n, true);

    private NodeHash[] Path(long m, long start, long end)
    {
        if (end - start == 1) return [];
        var k = start + Split(end - start);
        return m < k ? [.. Path(m, start, k), Hash(k, end)] : [.. Path(m, k, end), Hash(start, k)];
    }

    private NodeHash[] SubProof(long m, long start, long end, bool isWhole)
    {
        if (m == end) return isWhole ? [] : [Hash(start, end)];
        var k = start + Split(end - start);
        return m <= k ? [.. SubProof(m, start, k, isWhole), Hash(k, end)] : [.. SubProof(m, k, end, false), Hash(start, k)];
    }

    /// <summary>The largest power of two smaller than n.</summary>
    private static long Split(long n)
    {
        var k = 1L;
        while (2 * k < n) k *= 2;
        return k;
    }
}
