namespace Consent.MarketingUnsubscribe.Tests;

public sealed class PageLanguageTests
{
    [Theory]
    [InlineData("en", "nl", "nl", "nl", "en")]
    [InlineData(null, "nl", "en", "en", "nl")]
    [InlineData(null, "nl-BE", "en", "en", "nl")]
    [InlineData(null, null, "en-GB,en;q=0.9,nl;q=0.8", "nl", "en")]
    [InlineData(null, null, "de, nl;q=0.5, en;q=0.4", "en", "de")]
    [InlineData(null, null, "tr, nl;q=0.5, en;q=0.4", "en", "nl")]
    [InlineData(null, null, "en;q=0, nl;q=0.1", "en", "nl")]
    [InlineData(null, "de", "fr", "nl", "de")]
    [InlineData(null, "tr", "ar", "nl", "nl")]
    [InlineData("xx", null, "%%%", "nl", "nl")]
    [InlineData(null, null, null, null, "en")]
    public void Choose_TakesTheFirstLanguageThatThePagesHave(string? chosen, string? ofMail, string? accept, string? ofSite, string expected) =>
        Assert.Equal(expected, PageLanguage.Choose(chosen, ofMail, accept, ofSite));
}
