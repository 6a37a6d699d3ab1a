using System.Net;
using System.Text;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class CheckAddressesTests : HostedTest
{
    private const string Route = "/v1/sites/orchard/marketing/check";

    [Fact]
    public async Task EveryAddress_GetsItsReason_InTheOrderAsked()
    {
        await Host.SubscribeAsync("in@example.com");
        await Host.SubscribeAsync("out@example.com");
        await Host.OneClickAsync(await Host.LinkAsync("out@example.com"));
        await HearOfAsync("given@example.com", Decision.Given);
        await HearOfAsync("withdrawn@example.com", Decision.Withdrawn);
        await HearOfAsync("refused@example.com", Decision.Refused);
        await HearOfAsync("objected@example.com", Decision.Objected);
        await HearOfAsync("expired@example.com", Decision.Given, until: Sample.Noon);
        await HearOfAsync("changed@example.com", Decision.Given, on: Sample.WithAnotherMeaning(Sample.Declaration()));
        string[] names = ["nobody", "in", "out", "given", "withdrawn", "refused", "objected", "expired", "changed"];
        var answer = await Host.PostAsync(Route,
            new { topic = "newsletter", addresses = names.Select(n => $"{n}@Example.com").Append("nonsense").ToArray() }, Host.Token());
        var results = (await answer.JsonAsync()).GetProperty("results").EnumerateArray()
            .Select(r => $"{r.GetProperty("address").GetString()} {r.GetProperty("reason").GetString()} {r.GetProperty("permitted").GetBoolean()}");
        Assert.Equal(
            [
                "nobody@Example.com no-basis False", "in@Example.com opted-in True", "out@Example.com suppressed False",
                "given@Example.com opted-in True", "withdrawn@Example.com withdrawn False", "refused@Example.com refused False",
                "objected@Example.com objected False", "expired@Example.com expired False", "changed@Example.com ask-again False",
                "nonsense invalid-address False",
            ], results);
    }

    [Fact]
    public async Task AWithdrawalInTheConsentService_AfterTheOptIn_Denies()
    {
        await Host.SubscribeAsync("jan@example.com");
        await HearOfAsync("jan@example.com", Decision.Withdrawn, at: Sample.Noon.AddMinutes(1));
        Assert.Equal("withdrawn", await Host.ReasonAsync("jan@example.com"));
    }

    [Fact]
    public async Task TenThousandAddresses_AreAnswered_OneMoreIsRefused()
    {
        var addresses = Enumerable.Range(0, 10_000).Select(i => $"reader-{i}@example.com").ToList();
        var answer = await Host.PostAsync(Route, new { topic = "newsletter", addresses }, Host.Token());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(10_000, (await answer.JsonAsync()).GetProperty("results").GetArrayLength());
        addresses.Add("one-more@example.com");
        await (await Host.PostAsync(Route, new { topic = "newsletter", addresses }, Host.Token())).AssertProblemAsync(422, "too-many-addresses");
    }

    [Theory]
    [InlineData("""{"topic":"nothing","addresses":[]}""", 422, "unknown-topic")]
    [InlineData("""{"topic":"newsletter"}""", 400, "malformed-body")]
    [InlineData("""{"topic":"newsletter","addresses":[1]}""", 400, "malformed-body")]
    [InlineData("""[]""", 400, "malformed-body")]
    public async Task BadInput_IsRefused(string body, int status, string slug)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        await (await Host.SendAsync(Route, content, Host.Token())).AssertProblemAsync(status, slug);
    }

    [Theory]
    [InlineData("links")]
    [InlineData("check")]
    public async Task WithoutTheRightToken_NothingIsTold(string route)
    {
        var body = new { topic = "newsletter", address = "jan@example.com", addresses = new[] { "jan@example.com" } };
        var path = $"/v1/sites/orchard/marketing/{route}";
        await (await Host.PostAsync(path, body)).AssertProblemAsync(401, "token-needed");
        await (await Host.PostAsync(path, body, "forged")).AssertProblemAsync(401, "token-needed");
        await (await Host.PostAsync(path, body, Host.Token(scope: "audit"))).AssertProblemAsync(403, "scope-needed");
        await (await Host.PostAsync(path, body, Host.Token(controller: "another"))).AssertProblemAsync(404, "unknown-site");
        await (await Host.PostAsync($"/v1/sites/nowhere/marketing/{route}", body, Host.Token())).AssertProblemAsync(404, "unknown-site");
    }

    private Task HearOfAsync(string address, Decision status, DateTimeOffset? at = null, DateTimeOffset? until = null, Declaration? on = null)
    {
        var subject = Host.Keys.Addresses(Sample.Controller).AddressId(address);
        var decided = Sample.Decided(on ?? Sample.Declaration(), "newsletter", status, at ?? Sample.Noon.AddDays(-1), until);
        return Host.HearAsync(new ConsentChanged(RandomId.New(), Sample.Noon, Sample.Receipt(subject, 1, ("newsletter", decided))));
    }
}
