using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.Tokens;

namespace Consent.ServiceDefaults.Tests;

/// <summary>Signing keys in a folder, as several processes share it.</summary>
public sealed class SigningKeysTests : IDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly byte[] _said = "Said."u8.ToArray();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Rotation_SignsWithTheNewKeyEverywhere_AndKeepsTheOldOne()
    {
        var (here, there) = (Keys(), Keys());
        var first = here.Current.Jwk.Kid;
        var before = here.Current.SignDetached(_said, "t", "json");
        Assert.Equal(first, there.Current.Jwk.Kid);

        var second = there.Rotate().Jwk.Kid;

        Assert.NotEqual(first, second);
        Assert.Equal(second, here.Current.Jwk.Kid);
        foreach (var keys in (SigningKeys[])[here, there, Keys()])
        {
            Assert.Equal([first, second], keys.All.Select(k => k.Jwk.Kid));
            Assert.True(Verifies(before, keys));
        }
    }

    [Fact]
    public async Task FirstNeed_OfManyAtOnce_MakesOneKey_WhichOnlyItsOwnerMayRead()
    {
        var kids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Keys().Current.Jwk.Kid)));

        Assert.Single(kids.Distinct(StringComparer.Ordinal));
        var file = Assert.Single(Directory.GetFiles(_data.File("keys", "consent")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Kid_IsTheThumbprint_AndTheHeaderNamesIt()
    {
        var key = Keys().Current;
        var jwk = new JsonWebKey { Kty = key.Jwk.Kty, Crv = key.Jwk.Crv, X = key.Jwk.X, Y = key.Jwk.Y };
        Assert.Equal(Base64UrlEncoder.Encode(jwk.ComputeJwkThumbprint()), key.Jwk.Kid);

        var header = Base64UrlEncoder.Decode(key.SignDetached(_said, "some-type", "ld+json").Split('.')[0]);

        Assert.Equal($$"""{"alg":"ES256","cty":"ld+json","kid":"{{key.Jwk.Kid}}","typ":"some-type"}""", header);
    }

    [Fact]
    public void ManyThreads_WithOneKey_MakeGoodSignatures()
    {
        var keys = Keys();
        var key = keys.Current;
        var signed = new string[400];
        Parallel.For(0, signed.Length, i => signed[i] = key.SignDetached(_said, "t", "json"));
        Assert.All(signed, s => Assert.True(Verifies(s, keys)));
    }

    [Fact]
    public void OldKey_OfWhichOnlyThePublicHalfIsLeft_Verifies()
    {
        var keys = Keys();
        var before = keys.Current.SignDetached(_said, "t", "json");
        var file = _data.File("keys", "consent", "receipts.1.pem");
        using (var key = ECDsa.Create())
        {
            key.ImportFromPem(File.ReadAllText(file));
            File.WriteAllText(file, key.ExportSubjectPublicKeyInfoPem());
        }
        keys.Rotate();

        Assert.True(Verifies(before, Keys()));
        Assert.True(Verifies(Keys().Current.SignDetached(_said, "t", "json"), Keys()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    public void FileThatHoldsNoKey_IsAnError_AndIsLeftAlone(string content)
    {
        Keys().Rotate();
        var file = _data.File("keys", "consent", "receipts.1.pem");
        File.WriteAllText(file, content);

        Assert.Throws<IOException>(() => Keys().Current);
        Assert.Equal(content, File.ReadAllText(file));
    }

    [Fact]
    public void KeyOfAnotherCurve_IsAnError()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Directory.CreateDirectory(_data.File("keys", "consent"));
        File.WriteAllText(_data.File("keys", "consent", "receipts.1.pem"), other.ExportPkcs8PrivateKeyPem());

        Assert.Throws<IOException>(() => Keys().Current);
    }

    private SigningKeys Keys() => SigningKeys.OfReceipts(new ConfigurationBuilder().AddInMemoryCollection([new("Data", _data.Path)]).Build());

    /// <summary>By the public half alone, as a stranger has it.</summary>
    private bool Verifies(string signature, SigningKeys keys)
    {
        var parts = signature.Split('.');
        Assert.Equal("", parts[1]);
        var kid = (string?)JsonNode.Parse(Base64UrlEncoder.DecodeBytes(parts[0]))!["kid"];
        var jwk = keys.All.Single(k => k.Jwk.Kid == kid).Jwk;
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64UrlEncoder.DecodeBytes(jwk.X), Y = Base64UrlEncoder.DecodeBytes(jwk.Y) },
        });
        return key.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{Base64UrlEncoder.Encode(_said)}"), Base64UrlEncoder.DecodeBytes(parts[2]), HashAlgorithmName.SHA256);
    }
}
