using Consent.Tests.Support;
using FsCheck.Fluent;

namespace Consent.VerifiableLog.Tests;

/// <summary>A proof proves what it was made for and nothing else. Another size is tried with the root of that size: a size alone is bound by what signs both.</summary>
public sealed class TreeProofPropertyTests
{
    private const int Most = 600;
    private readonly NaiveTree _tree = NaiveTree.OfSize(Most);

    [Fact]
    public void InclusionProof_Holds_AndWithAnyBitIndexSizeOrHashChanged_DoesNot() => ForAll(chance =>
    {
        var size = chance.Next(1, Most + 1);
        var index = chance.Next(size);
        var (leaf, root, proof) = (_tree.Node(0, index), _tree.Root(size), TreeProof.Inclusion(index, size, _tree.Node));
        return TreeProof.IncludesAt(leaf, index, size, root, proof)
            && !TreeProof.IncludesAt(Flipped(leaf, chance), index, size, root, proof)
            && !TreeProof.IncludesAt(leaf, index, size, Flipped(root, chance), proof)
            && Changed(proof, chance).All(changed => !TreeProof.IncludesAt(leaf, index, size, root, changed))
            && Enumerable.Range(-1, size + 3).Where(other => other != index).All(other => !TreeProof.IncludesAt(leaf, other, size, root, proof))
            && Enumerable.Range(0, Most + 1).Where(other => other != size).All(other => !TreeProof.IncludesAt(leaf, index, other, _tree.Root(other), proof));
    });

    [Fact]
    public void ConsistencyProof_Holds_AndWithAnyBitSizeOrHashChanged_DoesNot() => ForAll(chance =>
    {
        var to = chance.Next(1, Most + 1);
        var from = chance.Next(1, to + 1);
        var (fromRoot, toRoot, proof) = (_tree.Root(from), _tree.Root(to), TreeProof.Consistency(from, to, _tree.Node));
        return TreeProof.IsConsistent(from, fromRoot, to, toRoot, proof)
            && !TreeProof.IsConsistent(from, Flipped(fromRoot, chance), to, toRoot, proof)
            && !TreeProof.IsConsistent(from, fromRoot, to, Flipped(toRoot, chance), proof)
            && Changed(proof, chance).All(changed => !TreeProof.IsConsistent(from, fromRoot, to, toRoot, changed))
            && Enumerable.Range(-1, to + 3).Where(other => other != from).All(other => !TreeProof.IsConsistent(other, fromRoot, to, toRoot, proof))
            && Enumerable.Range(0, Most + 1).Where(other => other != to).All(other => !TreeProof.IsConsistent(from, fromRoot, other, _tree.Root(other), proof));
    });

    private static void ForAll(Func<Random, bool> holds) => Seeded.Check(Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => holds(new Random(seed))), 300);

    private static NodeHash Flipped(NodeHash hash, Random chance)
    {
        var bytes = hash.ToArray();
        bytes[chance.Next(bytes.Length)] ^= (byte)(1 << chance.Next(8));
        return NodeHash.Of(bytes);
    }

    /// <summary>The proof with a bit of each hash flipped, with each hash dropped, doubled and exchanged with the next, and with one more.</summary>
    private static IEnumerable<IReadOnlyList<NodeHash>> Changed(IReadOnlyList<NodeHash> proof, Random chance)
    {
        for (var i = 0; i < proof.Count; i++)
        {
            yield return [.. proof.Take(i), Flipped(proof[i], chance), .. proof.Skip(i + 1)];
            yield return [.. proof.Take(i), .. proof.Skip(i + 1)];
            yield return [.. proof.Take(i + 1), .. proof.Skip(i)];
            if (i > 0) yield return [.. proof.Take(i - 1), proof[i], proof[i - 1], .. proof.Skip(i + 1)];
        }

        yield return [.. proof, NodeHash.Empty];
        yield return [NodeHash.Empty, .. proof];
    }
}
