using System.Buffers.Text;
using System.Text;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class ConfirmationTokensTests : IDisposable
{
    private static readonly Confirmation Asked =
        new(Sample.Controller, Sample.Site, "newsletter", "jan@example.com", "nl", "footer", Sample.Noon.AddMilliseconds(1), new string('a', 64));

    private readonly Folder _folder = new();

    private IdentifierKeys Keys => new(_folder.Path);
    private ConfirmationTokens Tokens => new(Keys);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_AWholeToken_GivesWhatItCarries_AlsoAfterTheKeyWasSucceeded()
    {
        var longest = new Confirmation(Of('c', 63), Of('s', 63), Of('t', 63), $"{Of('a', 64)}@{Of('d', 60)}.{Of('d', 60)}.{Of('d', 60)}.nl", "nl-BE", Of('f', 100), Sample.Noon, Of('f', 64));
        var tokens = ((Confirmation[])[Asked, Asked with { OfAge = true }, Asked with { Address = "jöhn@xn--bcher-kva.example" }, longest]).ToDictionary(asked => Tokens.Seal(asked));
        Keys.Succeed("token");
        foreach (var (token, asked) in tokens) Assert.Equal(asked, Tokens.Open(token));
    }

    /// <summary>As a thief of the secret would make it, who can write any time into it.</summary>
    [Fact]
    public void Open_OfASucceededSecret_WhatSaysToBeYounger_GivesNothing()
    {
        var (made, before) = (Tokens.Seal(Asked with { RequestedAt = TimeProvider.System.GetUtcNow().AddHours(1) }), Tokens.Seal(Asked with { RequestedAt = TimeProvider.System.GetUtcNow() }));
        Assert.NotNull(Tokens.Open(made));
        Keys.Succeed("token");
        Assert.Null(Tokens.Open(made));
        Assert.NotNull(Tokens.Open(before));
        Assert.NotNull(Tokens.Open(Tokens.Seal(Asked with { RequestedAt = TimeProvider.System.GetUtcNow().AddHours(1) })));
    }

    [Fact]
    public void Seal_NothingStandsInClear_AndTheLengthTellsLittle()
    {
        Assert.NotEqual(Tokens.Seal(Asked), Tokens.Seal(Asked));
        var bytes = Encoding.Latin1.GetString(Base64Url.DecodeFromChars(Tokens.Seal(Asked)));
        foreach (var secret in (string[])["newsletter", "orchard", "jan", "footer"]) Assert.DoesNotContain(secret, bytes, StringComparison.Ordinal);
        Assert.InRange(Enumerable.Range(1, 32).Select(n => Tokens.Seal(Asked with { Address = $"{Of('j', n)}@example.com" }).Length).Distinct().Count(), 1, 2);
    }

    [Fact]
    public void Open_AnyByteAltered_GivesNothing()
    {
        var token = Base64Url.DecodeFromChars(Tokens.Seal(Asked));
        for (var i = 0; i < token.Length; i++)
        {
            token[i] ^= 1;
            Assert.Null(Tokens.Open(Base64Url.EncodeToString(token)));
            token[i] ^= 1;
        }
        Assert.NotNull(Tokens.Open(Base64Url.EncodeToString(token)));
        foreach (var none in (string?[])[null, "", "AAAA", "%", new string('A', 2000)]) Assert.Null(Tokens.Open(none));
    }

    [Fact]
    public void Open_AnOptOutLinksToken_GivesNothing_NorDoesAnOptOutLinkOfThis()
    {
        var optOuts = new UnsubscribeTokens(Keys);
        Assert.Null(Tokens.Open(LinkToken.Seal(optOuts.KeyOf(Sample.Controller, Sample.Site), new UnsubscribeLink(Sample.Controller, Sample.Site, "newsletter", "jan@example.com"))));
        Assert.Null(optOuts.Read(Tokens.Seal(Asked)));
    }

    [Fact]
    public void PageProof_IsOfOneToken_AndOfOneText()
    {
        var (token, other) = (Tokens.Seal(Asked), Tokens.Seal(Asked));
        var shown = OptInProof.On(Sample.Published(Sample.Declaration()), Sample.Declaration().FindTopic("newsletter")!, "nl", "footer", null);
        var proof = Tokens.PageProof(token, shown);
        Assert.True(Tokens.IsPageProof(token, shown, proof));
        Assert.False(Tokens.IsPageProof(other, shown, proof));
        foreach (var another in (OptInProof[])[shown with { Language = "en" }, shown with { TextHash = "x" }, shown with { Meaning = "x" }])
            Assert.False(Tokens.IsPageProof(token, another, proof));
        foreach (var none in (string?[])[null, "", "x"]) Assert.False(Tokens.IsPageProof(token, shown, none));
    }

    private static string Of(char c, int count) => new(c, count);
}
