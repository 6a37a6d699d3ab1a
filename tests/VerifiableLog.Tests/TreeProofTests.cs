namespace Consent.VerifiableLog.Tests;

public sealed class TreeProofTests
{
    private static readonly string[] _entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    /// <summary>Certificate transparency's reference tree: the root of its first 1, 2, … 8 entries.</summary>
    private static readonly string[] _roots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    private readonly NaiveTree _reference = NaiveTree.Of(_entries.Select(entry => (ReadOnlyMemory<byte>)Convert.FromHexString(entry)));

    [Fact]
    public void Root_OfTheReferenceTree_IsTheKnownOne_AtEachSize()
    {
        var tree = new GrowingTree();
        foreach (var (entry, root) in _entries.Zip(_roots))
        {
            tree.Append(NodeHash.OfEntry(Convert.FromHexString(entry)));
            Assert.Equal(root, Hex(tree.Root));
            Assert.Equal(root, Hex(TreeProof.Root(tree.Size, _reference.Node)));
            Assert.Equal(root, Hex(_reference.Root(tree.Size)));
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(5, 8, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(1, 5, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void InclusionProof_InTheReferenceTree_IsTheKnownOne(long index, long size, params string[] proof)
    {
        Assert.Equal(proof, TreeProof.Inclusion(index, size, _reference.Node).Select(Hex));
        Assert.True(TreeProof.IncludesAt(_reference.Node(0, index), index, size, Hash(_roots[size - 1]), [.. proof.Select(Hash)]));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(6, 8, "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    [InlineData(6, 7, "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    public void ConsistencyProof_InTheReferenceTree_IsTheKnownOne(long from, long to, params string[] proof)
    {
        Assert.Equal(proof, TreeProof.Consistency(from, to, _reference.Node).Select(Hex));
        Assert.True(TreeProof.IsConsistent(from, Hash(_roots[from - 1]), to, Hash(_roots[to - 1]), [.. proof.Select(Hash)]));
    }

    [Fact]
    public void RootAndProofs_UpTo600Entries_AreThoseOfTheRecursiveDefinition_AndHold()
    {
        const int Most = 600;
        var naive = NaiveTree.OfSize(Most);
        var tree = new GrowingTree();
        for (var size = 0; size <= Most; size++)
        {
            Assert.Equal(naive.Root(size), tree.Root);
            for (var index = 0; index < size; index++) CheckInclusion(naive, index, size);
            for (var from = 0; from <= size; from++) CheckConsistency(naive, from, size);
            if (size < Most) tree.Append(naive.Node(0, size));
        }
    }

    [Fact]
    public void RootAndProofs_AroundThreeLevelsOfTiles_AreThoseOfTheRecursiveDefinition_AndHold()
    {
        var naive = NaiveTree.OfSize(65_537);
        var tree = new GrowingTree();
        foreach (var size in new[] { 65_535, 65_536, 65_537 })
        {
            while (tree.Size < size) tree.Append(naive.Node(0, tree.Size));
            Assert.Equal(naive.Root(size), tree.Root);
            foreach (var index in new[] { 0, 1, 255, 256, 257, 32_767, 32_768, 65_279, 65_280, 65_534, size - 1 }) CheckInclusion(naive, index, size);
            foreach (var from in new[] { 0, 1, 2, 255, 256, 257, 32_768, 65_280, 65_534, 65_535, size - 1, size }) CheckConsistency(naive, from, size);
        }
    }

    [Fact]
    public void Absurd_IsRefused_WithoutAnException()
    {
        var (hash, many) = (NodeHash.OfEntry([1]), Enumerable.Repeat(NodeHash.Empty, 1_000_000).ToList());
        foreach (var (index, size) in new (long Index, long Size)[] { (-1, 1), (0, 0), (1, 1), (0, -1), (long.MinValue, long.MinValue), (long.MaxValue, long.MaxValue), (long.MaxValue - 1, long.MaxValue) })
        {
            Assert.False(TreeProof.IncludesAt(hash, index, size, hash, []));
            Assert.False(TreeProof.IncludesAt(hash, index, size, hash, many));
            Assert.False(TreeProof.IncludesAt(hash, index, size, hash, many[..63]));
        }

        foreach (var (from, to) in new (long From, long To)[] { (-1, 1), (2, 1), (-2, -1), (0, -1), (0, 0), (0, 1), (1, long.MaxValue), (long.MaxValue - 1, long.MaxValue), (long.MinValue, long.MaxValue) })
        {
            Assert.False(TreeProof.IsConsistent(from, hash, to, hash, []));
            Assert.False(TreeProof.IsConsistent(from, hash, to, hash, many));
            Assert.False(TreeProof.IsConsistent(from, hash, to, hash, many[..63]));
        }

        Assert.False(TreeProof.IsConsistent(0, NodeHash.Empty, 0, hash, []));
        Assert.False(TreeProof.IsConsistent(0, NodeHash.Empty, 1, hash, [hash]));
        Assert.True(TreeProof.IsConsistent(0, NodeHash.Empty, 0, NodeHash.Empty, []));
        Assert.True(TreeProof.IsConsistent(0, NodeHash.Empty, 1, hash, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeProof.Inclusion(1, 1, _reference.Node));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeProof.Inclusion(-1, 1, _reference.Node));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeProof.Consistency(2, 1, _reference.Node));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeProof.Consistency(-1, 1, _reference.Node));
    }

    [Fact]
    public void Tree_ContinuedFromItsEdge_GrowsAsBefore()
    {
        var naive = NaiveTree.OfSize(300);
        for (var size = 0; size < 300; size++)
        {
            var edge = GrowingTree.EdgeOf(size).Select(part => naive.Node(part.Level, part.Index));
            var tree = new GrowingTree(size, edge);
            Assert.Equal(naive.Root(size), tree.Root);
            Assert.Equal(edge, tree.Edge);
            while (tree.Size < Math.Min(300, size + 20)) tree.Append(naive.Node(0, tree.Size));
            Assert.Equal(naive.Root(tree.Size), tree.Root);
        }

        Assert.Throws<ArgumentException>(() => new GrowingTree(3, [NodeHash.Empty]));
        Assert.Throws<ArgumentException>(() => new GrowingTree(0, [NodeHash.Empty]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrowingTree(-1, []));
    }

    private static void CheckInclusion(NaiveTree naive, long index, long size)
    {
        var proof = TreeProof.Inclusion(index, size, naive.Node);
        if (!proof.SequenceEqual(naive.Inclusion(index, size)) || !TreeProof.IncludesAt(naive.Node(0, index), index, size, naive.Root(size), proof))
            Assert.Fail($"The inclusion of {index} in {size}.");
    }

    private static void CheckConsistency(NaiveTree naive, long from, long to)
    {
        var proof = TreeProof.Consistency(from, to, naive.Node);
        if (!proof.SequenceEqual(naive.Consistency(from, to)) || !TreeProof.IsConsistent(from, naive.Root(from), to, naive.Root(to), proof))
            Assert.Fail($"The consistency of {from} with {to}.");
    }

    private static string Hex(NodeHash hash) => Convert.ToHexStringLower(hash.ToArray());

    private static NodeHash Hash(string hex) => NodeHash.Of(Convert.FromHexString(hex));
}
