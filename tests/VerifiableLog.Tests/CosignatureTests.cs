using System.Text;
using Consent.Tests.Support;
using static Consent.VerifiableLog.Tests.NoteVectors;

namespace Consent.VerifiableLog.Tests;

public sealed class CosignatureTests
{
    private readonly MovedClock _clock = new(DateTimeOffset.FromUnixTimeSeconds(1679315147));

    /// <summary>C2SP tlog-cosignature: the example, and the message that it gives for it.</summary>
    [Fact]
    public void ExampleOfTheSpecification_IsRead_AndItsMessageMade()
    {
        var note = SignedNote.Parse($"{SofaText}\n{SofaLine}{WitnessLine}");
        var line = note.Signatures[1];
        Assert.Equal(("witness.example.com/w1", 0x8d66cf3fu, 1679315147L), (line.Name, line.KeyId, Cosignature.Parse(line).Time));
        Assert.Equal($"cosignature/v1\ntime 1679315147\n{SofaText}", Encoding.UTF8.GetString(Cosignature.Message(1679315147, Encoding.UTF8.GetBytes(SofaText))));
        // The log's own line is none.
        Refused("64", () => Cosignature.Parse(note.Signatures[0]));
    }

    [Fact]
    public void Witness_SignsACheckpoint_WithItsTime_AndIsVerifiedByItsKey()
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        using var log = NoteVectors.Ecdsa("example.com/behind-the-sofa");
        using var witness = new CosignatureSigner("witness.example.com/w1", new byte[32], _clock);
        var key = NoteVerifierKey.Parse(witness.Key.ToString());
        Assert.Equal(NoteKeyType.Cosignature, key.Type);
        var signed = SignedNote.Sign(SofaText, log);
        Assert.Null(Cosignature.Of(signed, key));

        var cosigned = SignedNote.Parse(signed.With(witness.Cosign(signed).Line).ToString());
        Assert.Equal(1679315147L, Cosignature.Of(cosigned, key)?.Time);
        Assert.Equal([log.Key, key], cosigned.VerifiedBy(log.Key, key));
        Assert.Equal(cosigned.Signatures[1].ToString(), SignedNote.Sign(SofaText, witness).Signatures[0].ToString());

        // Of two, the newer one.
        _clock.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(1679315207L, Cosignature.Of(cosigned.With(witness.Cosign(cosigned).Line), key)?.Time);
    }

    [Fact]
    public void CosignatureOfAnotherTextTimeOrKey_IsRefused()
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        using var witness = new CosignatureSigner("w", new byte[32], _clock);
        using var namesake = NoteVectors.Ed25519("w");
        var note = SignedNote.Sign($"{SofaText}extension\n", witness);
        Assert.NotNull(Cosignature.Of(note, witness.Key));
        Assert.Null(Cosignature.Of(SignedNote.Parse(note.ToString().Replace("extension", "extensions", StringComparison.Ordinal)), witness.Key));
        Assert.Null(Cosignature.Of(note, namesake.Key));
        Assert.Null(Cosignature.Of(note, NoteVerifierKey.Of("v", NoteKeyType.Cosignature, witness.Key.PublicKey.Span)));

        // The same key and name, as one that signs the bare text: neither passes for the other.
        using var plain = new Ed25519NoteSigner("w", new byte[32]);
        Assert.False(plain.Key.Verifies(note));
        Assert.Null(Cosignature.Of(SignedNote.Sign(SofaText, plain), witness.Key));
        Assert.False(plain.Key.Accepts(Encoding.UTF8.GetBytes(note.Text), note.Signatures[0].Signature.Span));

        var bytes = note.Signatures[0].Signature.ToArray();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(witness.Key.Accepts(Encoding.UTF8.GetBytes(note.Text), bytes), $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(71)]
    [InlineData(73)]
    public void CosignatureOfAnotherLength_IsRefused(int length)
    {
        Refused("64", () => Cosignature.Parse(new NoteSignature("w", 1, new byte[length])));
        Assert.False(NoteVerifierKey.Parse(Remora).Accepts([], new byte[length]));
    }

    [Fact]
    public void Time_IsBelow2To63()
    {
        byte[] last = [0x7f, .. Enumerable.Repeat((byte)0xff, 7), .. new byte[64]];
        Assert.Equal(long.MaxValue, Cosignature.Parse(new NoteSignature("w", 1, last)).Time);
        last[0] = 0x80;
        Refused("2^63", () => Cosignature.Parse(new NoteSignature("w", 1, last)));
    }

    [Fact]
    public void Witness_SignsNothingButCheckpoints()
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        using var witness = new CosignatureSigner("w", new byte[32], _clock);
        Refused("three lines", () => SignedNote.Sign("text\n", witness));
    }
}
