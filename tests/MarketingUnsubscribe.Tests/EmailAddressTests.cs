using Consent.UnsubscribeLinks;
using FsCheck;
using FsCheck.Fluent;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("jan@example.com", "jan@example.com")]
    [InlineData("  Jan.Jansen@Example.COM\t", "jan.jansen@example.com")]
    [InlineData("jan+nieuws@example.com", "jan+nieuws@example.com")]
    [InlineData("o'hara_99@sub.example.co.uk", "o'hara_99@sub.example.co.uk")]
    [InlineData("piet@bücher.example", "piet@xn--bcher-kva.example")]
    [InlineData("piet@BÜCHER.example", "piet@xn--bcher-kva.example")]
    [InlineData("piet@XN--BCHER-KVA.example", "piet@xn--bcher-kva.example")]
    [InlineData("JÖRG@example.com", "jörg@example.com")]
    [InlineData("नमस्ते@example.com", "नमस्ते@example.com")]
    public void TryNormalise_AnAddress_GivesItsOneSpelling(string text, string expected)
    {
        Assert.True(EmailAddress.TryNormalise(text, out var normalised));
        Assert.Equal(expected, normalised);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("jan")]
    [InlineData("@example.com")]
    [InlineData("jan@")]
    [InlineData("jan@@example.com")]
    [InlineData("jan@piet@example.com")]
    [InlineData("jan@example")]
    [InlineData("jan@localhost")]
    [InlineData("jan@.example.com")]
    [InlineData("jan@example..com")]
    [InlineData("jan@example.com.")]
    [InlineData("jan@-example.com")]
    [InlineData("jan@example-.com")]
    [InlineData("jan@exa_mple.com")]
    [InlineData("jan@192.168.0.1")]
    [InlineData("jan@[192.168.0.1]")]
    [InlineData(".jan@example.com")]
    [InlineData("jan.@example.com")]
    [InlineData("jan..jansen@example.com")]
    [InlineData("jan jansen@example.com")]
    [InlineData("\"jan jansen\"@example.com")]
    [InlineData("Jan <jan@example.com>")]
    [InlineData("jan@example.com, piet@example.com")]
    [InlineData("jan@example.com\r\nBcc: piet@example.com")]
    [InlineData("jan@example.com\nX: y")]
    [InlineData("jan\r@example.com")]
    [InlineData("jan@exam\u0000ple.com")]
    [InlineData("jan\u200b@example.com")]
    [InlineData("jan\u202e@example.com")]
    [InlineData("jo\u0308rg@example.com")]
    [InlineData("jan@bu\u0308cher.example")]
    public void TryNormalise_WhatIsNoAddress_IsRefused(string? text) => Assert.False(EmailAddress.TryNormalise(text, out _));

    [Fact]
    public void TryNormalise_HalfASurrogatePair_IsRefused() => Assert.False(EmailAddress.TryNormalise("a\ud83d@example.com", out _));

    [Fact]
    public void TryNormalise_254CharactersPass_255DoNot()
    {
        var local = new string('a', 64);
        string Domain(int length) => string.Join('.', new string('b', 63), new string('c', 63), new string('d', length - 128 - 8), "example");
        Assert.True(EmailAddress.TryNormalise($"{local}@{Domain(254 - 65)}", out var longest));
        Assert.Equal(254, longest.Length);
        Assert.False(EmailAddress.TryNormalise($"{local}@{Domain(255 - 65)}", out _));
        Assert.False(EmailAddress.TryNormalise($"{local}@{new string('b', 320 - 65 - 8)}.example", out _));
        Assert.False(EmailAddress.TryNormalise($"{local}a@example.com", out _));
    }

    [Fact]
    public void TryNormalise_AnyText_NeverThrowsAndIsStable() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<string>(), text =>
            !EmailAddress.TryNormalise(text, out var once)
            || (EmailAddress.TryNormalise(once, out var twice) && once == twice && !once.Any(c => char.IsControl(c) || c == ' '))));

    [Theory]
    [InlineData("jan@example.com", "j…@e….com")]
    [InlineData("j@b.example", "j…@b….example")]
    [InlineData("piet@xn--bcher-kva.example", "p…@x….example")]
    public void Mask_ShowsFirstLettersAndTopLevelDomainOnly(string address, string expected) => Assert.Equal(expected, EmailAddress.Mask(address));
}
