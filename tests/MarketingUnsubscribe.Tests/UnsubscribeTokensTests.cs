using System.Buffers.Text;
using System.Text;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class UnsubscribeTokensTests : IDisposable
{
    private static readonly UnsubscribeLink Link = new(Sample.Controller, Sample.Site, "newsletter", "jan@example.com", "spring-2026", "nl");
    private readonly Folder _folder = new();

    private IdentifierKeys Keys => new(_folder.Path);
    private UnsubscribeTokens Tokens => new(Keys);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_AWholeToken_GivesWhatItCarries()
    {
        foreach (var link in (UnsubscribeLink[])[Link, Link with { Language = null }, Link with { Campaign = null }, Link with { Address = "jöhn@xn--bcher-kva.example" }])
            Assert.Equal(link, Tokens.Read(Make(link)));
    }

    [Fact]
    public void Make_TwiceForOneLink_GivesTwoTokensSafeInAUrl()
    {
        var (one, other) = (Make(), Make());
        Assert.NotEqual(one, other);
        Assert.Matches("^[A-Za-z0-9_-]+$", one);
        Assert.True(one.Length < 300, $"{one.Length} characters");
    }

    [Fact]
    public void Make_TheLongestOfAll_FitsInAHeaderLine()
    {
        var link = new UnsubscribeLink(Of('c', 63), Of('s', 63), Of('t', 63), $"{Of('a', 64)}@{Of('d', 60)}.{Of('d', 60)}.{Of('d', 60)}.nl", Of('m', 64), "nl-BE");
        var token = LinkToken.Seal(Tokens.KeyOf(link.Controller, link.Site), link);
        Assert.Equal(link, Tokens.Read(token));
        Assert.InRange(token.Length, 1, 900);
    }

    [Fact]
    public void Make_NothingOfTheLinkStandsInClear_AndItsLengthTellsLittle()
    {
        var bytes = Encoding.Latin1.GetString(Base64Url.DecodeFromChars(Make()));
        foreach (var secret in (string[])["newsletter", "orchard", "jan", "spring"]) Assert.DoesNotContain(secret, bytes, StringComparison.Ordinal);
        Assert.Single(Enumerable.Range(1, 15).Select(n => Make(Link with { Address = $"{Of('j', n)}@example.com" }).Length).Distinct());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_AnyByteAltered_GivesNothing(bool later)
    {
        if (later) Assert.True(Tokens.TryRevoke(Link.Controller, Link.Site));
        var token = Base64Url.DecodeFromChars(Make());
        Assert.Equal(later ? 3 : 2, token[0]);
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
        var token = Make();
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
        Assert.Null(Tokens.Read(LinkToken.Seal(new UnsubscribeTokens(new IdentifierKeys(other.Path)).KeyOf(Link.Controller, Link.Site), Link)));
    }

    [Fact]
    public void Read_ATokenThatSpeaksForAnotherSiteThanItsKey_GivesNothing()
    {
        // Whoever holds the key of one site writes another into what he seals, or the other's scope before it.
        var text = Tokens.KeyOf(Link.Controller, Link.Site).Export();
        Assert.Throws<ArgumentException>(() => LinkToken.Seal(LinkKey.Parse(text), Link with { Site = "meadow" }));
        foreach (var claimed in (string[])[text.Replace(":orchard:", ":meadow:", StringComparison.Ordinal), text.Replace(":orchard-ltd:", ":meadow-ltd:", StringComparison.Ordinal)])
        {
            var key = LinkKey.Parse(claimed);
            Assert.Null(Tokens.Read(LinkToken.Seal(key, Link with { Controller = key.Controller, Site = key.Site })));
        }
        Assert.Null(Tokens.Read(ForeignToken.Of(Tokens.KeyOf(Link.Controller, Link.Site), Link)));
    }

    [Fact]
    public void Read_AnAddressThatAnotherProgramSealedInAnotherSpelling_IsTheSameAddress() =>
        Assert.Equal(Link, Tokens.Read(Make(Link with { Address = " Jan@Example.COM" })));

    [Fact]
    public void Read_WhatNoMinterMakes_GivesNothing()
    {
        foreach (var link in (UnsubscribeLink[])
            [Link with { Address = "jan" }, Link with { Address = "" }, Link with { Topic = "*" }, Link with { Topic = "" }, Link with { Campaign = "for jan@example.com" }, Link with { Language = "nl\r\n" }])
            Assert.Null(Tokens.Read(Make(link)));
    }

    [Fact]
    public void Read_ATokenUnderASucceededKey_StillGivesWhatItCarries()
    {
        var (old, key) = (Make(), Tokens.KeyOf(Link.Controller, Link.Site).Export());
        var page = Tokens.PageProof(old);
        Keys.Succeed("token");
        Assert.Equal(Link, Tokens.Read(old));
        Assert.True(Tokens.IsPageProof(old, page));
        Assert.Equal(2, Base64Url.DecodeFromChars(Make())[1]);
        // A mailer that goes on with its old key.
        Assert.Equal(Link, Tokens.Read(LinkToken.Seal(LinkKey.Parse(key), Link)));
    }

    [Fact]
    public void Read_ATokenOfARevokedKey_GivesWhatItCarriesButItsCampaign_AlsoWhenItIsMadeAfterwards()
    {
        var (key, earlier) = (Tokens.KeyOf(Link.Controller, Link.Site), Make());
        Assert.True(Tokens.TryRevoke(Link.Controller, Link.Site));
        foreach (var token in (string[])[earlier, LinkToken.Seal(key, Link)])
        {
            Assert.Equal(Link with { Campaign = null }, Tokens.Read(token));
            Assert.True(Tokens.IsRevoked(token, Link));
        }
        Assert.Equal(Link, Tokens.Read(Make()));
        Assert.False(Tokens.IsRevoked(Make(), Link));
        // Under the next secret too, and not as one of the next generation.
        Keys.Succeed("token");
        Assert.Equal(Link, Tokens.Read(Make()));
        var claimed = Base64Url.DecodeFromChars(earlier);
        Assert.Null(Tokens.Read(Base64Url.EncodeToString([3, .. claimed[1..10], 1, .. claimed[10..]])));
        Assert.Null(Tokens.Read(Base64Url.EncodeToString([3, .. claimed[1..10], 0, .. claimed[10..]])));
    }

    [Fact]
    public void IsPageProof_HoldsForItsOwnTokenOnly()
    {
        var (one, other) = (Make(), Make());
        Assert.True(Tokens.IsPageProof(one, Tokens.PageProof(one)));
        Assert.False(Tokens.IsPageProof(one, Tokens.PageProof(other)));
        Assert.False(Tokens.IsPageProof(one, null));
        Assert.False(Tokens.IsPageProof(one, ""));
        Assert.False(Tokens.IsPageProof("", ""));
    }

    private static string Of(char letter, int count) => new(letter, count);

    private string Make(UnsubscribeLink? link = null) => LinkToken.Seal(Tokens.KeyOf(Link.Controller, Link.Site), link ?? Link);
}
