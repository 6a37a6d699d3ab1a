using System.Security.Cryptography;
using System.Text;
using Consent.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using static Consent.VerifiableLog.Tests.NoteVectors;

namespace Consent.VerifiableLog.Tests;

public sealed class SignedNoteTests
{
    private static readonly Gen<string> _pieces = Gen.Elements("\n", "\n\n", "— ", "a", " ", "AAAAAAA=", "— a AAAAAAA=\n", "+", "\u0001", "é", "😀", "\ud83d", "=");

    [Fact]
    public void ExampleOfGo_IsVerified_AndSignedAgainToTheByte()
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        var note = SignedNote.Parse($"{Text}\n{PeterLine}");
        Assert.Equal(Text, note.Text);
        Assert.True(NoteVerifierKey.Parse(Peter).Verifies(note));
        Assert.False(NoteVerifierKey.Parse(Enoch).Verifies(note));
        Assert.Equal($"{Text}\n{PeterLine}", SignedNote.Sign(Text, NoteKeyFile.Parse(PeterPrivate)).ToString());
        Assert.True(NoteVerifierKey.Parse(Foo).Verifies(SignedNote.Parse(FooNote)));
    }

    [Theory]
    [InlineData(Rekor, RekorNote)]
    [InlineData(Pixel, PixelNote)]
    public void CheckpointOfALogInUse_SignedWithEcdsa_IsVerified(string key, string note)
    {
        Assert.True(NoteVerifierKey.Parse(key).Verifies(SignedNote.Parse(note)));
        Assert.True(NoteVerifierKey.Parse(key).Verifies(SignedNote.Parse(Encoding.UTF8.GetBytes(note))));
        Assert.False(NoteVerifierKey.Parse(key == Rekor ? Pixel : Rekor).Verifies(SignedNote.Parse(note)));
        Assert.Equal(note, SignedNote.Parse(note).ToString());
    }

    [Fact]
    public void SignaturesOfSeveralKeys_AreEachVerified_AndThoseOfUnknownKeysIgnored()
    {
        using var one = NoteVectors.Ecdsa("example.com/log");
        using var other = NoteVectors.Ecdsa("example.com/log");
        using var stranger = NoteVectors.Ecdsa("example.com/stranger");
        var note = SignedNote.Parse(SignedNote.Sign("text\n\nof two\n", one, stranger, other).ToString());
        Assert.Equal(["example.com/log", "example.com/stranger", "example.com/log"], note.Signatures.Select(line => line.Name));
        Assert.Equal([one.Key, other.Key], note.VerifiedBy(one.Key, other.Key));
        Assert.Equal([other.Key], note.VerifiedBy(other.Key));
        // Each once, however often it is named.
        Assert.Single(note.VerifiedBy(one.Key, NoteVerifierKey.Parse(one.Key.ToString())));
        Assert.Empty(note.VerifiedBy());
        Assert.Empty(note.VerifiedBy(NoteVerifierKey.Parse(Rekor)));
        // Name or id alone say nothing.
        Assert.Empty(SignedNote.Parse($"text\n\n{new NoteSignature(one.Key.Name, ~one.Key.Id, [1])}\n").VerifiedBy(one.Key));
        Assert.Empty(SignedNote.Parse($"text\n\n{new NoteSignature("example.com/logs", one.Key.Id, [1])}\n").VerifiedBy(one.Key));
    }

    [Fact]
    public void ExampleOfGo_WithASecondKeyAndRubbishOfAStranger_IsVerifiedByBoth()
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        var note = SignedNote.Parse($"{Text}\n{PeterLine}{EnochLine}— stranger AAAAAAA=\n");
        Assert.Equal(2, note.VerifiedBy(NoteVerifierKey.Parse(Peter), NoteVerifierKey.Parse(Enoch)).Count);
        Assert.Single(note.VerifiedBy(NoteVerifierKey.Parse(Enoch)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WrongLineOfAKnownKey_MakesTheWholeNoteRefused_BeforeOrAfterARightOne(bool wrongIsFirst)
    {
        using var key = NoteVectors.Ecdsa("example.com/log");
        using var sound = NoteVectors.Ecdsa("example.com/other");
        NoteSignature right = SignedNote.Sign("text\n", key).Signatures[0], wrong = SignedNote.Sign("another\n", key).Signatures[0];
        var signed = SignedNote.Sign("text\n", sound);
        Assert.Empty((wrongIsFirst ? signed.With(wrong, right) : signed.With(right, wrong)).VerifiedBy(sound.Key, key.Key));
        Assert.False(key.Key.Verifies(wrongIsFirst ? signed.With(wrong, right) : signed.With(right, wrong)));
        // Two right ones of one key differ, with ECDSA, and are both in order.
        var twice = signed.With(right, SignedNote.Sign("text\n", key).Signatures[0]);
        Assert.Equal(3, twice.Signatures.Count);
        Assert.True(key.Key.Verifies(SignedNote.Parse(twice.ToString())));
        // The same line is added once.
        Assert.Equal(2, signed.With(right, right).With(right).Signatures.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryFlippedBitOfANote_IsRefused(bool isEd25519)
    {
        Assert.SkipUnless(!isEd25519 || Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        using var ecdsa = NoteVectors.Ecdsa("example.com/log");
        var key = isEd25519 ? NoteVerifierKey.Parse(Peter) : ecdsa.Key;
        var bytes = Encoding.UTF8.GetBytes(isEd25519 ? $"{Text}\n{PeterLine}" : SignedNote.Sign("é\n\n1\n", ecdsa).ToString());
        Assert.True(key.Verifies(SignedNote.Parse(bytes)));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(IsAccepted(bytes, key), $"bit {bit} of {bytes.Length * 8}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.False(IsAccepted(bytes[..^1], key));
        Assert.False(IsAccepted([.. bytes, (byte)'\n'], key));
    }

    [Theory]
    [InlineData("", "empty line")]
    [InlineData(Text, "empty line")]
    [InlineData("\n\n", "at least one signature line")]
    [InlineData(Text + "\n", "at least one signature line")]
    [InlineData(Text + "\n" + PeterLine + "\n", "at least one signature line")]
    [InlineData("text\n\n— a AAAAAAA=", "ends with a line feed")]
    [InlineData("\u0001" + Text + "\n" + PeterLine, "control character")]
    [InlineData("text\r\n\r\n— a AAAAAAA=\r\n", "control character")]
    [InlineData("text\n\n— a\tAAAAAAA=\n", "control character")]
    [InlineData(Text + "\n" + PeterLine + "Unexpected line.\n", "em dash")]
    [InlineData("text\n\n- a AAAAAAA=\n", "em dash")]
    [InlineData("text\n\n—a AAAAAAA=\n", "em dash")]
    [InlineData("text\n\n— a\n", "after a space")]
    [InlineData("text\n\n— \n", "after a space")]
    [InlineData("text\n\n—  AAAAAAA=\n", "name of a key")]
    [InlineData("text\n\n— a+b AAAAAAA=\n", "name of a key")]
    [InlineData("text\n\n— a\u00a0b AAAAAAA=\n", "name of a key")]
    [InlineData("text\n\n— a\u2003b AAAAAAA=\n", "name of a key")]
    [InlineData("text\n\n— a\u0085b AAAAAAA=\n", "name of a key")]
    [InlineData("text\n\n— Bad Name AAAAAAA=\n", "base64")]
    [InlineData("text\n\n— a AAAAAAA= \n", "base64")]
    [InlineData("text\n\n— a  AAAAAAA=\n", "base64")]
    [InlineData("text\n\n— a AAAA AAA=\n", "base64")]
    [InlineData("text\n\n— a AAAAAAA\n", "base64")]
    [InlineData("text\n\n— a AAAAAAB=\n", "base64")]
    [InlineData("text\n\n— a AAAA-_A=\n", "base64")]
    [InlineData("text\n\n— a AAAAAAA=AAAAAAA=\n", "base64")]
    [InlineData("text\n\n— a \n", "at least one more")]
    [InlineData("text\n\n— a AAAAAA==\n", "at least one more")]
    public void WhatIsNoNote_IsRefusedWithASentence(string note, string because) => Refused(because, () => SignedNote.Parse(note));

    [Fact]
    public void WhatIsNoUtf8_IsRefused()
    {
        var note = Encoding.UTF8.GetBytes($"{Text}\n{PeterLine}");
        foreach (var wrong in (byte[][])[[0xff], [0xed, 0xa0, 0x80], [0xc0, 0x8a], [0xe2, 0x80]])
        {
            byte[] bytes = [.. wrong, .. note];
            Refused("UTF-8", () => SignedNote.Parse(bytes));
        }
        Refused("half of a character", () => SignedNote.Parse($"\ud800{Text}\n{PeterLine}"));
        Refused("half of a character", () => SignedNote.Parse($"\udc00\ud800{Text}\n{PeterLine}"));
    }

    [Fact]
    public void Limits_AreReached_AndNotPassed()
    {
        const string Line = "— a AAAAAAA=\n";
        Assert.Equal(SignedNote.MostSignatures, SignedNote.Parse($"text\n\n{string.Concat(Enumerable.Repeat(Line, SignedNote.MostSignatures))}").Signatures.Count);
        Refused("100 signature lines", () => SignedNote.Parse($"text\n\n{string.Concat(Enumerable.Repeat(Line, SignedNote.MostSignatures + 1))}"));
        Refused("100 signature lines", () => SignedNote.Parse($"text\n\n{string.Concat(Enumerable.Repeat("x\n", 400_000))}"));

        var room = SignedNote.MostCharacters - Encoding.UTF8.GetByteCount(Line) - 2;
        var longest = $"{new string('x', room)}\n\n{Line}";
        Assert.Equal(longest, SignedNote.Parse(longest).ToString());
        Assert.Equal(longest, SignedNote.Parse(Encoding.UTF8.GetBytes(longest)).ToString());
        Refused("1,000,000", () => SignedNote.Parse($"x{longest}"));
        Refused("1,000,000", () => SignedNote.Parse(Encoding.UTF8.GetBytes($"x{longest}")));
        Refused("1,000,000", () => SignedNote.Parse($"é{longest[1..]}"));
        Assert.ThrowsAny<ArgumentException>(() => SignedNote.Parse(longest).With(new NoteSignature("b", 1, [1])));

        using var key = NoteVectors.Ecdsa("a");
        var full = SignedNote.Sign("text\n", [.. Enumerable.Repeat<INoteSigner>(key, SignedNote.MostSignatures)]);
        Assert.True(key.Key.Verifies(full));
        Assert.ThrowsAny<ArgumentException>(() => full.With(new NoteSignature("b", 1, [1])));
        Assert.ThrowsAny<ArgumentException>(() => SignedNote.Sign("text\n", [.. Enumerable.Repeat<INoteSigner>(key, SignedNote.MostSignatures + 1)]));
    }

    [Fact]
    public void WhatNobodyCouldVerify_IsNotSigned()
    {
        using var key = NoteVectors.Ecdsa("a");
        Assert.ThrowsAny<ArgumentException>(() => SignedNote.Sign("", key));
        Assert.ThrowsAny<ArgumentException>(() => SignedNote.Sign("text", key));
        Assert.ThrowsAny<ArgumentException>(() => SignedNote.Sign("a\tb\n", key));
        Assert.ThrowsAny<ArgumentException>(() => SignedNote.Sign("\ud800\n", key));
        Assert.ThrowsAny<ArgumentException>(() => SignedNote.Sign("text\n"));
        Assert.ThrowsAny<ArgumentException>(() => new NoteSignature("a b", 1, [1]));
        Assert.ThrowsAny<ArgumentException>(() => new NoteSignature("a", 1, []));
        Assert.Throws<CryptographicException>(() => SignedNote.Sign("text\n", new SignerOfSomethingElse(key)));
        Assert.True(key.Key.Verifies(SignedNote.Sign("\n", key)));
    }

    /// <summary>Out of pieces that notes are made of, and what disturbs them.</summary>
    [Fact]
    public void Anything_IsRefusedClearly_OrReadAndWrittenAsItWas() => Seeded.Check(
        Prop.ForAll(_pieces.ListOf().Select(pieces => string.Concat(pieces)).ToArbitrary(), text =>
        {
            try
            {
                return SignedNote.Parse(text).ToString() == text;
            }
            catch (FormatException)
            {
                return true;
            }
        }),
        2000);

    private static bool IsAccepted(byte[] note, NoteVerifierKey key)
    {
        try
        {
            return SignedNote.Parse(note).VerifiedBy(key).Count > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private sealed class SignerOfSomethingElse(INoteSigner signer) : INoteSigner
    {
        public NoteVerifierKey Key => signer.Key;

        public byte[] Sign(ReadOnlySpan<byte> text) => signer.Sign([.. text, 0]);
    }
}
