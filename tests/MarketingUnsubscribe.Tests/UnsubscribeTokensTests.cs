using System.Buffers.Text;
using System.Text;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class UnsubscribeTokensTests : IDisposable
{
    private static readonly UnsubscribeLink Link = new("orchard", "newsletter", $"a1-{new string('0', 64)}", "j…@e….com", "nl");
    private readonly Folder _folder = new();

    private IdentifierKeys Keys => new(_folder.Path);
    private UnsubscribeTokens Tokens => new(Keys);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_AWholeToken_GivesWhatItCarries() => Assert.Equal(Link, Tokens.Read(Tokens.Make(Link)));

    [Fact]
    public void Read_AWholeTokenWithoutLanguage_GivesWhatItCarries() =>
        Assert.Equal(Link with { Language = null }, Tokens.Read(Tokens.Make(Link with { Language = null })));

    [Fact]
    public void Make_TwiceForOneLink_GivesTwoTokensSafeInAUrl()
    {
        var (one, other) = (Tokens.Make(Link), Tokens.Make(Link));
        Assert.NotEqual(one, other);
        Assert.Matches("^[A-Za-z0-9_-]+$", one);
        Assert.True(one.Length < 400, $"{one.Length} characters");
    }

    [Fact]
    public void Make_NothingOfTheLinkStandsInClear()
    {
        var bytes = Encoding.Latin1.GetString(Base64Url.DecodeFromChars(Tokens.Make(Link)));
        Assert.DoesNotContain("newsletter", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("orchard", bytes, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnyByteAltered_GivesNothing()
    {
        var token = Base64Url.DecodeFromChars(Tokens.Make(Link));
        for (var i = 0; i < token.Length; i++)
        {
            token[i] ^= 1;
            Assert.Null(Tokens.Read(Base64Url.EncodeToString(token)));
            token[i] ^= 1;
        }
        Assert.Equal(Link, Tokens.Read(Base64Url.EncodeToString(token)));
    }

    [Fact]
    public void Read_ATokenCutAnywhere_GivesNothing()
    {
        var token = Tokens.Make(Link);
        for (var length = 0; length < token.Length; length++) Assert.Null(Tokens.Read(token[..length]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AQE")]
    [InlineData("not a token at all!")]
    [InlineData("../../etc/passwd")]
    public void Read_WhatIsNoToken_GivesNothing(string? text) => Assert.Null(Tokens.Read(text));

    [Fact]
    public void Read_ATokenOfAnotherInstallation_GivesNothing()
    {
        using var other = new Folder();
        Assert.Null(Tokens.Read(new UnsubscribeTokens(new IdentifierKeys(other.Path)).Make(Link)));
    }

    [Fact]
    public void Read_ATokenUnderASucceededKey_StillGivesWhatItCarries()
    {
        var old = Tokens.Make(Link);
        var page = Tokens.PageProof(old);
        Keys.Succeed("token");
        Assert.Equal(Link, Tokens.Read(old));
        Assert.True(Tokens.IsPageProof(old, page));
        Assert.Equal(2, Base64Url.DecodeFromChars(Tokens.Make(Link))[1]);
    }

    [Fact]
    public void IsPageProof_HoldsForItsOwnTokenOnly()
    {
        var (one, other) = (Tokens.Make(Link), Tokens.Make(Link));
        Assert.True(Tokens.IsPageProof(one, Tokens.PageProof(one)));
        Assert.False(Tokens.IsPageProof(one, Tokens.PageProof(other)));
        Assert.False(Tokens.IsPageProof(one, null));
        Assert.False(Tokens.IsPageProof(one, ""));
        Assert.False(Tokens.IsPageProof("", ""));
    }
}
