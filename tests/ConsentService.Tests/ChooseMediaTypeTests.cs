namespace Consent.ConsentService.Tests;

public sealed class ChooseMediaTypeTests
{
    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("application/*", "application/json")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/ld+json", "application/ld+json")]
    [InlineData("APPLICATION/LD+JSON", "application/ld+json")]
    [InlineData("application/ld+json; profile=\"http://www.w3.org/ns/json-ld#compacted\"", "application/ld+json")]
    [InlineData("text/html, application/ld+json;q=0.9, */*;q=0.1", "application/ld+json")]
    [InlineData("application/json;q=0.2, application/ld+json;q=0.3", "application/ld+json")]
    [InlineData("application/json;q=0, */*", "application/ld+json")]
    [InlineData("*/*;q=0.1, application/json;q=0.1", "application/json")]
    [InlineData("text/html", null)]
    [InlineData("application/json;q=0", null)]
    [InlineData("application/xml, text/turtle", null)]
    [InlineData("//", null)]
    public void Accept_ChoosesByQuality_ThenByOurOrder(string? accept, string? chosen) =>
        Assert.Equal(chosen, ChooseMediaType.Of(accept, ["application/json", "application/ld+json"]));
}
