using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The key of one site that a mailer holds.</summary>
public sealed class LinkKeyTests
{
    private static readonly byte[] Secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly LinkKey Key = LinkKey.Of(Secret, 3, Sample.Controller, Sample.Site);

    [Fact]
    public void AnExportedKey_IsTheSameKey()
    {
        var parsed = LinkKey.Parse($" {Key.Export()}\n");
        Assert.Equal((Sample.Controller, Sample.Site, 3), (parsed.Controller, parsed.Site, (int)parsed.Version));
        Assert.Equal(Key.Export(), parsed.Export());
    }

    /// <summary>As the README has it, so that a mailer in any language can do the same: a change here makes all keys that were given out useless.</summary>
    [Fact]
    public void AKey_IsMadeAsDocumented() =>
        Assert.Equal("consent-link-key-1:3:orchard-ltd:orchard:nudv9P5pxEtt-GhxIMMCjqlQK8ji2D2jyhhDGYc2Ggs", Key.Export());

    [Fact]
    public void AKeyOfALaterGeneration_IsMadeAsDocumented_AndIsTheSameWhenItIsExported()
    {
        var key = LinkKey.Of(Secret, 3, Sample.Controller, Sample.Site, 1);
        Assert.Equal("consent-link-key-2:3:1:orchard-ltd:orchard:JOXMszwFRpk3YYIXVaewgaqeLtSkqPnhVnOzxbtDZdQ", key.Export());
        Assert.Equal((key.Export(), 1, 3), (LinkKey.Parse(key.Export()).Export(), (int)LinkKey.Parse(key.Export()).Generation, (int)key.Version));
        Assert.Equal("link key of orchard, version 3, generation 1", $"{key}");
    }

    [Fact]
    public void AKey_IsNotToldByAccident()
    {
        Assert.Equal("link key of orchard, version 3", $"{Key}");
        var text = Key.Export().Replace(":3:", ":0:", StringComparison.Ordinal);
        var said = Assert.Throws<FormatException>(() => LinkKey.Parse(text)).Message;
        Assert.DoesNotContain(text[^20..], said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("consent-link-key-1")]
    [InlineData("consent-link-key-2:1:a-controller:a-site:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("consent-link-key-2:1:0:a-controller:a-site:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("consent-link-key-2:1:256:a-controller:a-site:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("consent-link-key-1:1:1:a-controller:a-site:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("consent-link-key-1:256:a-controller:a-site:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("consent-link-key-1:1:A-controller:a-site:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("consent-link-key-1:1:a-controller:a-site:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("consent-link-key-1:1:a-controller:a-site:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void WhatIsNoKey_IsRefused_AndSaysWhereOneIsGivenOut(string text) =>
        Assert.Contains("consent marketing link-key", Assert.Throws<FormatException>(() => LinkKey.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void EverySiteAndEveryController_HasAnotherKey()
    {
        (string Controller, string Site)[] all = [("one-ltd", "one"), ("one-ltd", "two"), ("two-ltd", "one")];
        var texts = all.Select(one => LinkKey.Of(Secret, 1, one.Controller, one.Site).Export().Split(':')[^1]);
        Assert.Equal(3, texts.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("jan", null)]
    [InlineData("jan@example.com\r\nBcc: piet@example.com", null)]
    [InlineData("jan@example.com", "for jan@example.com")]
    [InlineData("jan@example.com", "")]
    [InlineData("jan@example.com", "a\r\nBcc: piet@example.com")]
    public void AMinter_RefusesWhatNoHeaderMayHold_WithoutRepeatingIt(string address, string? campaign)
    {
        var refused = Assert.Throws<ArgumentException>(() => new LinkMinter(Key, new Uri("https://opt-out.example")).Mint(address, "newsletter", campaign));
        Assert.DoesNotContain("jan", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://opt-out.example", "https://opt-out.example/u/")]
    [InlineData("https://opt-out.example/", "https://opt-out.example/u/")]
    [InlineData("http://localhost:8080", "http://localhost:8080/u/")]
    public void AMinter_MakesBothHeadersUnderThePublicAddress(string publicUrl, string start)
    {
        var (url, headers) = new LinkMinter(Key, new Uri(publicUrl)).Mint("Jan@Example.com", "newsletter", "spring-2026", "nl");
        Assert.StartsWith(start, url, StringComparison.Ordinal);
        Assert.Equal($"<{url}>", headers["List-Unsubscribe"]);
        Assert.Equal("List-Unsubscribe=One-Click", headers["List-Unsubscribe-Post"]);
        Assert.Equal(
            new UnsubscribeLink(Sample.Controller, Sample.Site, "newsletter", "jan@example.com", "spring-2026", "nl"), LinkToken.Open(url[start.Length..], _ => Secret));
    }

    [Theory]
    [InlineData("http://opt-out.example")]
    [InlineData("ftp://opt-out.example")]
    [InlineData("https://example.org/consent/")]
    public void AMinter_WantsHttps(string publicUrl) => Assert.Throws<ArgumentException>(() => new LinkMinter(Key, new Uri(publicUrl)));
}
