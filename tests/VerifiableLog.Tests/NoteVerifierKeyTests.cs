using System.Globalization;
using System.Security.Cryptography;
using static Consent.VerifiableLog.Tests.NoteVectors;

namespace Consent.VerifiableLog.Tests;

public sealed class NoteVerifierKeyTests
{
    [Theory]
    [InlineData(Peter, "PeterNeumann", 0xc74f20a3, NoteKeyType.Ed25519)]
    [InlineData(Enoch, "EnochRoot", 0xaf0cfe78, NoteKeyType.Ed25519)]
    [InlineData(Foo, "example.com/foo", 0x530d903a, NoteKeyType.Ed25519)]
    [InlineData(Rekor, "rekor.sigstore.dev", 0xc0d23d6a, NoteKeyType.Ecdsa)]
    [InlineData(Pixel, "pixel6_transparency_log", 0x91c16e30, NoteKeyType.Ecdsa)]
    [InlineData(Remora, "remora.n621.de", 0xda77ade7, NoteKeyType.Cosignature)]
    public void KeyOfOthers_IsRead_AndWrittenAsItWas(string text, string name, uint id, NoteKeyType type)
    {
        var key = NoteVerifierKey.Parse(text);
        Assert.Equal((name, id, type, text), (key.Name, key.Id, key.Type, key.ToString()));
        Assert.Equal(text, NoteVerifierKey.Of(name, type, key.PublicKey.Span).ToString());
    }

    /// <summary>C2SP signed-note: of ECDSA the id is the hash of the key in DER alone.</summary>
    [Fact]
    public void EcdsaKey_HasTheIdOfItsDer_AndVerifiesWhatItSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var der = key.ExportSubjectPublicKeyInfo();
        using var signer = new EcdsaNoteSigner("example.com/log", key);
        byte[] typed = [2, .. der];
        var text = $"example.com/log+{Convert.ToHexStringLower(SHA256.HashData(der).AsSpan(0, 4))}+{Convert.ToBase64String(typed)}";
        Assert.Equal(text, signer.Key.ToString());
        var parsed = NoteVerifierKey.Parse(text);
        Assert.True(parsed.CanVerify);
        var note = SignedNote.Sign("text\n", signer);
        Assert.True(parsed.Verifies(note));
        // In DER: a sequence.
        Assert.Equal(0x30, note.Signatures[0].Signature.Span[0]);
        Assert.False(parsed.Verifies(SignedNote.Parse(note.ToString().Replace("text", "Text", StringComparison.Ordinal))));
        // The same signature as the two numbers alone, which other programs make, is not the format's.
        var plain = key.SignData("text\n"u8.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Assert.False(parsed.Verifies(SignedNote.Parse($"text\n\n{new NoteSignature(parsed.Name, parsed.Id, plain)}\n")));
    }

    [Theory]
    [InlineData("", "with a plus between them")]
    [InlineData("a", "with a plus between them")]
    [InlineData("a+12345678", "with a plus between them")]
    [InlineData("rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!", "base64")]
    [InlineData("a+12345678+", "says its type")]
    [InlineData("a+12345678+AwEB", "type of a key")]
    [InlineData("a+12345678+AQEB", "32 bytes")]
    [InlineData("a+12345678+BAEB", "32 bytes")]
    [InlineData("a+12345678+AgEB", "P-256")]
    [InlineData("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "these do not")]
    [InlineData("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "these do not")]
    [InlineData("PeterNeumann+0c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "these do not")]
    [InlineData("PeterNeumann++ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "these do not")]
    [InlineData("PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "these do not")]
    [InlineData("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "type of a key")]
    [InlineData("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "name of a key")]
    [InlineData("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "name of a key")]
    [InlineData("Peter\u0007+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "name of a key")]
    [InlineData("Peter\nNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "name of a key")]
    public void WhatIsNoKey_IsRefusedWithASentence(string text, string because) => Refused(because, () => NoteVerifierKey.Parse(text));

    [Fact]
    public void LongKey_IsRefused() => Refused("4,096", () => NoteVerifierKey.Parse(Peter + new string('A', 4096)));

    [Theory]
    [InlineData(Peter)]
    [InlineData(Pixel)]
    public void EveryPartOfAKey_AndEveryChangedCharacter_IsRefused(string key)
    {
        // Of ECDSA the id does not depend on the name: under another name it is a key too, which is why a log's name is told with it.
        for (var from = key == Pixel ? key.IndexOf('+', StringComparison.Ordinal) : 0; from < key.Length; from++)
        {
            for (var to = from; to <= key.Length; to++)
            {
                if (to - from < key.Length) Assert.Throws<FormatException>(() => NoteVerifierKey.Parse(key[from..to]));
            }
            Assert.Throws<FormatException>(() => NoteVerifierKey.Parse($"{key[..from]}{(char)(key[from] + 1)}{key[(from + 1)..]}"));
        }
    }

    [Fact]
    public void KeyOnAnotherCurve_OrOffTheCurve_OrInAnotherForm_IsRefused()
    {
        foreach (var curve in (ECCurve[])[ECCurve.NamedCurves.nistP384, ECCurve.NamedCurves.nistP521])
        {
            using var key = ECDsa.Create(curve);
            Assert.ThrowsAny<ArgumentException>(() => new EcdsaNoteSigner("a", key));
        }
        using var sound = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var der = sound.ExportSubjectPublicKeyInfo();
        Assert.ThrowsAny<ArgumentException>(() => NoteVerifierKey.Of("a", NoteKeyType.Ecdsa, [.. der, 0]));
        Assert.ThrowsAny<ArgumentException>(() => NoteVerifierKey.Of("a", NoteKeyType.Ecdsa, der.AsSpan(0, der.Length - 1)));
        der[^1] ^= 1;
        Assert.ThrowsAny<ArgumentException>(() => NoteVerifierKey.Of("a", NoteKeyType.Ecdsa, der));
        Assert.ThrowsAny<ArgumentException>(() => NoteVerifierKey.Of("a", (NoteKeyType)6, new byte[1312]));
        Assert.ThrowsAny<ArgumentException>(() => NoteVerifierKey.Of("a b", NoteKeyType.Ed25519, new byte[32]));
    }

    [Fact]
    public void TypeOfAKey_IsPartOfItsId()
    {
        var publicKey = NoteVerifierKey.Parse(Peter).PublicKey;
        var witness = NoteVerifierKey.Of("PeterNeumann", NoteKeyType.Cosignature, publicKey.Span);
        Assert.NotEqual("c74f20a3", witness.Id.ToString("x8", CultureInfo.InvariantCulture));
        Assert.False(witness.Verifies(SignedNote.Parse($"{Text}\n{PeterLine}")));
    }
}
