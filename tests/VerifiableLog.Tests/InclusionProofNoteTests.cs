using System.Numerics;
using System.Text;
using Consent.Tests.Support;
using static Consent.VerifiableLog.Tests.NoteVectors;

namespace Consent.VerifiableLog.Tests;

public sealed class InclusionProofNoteTests : IDisposable
{
    private const string Origin = "example.com/log";
    private readonly EcdsaNoteSigner _log = NoteVectors.Ecdsa(Origin);

    public void Dispose() => _log.Dispose();

    [Fact]
    public void EveryEntryOfEverySmallLog_IsShown_AndNoOther()
    {
        for (var size = 1; size <= 9; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var proof = InclusionProofNote.Parse(Proof(index, size).ToString());
                Assert.Equal(((long)index, (long)size), (proof.Index, proof.Checkpoint.Size));
                for (var other = 0; other < size; other++) Assert.Equal(other == index, proof.Verify(Entry(other), _log.Key));
                Assert.False(proof.Verify([], _log.Key));
            }
        }
    }

    /// <summary>C2SP tlog-proof, Format.</summary>
    [Fact]
    public void File_HasTheLinesOfTheSpecification()
    {
        var proof = Proof(1, 3);
        Assert.Equal($"c2sp.org/tlog-proof@v1\nindex 1\n{proof.Proof[0]}\n{proof.Proof[1]}\n\n{proof.Note}", proof.ToString());
        var single = Proof(0, 1);
        Assert.Equal($"c2sp.org/tlog-proof@v1\nindex 0\n\n{single.Note}", single.ToString());
        var extra = new InclusionProofNote(1, proof.Proof, proof.Note, "age"u8.ToArray());
        Assert.Equal($"c2sp.org/tlog-proof@v1\nextra YWdl\nindex 1\n{proof.Proof[0]}\n{proof.Proof[1]}\n\n{proof.Note}", extra.ToString());
        var read = InclusionProofNote.Parse(extra.ToString());
        Assert.Equal("age", Encoding.UTF8.GetString(read.Extra.Span));
        Assert.Equal(extra.ToString(), read.ToString());
        Assert.True(read.Verify(Entry(1), _log.Key));
    }

    [Fact]
    public void EveryFlippedBit_IsRefused()
    {
        var bytes = Encoding.UTF8.GetBytes(Proof(3, 5).ToString());
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(IsAccepted(Encoding.UTF8.GetString(bytes), 3), $"bit {bit} of {bytes.Length * 8}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.True(IsAccepted(Encoding.UTF8.GetString(bytes), 3));
    }

    [Fact]
    public void ProofWithoutAHash_WithOneTooMany_OrInAnotherOrder_IsRefused()
    {
        var proof = Proof(3, 5);
        Assert.False(new InclusionProofNote(3, [.. proof.Proof.Skip(1)], proof.Note).Verify(Entry(3), _log.Key));
        Assert.False(new InclusionProofNote(3, [.. proof.Proof, NodeHash.Empty], proof.Note).Verify(Entry(3), _log.Key));
        Assert.False(new InclusionProofNote(3, [.. proof.Proof.Reverse()], proof.Note).Verify(Entry(3), _log.Key));
        foreach (var index in (long[])[0, 2, 4, 5, long.MaxValue]) Assert.False(new InclusionProofNote(index, proof.Proof, proof.Note).Verify(Entry(3), _log.Key));
        var empty = SignedNote.Sign(new Checkpoint(Origin, 0, NodeHash.Empty).Text, _log);
        Assert.False(new InclusionProofNote(0, [], empty).Verify(Entry(0), _log.Key));
    }

    [Fact]
    public void CheckpointOfAForeignKey_OrOfAnotherLog_ShowsNothing()
    {
        using var foreign = NoteVectors.Ecdsa(Origin);
        using var other = NoteVectors.Ecdsa("example.com/other");
        var proof = Proof(3, 5);
        Assert.False(proof.Verify(Entry(3)));
        Assert.False(proof.Verify(Entry(3), foreign.Key));
        Assert.True(proof.Verify(Entry(3), foreign.Key, other.Key, _log.Key));
        // A log that one trusts may not speak for another.
        var spoken = new InclusionProofNote(3, proof.Proof, SignedNote.Sign(proof.Note.Text, other));
        Assert.False(spoken.Verify(Entry(3), other.Key, _log.Key));
        // One wrong line of a key that one trusts, and the whole is refused.
        var wrong = SignedNote.Sign("another\n", other).Signatures[0];
        Assert.False(new InclusionProofNote(3, proof.Proof, proof.Note.With(wrong)).Verify(Entry(3), other.Key, _log.Key));
        Assert.True(new InclusionProofNote(3, proof.Proof, proof.Note.With(wrong)).Verify(Entry(3), _log.Key));
    }

    [Fact]
    public void Witnesses_AreNamed_ButDoNotStandInForTheLog()
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        // Of the log's own name, even.
        using var witness = new CosignatureSigner(Origin, new byte[32], new MovedClock(DateTimeOffset.UnixEpoch));
        var proof = Proof(3, 5);
        var cosigned = InclusionProofNote.Parse(new InclusionProofNote(3, proof.Proof, proof.Note.With(witness.Cosign(proof.Note).Line)).ToString());
        Assert.Equal([_log.Key, witness.Key], cosigned.SignersOf(Entry(3), _log.Key, witness.Key));
        Assert.Empty(cosigned.SignersOf(Entry(2), _log.Key, witness.Key));
        Assert.False(cosigned.Verify(Entry(3), witness.Key));
    }

    [Theory]
    [InlineData("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2", "begins with the line")]
    [InlineData("c2sp.org/tlog-proof@v1", " c2sp.org/tlog-proof@v1", "begins with the line")]
    [InlineData("c2sp.org/tlog-proof@v1\n", "", "begins with the line")]
    [InlineData("c2sp.org/tlog-proof@v1\n", "\n\n", "begins with the line")]
    [InlineData("index 3", "index 03", "index of its entry")]
    [InlineData("index 3", "index -3", "index of its entry")]
    [InlineData("index 3", "index +3", "index of its entry")]
    [InlineData("index 3", "index  3", "index of its entry")]
    [InlineData("index 3", "index 3 ", "index of its entry")]
    [InlineData("index 3", "index 3\r", "index of its entry")]
    [InlineData("index 3", "index 9223372036854775808", "index of its entry")]
    [InlineData("index 3", "index ", "index of its entry")]
    [InlineData("index 3", "Index 3", "index of its entry")]
    [InlineData("index 3\n", "", "index of its entry")]
    [InlineData("index 3\n", "extra \nindex 3\n", "extra data")]
    [InlineData("index 3\n", "extra YWd\nindex 3\n", "extra data")]
    [InlineData("index 3\n", "extra YWd=\nindex 3\n", "extra data")]
    [InlineData("index 3\n", "extra YW dl\nindex 3\n", "extra data")]
    [InlineData("index 3\n", "extra YWdl\nextra YWdl\nindex 3\n", "index of its entry")]
    [InlineData("index 3\n", "index 3\nextra YWdl\n", "hash of a proof")]
    [InlineData("index 3\n", "index 3\nindex 3\n", "hash of a proof")]
    [InlineData("index 3\n", "index 3\nAAAA\n", "hash of a proof")]
    [InlineData("=\n", "\n", "hash of a proof")]
    [InlineData("=\n", "=\r\n", "hash of a proof")]
    [InlineData("=\n\nexample.com/log\n", "=\nexample.com/log\n", "hash of a proof")]
    [InlineData("\n\nexample.com/log\n5\n", "\n\nexample.com/log\n05\n", "size")]
    [InlineData("\n\nexample.com/log\n", "\n\n\nexample.com/log\n", "no empty line")]
    [InlineData("\n\n— ", "\n— ", "empty line")]
    public void WhatIsNoProof_IsRefusedWithASentence(string part, string changed, string because)
    {
        var text = Proof(3, 5).ToString();
        Assert.Contains(part, text, StringComparison.Ordinal);
        Refused(because, () => InclusionProofNote.Parse(text.Replace(part, changed, StringComparison.Ordinal)));
    }

    [Fact]
    public void NothingAndTooMuch_AreRefused()
    {
        var proof = Proof(3, 5);
        Refused("empty line", () => InclusionProofNote.Parse(""));
        Refused("empty line", () => InclusionProofNote.Parse("c2sp.org/tlog-proof@v1\nindex 3\n"));
        Refused("empty line", () => InclusionProofNote.Parse("c2sp.org/tlog-proof@v1\nindex 3\n\n"));
        Refused("63 hashes", () => InclusionProofNote.Parse(With(string.Concat(Enumerable.Repeat($"{Root}\n", 64)))));
        Refused("63 hashes", () => InclusionProofNote.Parse(With(string.Concat(Enumerable.Repeat($"{Root}\n", 20_000)))));
        Assert.Equal(63, InclusionProofNote.Parse(With(string.Concat(Enumerable.Repeat($"{Root}\n", 63)))).Proof.Count);
        Refused("no longer", () => InclusionProofNote.Parse(new string('x', 2_000_000)));
        Refused("65,535", () => InclusionProofNote.Parse($"c2sp.org/tlog-proof@v1\nextra {Convert.ToBase64String(new byte[65_536])}\nindex 3\n\n{proof.Note}"));
        var most = new InclusionProofNote(3, proof.Proof, proof.Note, new byte[InclusionProofNote.MostExtra]);
        Assert.Equal(InclusionProofNote.MostExtra, InclusionProofNote.Parse(most.ToString()).Extra.Length);

        Assert.ThrowsAny<ArgumentException>(() => new InclusionProofNote(-1, proof.Proof, proof.Note));
        Assert.ThrowsAny<ArgumentException>(() => new InclusionProofNote(3, new NodeHash[64], proof.Note));
        Assert.ThrowsAny<ArgumentException>(() => new InclusionProofNote(3, proof.Proof, proof.Note, new byte[InclusionProofNote.MostExtra + 1]));
        Refused("three lines", () => _ = new InclusionProofNote(3, proof.Proof, SignedNote.Sign("text\n", _log)));

        string With(string hashes) => $"c2sp.org/tlog-proof@v1\nindex 3\n{hashes}\n{proof.Note}";
    }

    private InclusionProofNote Proof(int index, int size)
    {
        byte[][] entries = [.. Enumerable.Range(0, size).Select(Entry)];
        return new InclusionProofNote(index, PathTo(index, entries), SignedNote.Sign(new Checkpoint(Origin, size, RootOf(entries)).Text, _log));
    }

    private bool IsAccepted(string proof, int entry)
    {
        try
        {
            return InclusionProofNote.Parse(proof).Verify(Entry(entry), _log.Key);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static byte[] Entry(int index) => [(byte)index, 1];

    /// <summary>RFC 6962, 2.1, as it is written there.</summary>
    private static NodeHash RootOf(byte[][] entries) =>
        entries.Length == 1 ? NodeHash.OfEntry(entries[0]) : NodeHash.OfChildren(RootOf(entries[..Half(entries)]), RootOf(entries[Half(entries)..]));

    /// <summary>RFC 6962, 2.1.1, as it is written there.</summary>
    private static List<NodeHash> PathTo(int index, byte[][] entries)
    {
        if (entries.Length == 1) return [];
        var half = Half(entries);
        return index < half ? [.. PathTo(index, entries[..half]), RootOf(entries[half..])] : [.. PathTo(index - half, entries[half..]), RootOf(entries[..half])];
    }

    private static int Half(byte[][] entries) => 1 << BitOperations.Log2((uint)(entries.Length - 1));
}
