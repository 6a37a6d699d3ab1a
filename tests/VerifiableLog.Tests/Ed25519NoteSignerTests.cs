using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static Consent.VerifiableLog.Tests.NoteVectors;

namespace Consent.VerifiableLog.Tests;

public sealed class Ed25519NoteSignerTests
{
    /// <summary>RFC 8032, 7.1: tests 1, 2, 3 and SHA(abc).</summary>
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    [InlineData(
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704")]
    public void VectorsOfTheRfc_AreReached_AndEveryFlippedBitOfOneIsRefused(string seed, string publicKey, string message, string signature)
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        using var signer = new Ed25519NoteSigner("a", Convert.FromHexString(seed));
        Assert.Equal(publicKey, Convert.ToHexStringLower(signer.Key.PublicKey.Span));
        var (text, bytes) = (Convert.FromHexString(message), Convert.FromHexString(signature));
        Assert.Equal(signature, Convert.ToHexStringLower(signer.Sign(text)));
        Assert.True(signer.Key.Accepts(text, bytes));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(signer.Key.Accepts(text, bytes), $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.False(signer.Key.Accepts([.. text, 0], bytes));
        Assert.False(signer.Key.Accepts(text, [.. bytes, 0]));
        Assert.False(signer.Key.Accepts(text, bytes.AsSpan(0, 63)));
        Assert.False(signer.Key.Accepts(text, []));
    }

    /// <summary>RFC 8032, 5.1.7 and 8.4: the number in a signature is below the order of the group, or the same signature had two forms.</summary>
    [Fact]
    public void SecondFormOfASignature_IsRefused()
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        using var signer = NoteVectors.Ed25519("a");
        var signature = signer.Sign("text\n"u8);
        var order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);
        var shifted = new BigInteger(signature.AsSpan(32), isUnsigned: true) + order;
        byte[] second = [.. signature[..32], .. shifted.ToByteArray(isUnsigned: true)];
        Assert.Equal(64, second.Length);
        Assert.True(signer.Key.Accepts("text\n"u8, signature));
        Assert.False(signer.Key.Accepts("text\n"u8, second));
    }

    [Fact]
    public void KeyThatNobodyHas_VerifiesNothing_AndASeedHas32Bytes()
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        for (byte first = 2; first < 20; first++)
        {
            // About half of them are no point of the curve.
            byte[] publicKey = [first, .. new byte[31]];
            Assert.False(NoteVerifierKey.Of("a", NoteKeyType.Ed25519, publicKey).Accepts("text\n"u8, new byte[64]));
        }
        Assert.ThrowsAny<ArgumentException>(() => new Ed25519NoteSigner("a", new byte[31]));
        Assert.ThrowsAny<ArgumentException>(() => new Ed25519NoteSigner("a", new byte[64]));
        Assert.ThrowsAny<ArgumentException>(() => new Ed25519NoteSigner("a b", new byte[32]));
    }

    [Fact]
    public void OneKey_SignsForManyThreads()
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        using var signer = NoteVectors.Ed25519("a");
        Parallel.For(0, 1000, i => Assert.True(signer.Key.Accepts([(byte)i], signer.Sign([(byte)i]))));
    }

    [Fact]
    public void Available_IsWhatTheMachineHas()
    {
        Assert.Equal(NativeLibrary.TryLoad("libcrypto.so.3", out _), Ed25519NoteSigner.IsAvailable);
        Assert.Equal(Ed25519NoteSigner.IsAvailable, NoteVerifierKey.Parse(Peter).CanVerify);
        Assert.False(LibCrypto.Works(() => NativeLibrary.Load("libcrypto.so.none") != 0));
        Assert.False(LibCrypto.Works(() => NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "no_such_function") != 0));
        Assert.False(LibCrypto.Works(() => throw new CryptographicException()));
        Assert.False(LibCrypto.Works(() => false));
        Assert.True(LibCrypto.Works(() => true));
    }
}
