using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class CheckAddressesTests : HostedTest
{
    private const string Route = "/v1/sites/orchard/marketing/check";

    [Fact]
    public async Task BeforeEverythingWasLoaded_NothingIsPermitted()
    {
        using var folder = new Folder();
        await using var host = await MarketingHost.StartAsync(folder.Path, loaded: false);
        await host.SubscribeAsync("jan@example.com", confirmedAt: host.Time.Is);
        await host.OneClickAsync(await host.LinkAsync("piet@example.com"));

        Assert.Equal(("not-loaded", "suppressed"), (await host.ReasonAsync("jan@example.com"), await host.ReasonAsync("piet@example.com")));
        await host.LoadAsync();
        Assert.Equal("opted-in", await host.ReasonAsync("jan@example.com"));
    }

    [Fact]
    public async Task EveryAddress_GetsItsReason_InTheOrderAsked()
    {
        await Host.SubscribeAsync("in@example.com", confirmedAt: Host.Time.Is);
        await Host.SubscribeAsync("out@example.com", confirmedAt: Host.Time.Is);
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
        await Host.SubscribeAsync("jan@example.com", confirmedAt: Host.Time.Is);
        await HearOfAsync("jan@example.com", Decision.Withdrawn, at: Sample.Noon.AddMinutes(1));
        Assert.Equal("withdrawn", await Host.ReasonAsync("jan@example.com"));
    }

    [Fact]
    public async Task EachAnswer_NamesTheRecordOnWhichItRests()
    {
        await Host.SubscribeAsync("in@example.com", confirmedAt: Host.Time.Is);
        await Host.OneClickAsync(await Host.LinkAsync("out@example.com"));
        var given = await HearOfAsync("given@example.com", Decision.Given);
        var withdrawn = await HearOfAsync("withdrawn@example.com", Decision.Withdrawn);
        var results = await CheckAsync(["in@example.com", "out@example.com", "given@example.com", "withdrawn@example.com", "nobody@example.com", "nonsense"]);
        Assert.Equal([await RecordOfAsync("in@example.com"), await RecordOfAsync("out@example.com"), given, withdrawn, null, null], results.Select(ReceiptOf));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1001)]
    public async Task WhoAsksForSubjects_IsToldTheIdsOfEachAddress_AndNobodyElseIs(int more)
    {
        await Host.SubscribeAsync("in@example.com", confirmedAt: Host.Time.Is);
        string[] addresses = ["In@Example.com", "nonsense", .. Enumerable.Range(0, more).Select(i => $"reader-{i}@example.com")];
        using var answer = await Host.PostAsync(Route, new { topic = "newsletter", addresses, subjects = true }, Host.Token());
        var results = (await answer.JsonAsync()).GetProperty("results").EnumerateArray().ToList();
        var ring = Host.Keys.Addresses(Sample.Controller);
        Assert.Equal(ring.AddressIds("in@example.com"), results[0].GetProperty("subjects").EnumerateArray().Select(s => s.GetString()));
        Assert.False(results[1].TryGetProperty("subjects", out _));
        Assert.Equal(ring.AddressIds($"reader-{more - 1}@example.com"), results[^1].GetProperty("subjects").EnumerateArray().Select(s => s.GetString()));
        Assert.False((await CheckAsync(["in@example.com"]))[0].TryGetProperty("subjects", out _));
    }

    [Fact]
    public async Task AHundredThousandAddresses_AreAnsweredInTheirOrder_OneMoreIsRefused()
    {
        await Host.SubscribeAsync("reader-99999@example.com", confirmedAt: Host.Time.Is);
        List<string> addresses = [.. Enumerable.Range(0, 100_000).Select(i => $"reader-{i}@example.com")];
        var results = await CheckAsync(addresses);
        Assert.Equal(addresses, results.Select(r => r.GetProperty("address").GetString()!));
        Assert.Equal(["reader-99999@example.com"], results.Where(r => r.GetProperty("permitted").GetBoolean()).Select(r => r.GetProperty("address").GetString()));
        addresses.Add("one-more@example.com");
        await (await Host.PostAsync(Route, new { topic = "newsletter", addresses }, Host.Token())).AssertProblemAsync(422, "too-many-addresses");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(2345)]
    public async Task WhoAcceptsLines_GetsTheSameResults_AndThenHowManyTheyAre(int count)
    {
        await Host.SubscribeAsync("reader-0@example.com", confirmedAt: Host.Time.Is);
        await Host.OneClickAsync(await Host.LinkAsync("reader-2000@example.com"));
        List<string> addresses = [.. Enumerable.Range(0, count).Select(i => $"reader-{i}@example.com")];
        using var answer = await AskAsync(addresses, "application/x-ndjson");
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType?.MediaType);
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n');
        Assert.Equal((await CheckAsync(addresses)).Select(result => result.GetRawText()), lines.SkipLast(2));
        Assert.Equal([$$$"""{"summary":{"results":{{{count}}}}}""", ""], lines.TakeLast(2));
    }

    [Fact]
    public async Task AHundredThousandOfTheLongestAddresses_AreOneCall()
    {
        List<string> addresses = [.. Enumerable.Range(0, 100_000).Select(i => $"{new string('a', 314)}{i:000000}")];
        using var answer = await AskAsync(addresses, "application/x-ndjson");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("""{"summary":{"results":100000}}""", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABodyThatIsTooLarge_IsRefused_AndTheCallerToldToDivideIt()
    {
        using var content = new StringContent($$"""{"topic":"newsletter","addresses":["{{new string('a', 32 << 20)}}"]}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, Route) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Host.Token());
        // A client that does not wait for the answer may find the connection closed while it still sends.
        request.Headers.ExpectContinue = true;
        using var answer = await Host.Client.SendAsync(request);
        await answer.AssertProblemAsync(413, "body-too-large");
        Assert.Contains("divide the addresses", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
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

    private async Task<HttpResponseMessage> AskAsync(IReadOnlyList<string> addresses, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Route) { Content = JsonContent.Create(new { topic = "newsletter", addresses }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Host.Token());
        request.Headers.Accept.ParseAdd(accept);
        var answer = await Host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer;
    }

    private async Task<List<JsonElement>> CheckAsync(IReadOnlyList<string> addresses)
    {
        using var answer = await AskAsync(addresses, "application/json");
        return [.. (await answer.JsonAsync()).GetProperty("results").EnumerateArray()];
    }

    private static string? ReceiptOf(JsonElement result) => result.TryGetProperty("receipt", out var receipt) ? receipt.GetString() : null;

    /// <summary>The record that made what holds for the address.</summary>
    private async Task<string?> RecordOfAsync(string address)
    {
        var record = await Host.Records.LatestAsync(Sample.Site, Host.Keys.Addresses(Sample.Controller).AddressId(address), default);
        var by = record!.Topics["newsletter"].By;
        Assert.NotNull(by);
        return by;
    }

    /// <summary>The id of the receipt that was heard of.</summary>
    private async Task<string> HearOfAsync(string address, Decision status, DateTimeOffset? at = null, DateTimeOffset? until = null, Declaration? on = null)
    {
        var subject = Host.Keys.Addresses(Sample.Controller).AddressId(address);
        var decided = Sample.Decided(on ?? Sample.Declaration(), "newsletter", status, at ?? Sample.Noon.AddDays(-1), until);
        var receipt = Sample.Receipt(subject, 1, ("newsletter", decided));
        await Host.HearAsync(new ConsentChanged(RandomId.New(), Sample.Noon, receipt));
        return receipt.Id;
    }
}
