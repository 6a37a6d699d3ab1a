using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class TelephoneNumberTests
{
    private const string Number = "+31612345678";

    [Theory]
    [InlineData("+31612345678", "NL", Number)]
    [InlineData(" +31 6 12345678 ", "NL", Number)]
    [InlineData("+31 6 12345678", "DE", Number)]
    [InlineData("06 12345678", "NL", Number)]
    [InlineData("06-12.34.56.78", "NL", Number)]
    [InlineData("(06) 12345678", "NL", Number)]
    [InlineData("+31 (0)6 12345678", "BE", Number)]
    [InlineData("0031612345678", "NL", Number)]
    [InlineData("020 624 1111", "NL", "+31206241111")]
    [InlineData("0171 1234567", "DE", "+491711234567")]
    [InlineData("06 12345678 ext. 12", "NL", null)]
    [InlineData("06 12345678 jan", "NL", null)]
    [InlineData("tel:+31612345678", "NL", null)]
    [InlineData("112", "NL", null)]
    [InlineData("06 123", "NL", null)]
    [InlineData("06 12345678 06 12345678", "NL", null)]
    [InlineData("+31 6 12345678\r\nBcc: x", "NL", null)]
    [InlineData("", "NL", null)]
    [InlineData(null, "NL", null)]
    public void ANumber_HasOneSpelling_AndWhatIsNoneHasNone(string? text, string country, string? expected)
    {
        Assert.Equal(expected is not null, TelephoneNumber.TryNormalise(text, country, out var normalised));
        Assert.Equal(expected, normalised);
        if (expected is null) return;
        Assert.True(UnsubscribeLink.IsNumber(expected));
        Assert.Equal(expected, TelephoneNumber.OneSpelling(expected));
    }

    [Theory]
    [InlineData("+31612345678", "+31 •• ••• ••78")]
    [InlineData("+35312345678", "+353 •• ••• ••78")]
    [InlineData("+14155550100", "+1 •• ••• ••00")]
    public void AMask_ShowsTheCountryAndTheLastTwoDigits(string number, string expected) => Assert.Equal(expected, ContactAddress.Mask(number));

    [Theory]
    [InlineData("+31612345678", "NL")]
    [InlineData("+32470123456", "BE")]
    [InlineData("+4915123456789", "DE")]
    [InlineData("+80012345678", null)]
    [InlineData("jan@example.com", null)]
    public void ANumber_TellsItsCountry_UnlessItIsNoCountrys(string address, string? expected) => Assert.Equal(expected, ContactAddress.CountryOf(address));

    [Fact]
    public void ANumber_IsNoEmailAddress_AndAnEmailAddressIsOneOnEveryChannel()
    {
        Assert.False(ContactAddress.TryNormalise(Number, Channel.Email, "NL", out _));
        foreach (var channel in Enum.GetValues<Channel>())
        {
            Assert.True(ContactAddress.TryNormalise("Jan@Example.com", channel, "NL", out var address));
            Assert.Equal("jan@example.com", address);
        }
    }
}
