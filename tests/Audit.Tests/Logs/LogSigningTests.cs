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

    /// <summary>Keys 0 to 2 are ECDSA, 3 to 5 Ed25519: of each the lowest is announced first.</summary>
    [Theory]
    [InlineData("30", "0", "0", "", true)]
    [InlineData("30", "3", "3", "", true)]
    [InlineData("30", "041", "410", "41", false)]
    [InlineData("30", "301", "310", "1", false)]
    [InlineData("3041", "31", "1", "", true)]
    [InlineData("3041", "315", "51", "5", false)]
    public void WhereOneAlgorithmsKeyIsLost_TheOthersSigns_AndAnnouncesWhatWasMadeInItsPlace(string announced, string held, string signers, string fresh, bool isLacking)
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, "There is one algorithm without OpenSSL 3.");
        using var both = new BothAlgorithms(_keys);
        var signing = both.Of(announced, held);
        Assert.Null(signing.Fault);
        Assert.Equal(both.Texts(signers), signing.Signers.Select(s => s.Key.ToString()));
        Assert.Equal(both.Texts(fresh), signing.Announced);
        Assert.Equal(isLacking, signing.Lack is not null);
    }

    [Theory]
    [InlineData("30", "")]
    [InlineData("30", "41")]
    [InlineData("3041", "30")]
    [InlineData("", "0")]
    public void WhereNoneIsLeftThatIsKnown_NothingIsSigned(string announced, string held)
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, "There is one algorithm without OpenSSL 3.");
        using var both = new BothAlgorithms(_keys);
        var signing = both.Of(announced, held);
        Assert.Empty(signing.Signers);
        Assert.Contains("put back the keys", signing.Fault, StringComparison.Ordinal);
    }

    private sealed class BothAlgorithms(EcdsaNoteSigner[] ecdsa) : IDisposable
    {
        private readonly INoteSigner[] _all = [.. ecdsa, .. Enumerable.Range(0, 3).Select(_ => new Ed25519NoteSigner(Origin, RandomNumberGenerator.GetBytes(32)))];

        public LogSigning Of(string announced, string held) =>
            LogSigning.Of("tuinhuis", Origin, Texts(announced), [.. held.Select(key => _all[key - '0'])], [NoteKeyType.Ed25519, NoteKeyType.Ecdsa]);

        public List<string> Texts(string keys) => [.. keys.Select(key => _all[key - '0'].Key.ToString())];

        public void Dispose()
        {
            foreach (var key in _all.OfType<Ed25519NoteSigner>()) key.Dispose();
        }
    }

    private LogSigning Of(string announced, string held) => LogSigning.Of("tuinhuis", Origin, Texts(announced), [.. held.Select(key => _keys[key - '0'])], [NoteKeyType.Ecdsa]);

    private List<string> Texts(string keys) => [.. keys.Select(key => _keys[key - '0'].Key.ToString())];
}
