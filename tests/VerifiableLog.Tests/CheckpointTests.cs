using Consent.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using static Consent.VerifiableLog.Tests.NoteVectors;

namespace Consent.VerifiableLog.Tests;

public sealed class CheckpointTests
{
    [Fact]
    public void ExampleOfTheSpecification_IsRead_AndWrittenAsItWas()
    {
        var note = SignedNote.Parse($"{SofaText}\n{SofaLine}");
        var checkpoint = Checkpoint.Parse(note.Text);
        Assert.Equal(("example.com/behind-the-sofa", 20852163L, Root), (checkpoint.Origin, checkpoint.Size, checkpoint.Root.ToString()));
        Assert.Equal(SofaText, checkpoint.Text);
        Assert.Empty(checkpoint.Extensions);
        Assert.Equal("example.com/behind-the-sofa", note.Signatures[0].Name);
    }

    [Theory]
    [InlineData($"a\n0\n{Root}\n")]
    [InlineData($"a\n9223372036854775807\n{Root}\n")]
    [InlineData($"Böse log + more — 😀\n1\n{Root}\n")]
    [InlineData($"a\n1\n{Root}\nextension\n another one \n")]
    public void UnusualOnes_AreReadAsTheyAre(string text)
    {
        Assert.Equal(text, Checkpoint.Parse(text).Text);
        Assert.Equal(text.Count(c => c == '\n') - 3, Checkpoint.Parse(text).Extensions.Count);
    }

    [Theory]
    [InlineData("", "ends with a line feed")]
    [InlineData($"a\n1\n{Root}", "ends with a line feed")]
    [InlineData("\n", "three lines")]
    [InlineData("a\n", "three lines")]
    [InlineData("a\n1\n", "three lines")]
    [InlineData($"\n1\n{Root}\n", "no empty line")]
    [InlineData("a\n1\n\n", "no empty line")]
    [InlineData($"a\n\n{Root}\n", "no empty line")]
    [InlineData($"a\n1\n{Root}\n\n", "no empty line")]
    [InlineData($"a\n1\n{Root}\n\nextension\n", "no empty line")]
    [InlineData($"a\r\n1\r\n{Root}\r\n", "control character")]
    [InlineData($"a\t\n1\n{Root}\n", "control character")]
    [InlineData($"a\n1\0\n{Root}\n", "control character")]
    [InlineData($"a\n00\n{Root}\n", "size")]
    [InlineData($"a\n01\n{Root}\n", "size")]
    [InlineData($"a\n+1\n{Root}\n", "size")]
    [InlineData($"a\n-1\n{Root}\n", "size")]
    [InlineData($"a\n-0\n{Root}\n", "size")]
    [InlineData($"a\n 1\n{Root}\n", "size")]
    [InlineData($"a\n1 \n{Root}\n", "size")]
    [InlineData($"a\n1,000\n{Root}\n", "size")]
    [InlineData($"a\n1.0\n{Root}\n", "size")]
    [InlineData($"a\n1e3\n{Root}\n", "size")]
    [InlineData($"a\n0x1\n{Root}\n", "size")]
    [InlineData($"a\n٣\n{Root}\n", "size")]
    [InlineData($"a\n9223372036854775808\n{Root}\n", "size")]
    [InlineData($"a\n99999999999999999999999999999999999999\n{Root}\n", "size")]
    [InlineData("a\n1\nroot\n", "hash of 32 bytes")]
    [InlineData($"a\n1\n{Root} \n", "hash of 32 bytes")]
    [InlineData($"a\n1\n{Root}{Root}\n", "hash of 32 bytes")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n", "hash of 32 bytes")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", "hash of 32 bytes")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n", "hash of 32 bytes")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n", "hash of 32 bytes")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2Ix\n", "hash of 32 bytes")]
    public void WhatIsNoCheckpoint_IsRefusedWithASentence(string text, string because) => Refused(because, () => Checkpoint.Parse(text));

    [Fact]
    public void Limits_AreReached_AndNotPassed()
    {
        string With(int extensions) => $"a\n1\n{Root}\n{string.Concat(Enumerable.Repeat("x\n", extensions))}";
        Assert.Equal(Checkpoint.MostExtensions, Checkpoint.Parse(With(Checkpoint.MostExtensions)).Extensions.Count);
        Refused("100 extension lines", () => Checkpoint.Parse(With(Checkpoint.MostExtensions + 1)));
        Refused("100 extension lines", () => Checkpoint.Parse(With(400_000)));
        Refused("no longer", () => Checkpoint.Parse(new string('x', SignedNote.MostCharacters) + "\n"));
        Refused("half of a character", () => Checkpoint.Parse($"\ud800\n1\n{Root}\n"));
    }

    [Fact]
    public void WhatNoCheckpointCanHave_IsNotMade()
    {
        foreach (var line in (string[])["", "a\nb", "a\n", "a\tb", "\ud800"])
        {
            Assert.ThrowsAny<ArgumentException>(() => new Checkpoint(line, 0, NodeHash.Empty));
            Assert.ThrowsAny<ArgumentException>(() => new Checkpoint("a", 0, NodeHash.Empty) { Extensions = [line] });
            Assert.ThrowsAny<ArgumentException>(() => new Checkpoint("a", 0, NodeHash.Empty) with { Origin = line });
        }
        Assert.ThrowsAny<ArgumentException>(() => new Checkpoint("a", -1, NodeHash.Empty));
        Assert.ThrowsAny<ArgumentException>(() => new Checkpoint("a", 0, NodeHash.Empty) with { Size = -1 });
    }

    [Fact]
    public void Two_AreEqual_WhenTheirTextsAre()
    {
        var one = Checkpoint.Parse($"a\n1\n{Root}\nx\n");
        Assert.Equal(one, Checkpoint.Parse(one.Text));
        Assert.Equal(one.GetHashCode(), Checkpoint.Parse(one.Text).GetHashCode());
        Assert.NotEqual(one, one with { Extensions = [] });
        Assert.NotEqual(one, one with { Size = 2 });
        Assert.NotEqual(one, one with { Origin = "b" });
        Assert.NotEqual(one, one with { Root = NodeHash.Empty });
    }

    [Fact]
    public void Any_IsReadBackFromItsText() => Seeded.Check(Prop.ForAll(Checkpoints().ToArbitrary(), one => Checkpoint.Parse(one.Text) == one), 500);

    private static Gen<Checkpoint> Checkpoints() =>
        from origin in Lines()
        from high in Gen.Choose(0, int.MaxValue)
        from low in Gen.Choose(0, int.MaxValue)
        from isLarge in Gen.Elements(true, false)
        from root in Gen.Choose(0, 255).Select(b => NodeHash.OfEntry([(byte)b]))
        from count in Gen.Choose(0, 3)
        from extensions in Lines().ListOf(count)
        select new Checkpoint(origin, isLarge ? (high * 0x1_0000_0000L) + low : low, root) { Extensions = [.. extensions] };

    private static Gen<string> Lines() =>
        Gen.Elements("a", "/", " ", "+", "é", "😀", "0", "\u0085", "—").NonEmptyListOf().Select(pieces => string.Concat(pieces));
}
