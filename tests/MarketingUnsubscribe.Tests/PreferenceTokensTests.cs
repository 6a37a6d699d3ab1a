using System.Buffers.Text;
using System.Text;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class PreferenceTokensTests : IDisposable
{
    private static readonly PreferenceLink Asked = new(Sample.Controller, Sample.Site, "jan@example.com", "nl", Sample.Noon.AddMilliseconds(1), new string('a', 64));

    private readonly Folder _folder = new();

    private IdentifierKeys Keys => new(_folder.Path);
    private PreferenceTokens Tokens => new(Keys);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_AWholeToken_GivesWhatItCarries_AlsoAfterTheKeyWasSucceeded()
    {
        var longest = new PreferenceLink(Of('c', 63), Of('s', 63), $"{Of('a', 64)}@{Of('d', 60)}.{Of('d', 60)}.{Of('d', 60)}.nl", "nl", Sample.Noon, Of('f', 64));
        var tokens = ((PreferenceLink[])[Asked, Asked with { Address = "jöhn@xn--bcher-kva.example" }, longest]).ToDictionary(asked => Tokens.Seal(asked));
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
        foreach (var secret in (string[])["orchard", "jan", "example"]) Assert.DoesNotContain(secret, bytes, StringComparison.Ordinal);
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
    public void Open_AnotherLinksToken_GivesNothing_NorDoesAnotherLinkOfThis()
    {
        var (optOuts, confirmations) = (new UnsubscribeTokens(Keys), new ConfirmationTokens(Keys));
        Assert.Null(Tokens.Open(LinkToken.Seal(optOuts.KeyOf(Sample.Controller, Sample.Site), new UnsubscribeLink(Sample.Controller, Sample.Site, "newsletter", "jan@example.com"))));
        Assert.Null(Tokens.Open(confirmations.Seal(
            new Confirmation(Sample.Controller, Sample.Site, "newsletter", "jan@example.com", "nl", "footer", Sample.Noon, new string('a', 64)))));
        Assert.Null(optOuts.Read(Tokens.Seal(Asked)));
        Assert.Null(confirmations.Open(Tokens.Seal(Asked)));
    }

    [Fact]
    public void PageProof_IsOfOneToken_AndOfWhatThePageSaysOfItself()
    {
        var (token, other) = (Tokens.Seal(Asked), Tokens.Seal(Asked));
        var proof = Tokens.PageProof(token, "1.a.newsletter");
        Assert.True(Tokens.IsPageProof(token, "1.a.newsletter", proof));
        Assert.False(Tokens.IsPageProof(other, "1.a.newsletter", proof));
        foreach (var page in (string[])["", "1.a.", "2.a.newsletter"]) Assert.False(Tokens.IsPageProof(token, page, proof));
        foreach (var none in (string?[])[null, "", "x"]) Assert.False(Tokens.IsPageProof(token, "1.a.newsletter", none));
    }

    private static string Of(char c, int count) => new(c, count);
}
