using System.Net;
using System.Text.Json;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class TellSubjectsTests : HostedTest
{
    private const string Route = $"/v1/sites/{Sample.Site}/marketing/subjects";
    private const string Jan = "jan@example.com";

    [Fact]
    public async Task EveryIdOfAnAddress_IsToldToMarketingAndToAuditors_TheNewestKeyFirst()
    {
        Host.Keys.Succeed($"address-{Sample.Controller}");
        var ids = Host.Keys.Addresses(Sample.Controller).AddressIds(Jan);
        Assert.Equal(2, ids.Count);
        foreach (var (scope, reason) in ((string, string?)[])[("marketing", null), ("audit", "He asks what we know of him."), ("privacy-officer", "He asks what we know of him.")])
        {
            using var answer = await Host.PostAsync(Route, new { address = Jan, reason }, Host.Token(scope));
            Assert.Equal((HttpStatusCode.OK, "no-store"), (answer.StatusCode, answer.Headers.CacheControl!.ToString()));
            using var told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            Assert.Equal(ids, told.RootElement.GetProperty("subjects").EnumerateArray().Select(id => id.GetString()));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("because")]
    [InlineData("a                      b")]
    public async Task AnAuditor_WhoDoesNotSayWhy_IsToldNothing(string? reason)
    {
        foreach (var scope in (string[])["audit", "privacy-officer"])
            await (await Host.PostAsync(Route, new { address = Jan, reason }, Host.Token(scope))).AssertProblemAsync(403, "reason-required");
    }

    [Fact]
    public async Task ItIsToldToNobodyElse_AndOfNothingElseThanAnAddress()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await Host.PostAsync(Route, new { address = Jan })).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Host.PostAsync(Route, new { address = Jan }, Host.Token("consent"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Host.PostAsync(Route, new { address = Jan }, Host.Token("audit", "somebody-else"))).StatusCode);
        foreach (var nothing in (object[])[new { address = "jan" }, new { }]) Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Host.PostAsync(Route, nothing, Host.Token())).StatusCode);
    }
}
