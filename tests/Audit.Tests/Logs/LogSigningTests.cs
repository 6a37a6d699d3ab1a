using System.Security.Cryptography;
using Consent.Audit.Logs;
using Consent.VerifiableLog;

namespace Consent.Audit.Tests.Logs;

public sealed class LogSigningTests : IDisposable
{
    private const string Origin = "localhost/log/tuinhuis";
    private readonly EcdsaNoteSigner[] _keys = [.. Enumerable.Range(0, 3).Select(_ => new EcdsaNoteSigner(Origin, ECDsa.Create(ECCurve.NamedCurves.nistP256)))];

    public void Dispose()
    {
        foreach (var key in _keys) key.Dispose();
    }

    [Theory]
    [InlineData("", "0", "0", "0")]
    [InlineData("0", "0", "0", "")]
    [InlineData("0", "01", "10", "1")]
    [InlineData("0", "012", "20", "2")]
    [InlineData("01", "01", "1", "")]
    [InlineData("01", "1", "1", "")]
    [InlineData("01", "12", "21", "2")]
    public void TheNewestKeySigns_AndTheOneThatItSucceedsOnceMore(string announced, string held, string signers, string fresh)
    {
        var signing = Of(announced, held);
        Assert.Null(signing.Fault);
        Assert.Equal(Texts(signers), signing.Signers.Select(s => s.Key.ToString()));
        Assert.Equal(Texts(fresh), signing.Announced);
    }

    [Theory]
    [InlineData("0", "")]
    [InlineData("0", "1")]
    [InlineData("01", "0")]
    [InlineData("01", "02")]
    [InlineData("01", "10")]
    [InlineData("", "")]
    public void WithoutTheKeyThatIsInForce_OrBehindAnOlderOne_NothingIsSigned(string announced, string held)
    {
        var signing = Of(announced, held);
        Assert.Empty(signing.Signers);
        Assert.Contains("put back the keys", signing.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void AFirstKeyIsMadeWhereNoneIsAnnounced_AndOfAnotherAlgorithmToo()
    {
        NoteKeyType[] two = [NoteKeyType.Ed25519, NoteKeyType.Ecdsa];
        Assert.Equal(two, LogSigning.Lacking([], [], two));
        Assert.Equal([NoteKeyType.Ed25519], LogSigning.Lacking([], [_keys[0]], two));
        Assert.Equal([NoteKeyType.Ed25519], LogSigning.Lacking(Texts("0"), [], two));
        Assert.Empty(LogSigning.Lacking(Texts("0"), [], [NoteKeyType.Ecdsa]));
    }

    [Fact]
    public void KeysOfAnotherName_SignNothing() =>
        Assert.Contains("Audit:LogName", LogSigning.Of("tuinhuis", "elsewhere/log/tuinhuis", [], [_keys[0]], [NoteKeyType.Ecdsa]).Fault, StringComparison.Ordinal);

    private LogSigning Of(string announced, string held) => LogSigning.Of("tuinhuis", Origin, Texts(announced), [.. held.Select(key => _keys[key - '0'])], [NoteKeyType.Ecdsa]);

    private List<string> Texts(string keys) => [.. keys.Select(key => _keys[key - '0'].Key.ToString())];
}
