using System.Net;
using System.Text;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Consent.Gateway.Tests;

public sealed class LimitsTests
{
    private const string SignUp = "/v1/sites/wool/marketing/subscriptions";

    [Fact]
    public async Task A_body_that_announces_to_be_too_large_is_413()
    {
        await using var gateway = await StartAsync(("Gateway:MaxBodyBytes", "1000"));
        using var answer = await gateway.SendAsync("POST", "/v1/sites/wool/decisions", body: new ByteArrayContent(new byte[1001]));
        await ProblemOf.IsAsync(answer, 413, "body-too-large");
    }

    [Fact]
    public async Task A_body_that_turns_out_to_be_too_large_is_413()
    {
        await using var gateway = await StartAsync(("Gateway:MaxBodyBytes", "1000"));
        using var endless = new StreamContent(new MemoryStream(new byte[2_000]));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/sites/wool/decisions") { Content = endless };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await gateway.Http.SendAsync(request);
        await ProblemOf.IsAsync(answer, 413, "body-too-large");
    }

    [Fact]
    public async Task A_body_within_the_limit_passes()
    {
        await using var gateway = await StartAsync(("Gateway:MaxBodyBytes", "1000"));
        using var answer = await gateway.SendAsync("POST", "/v1/sites/wool/decisions", body: new ByteArrayContent(new byte[1000]));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("/v1/sites/wool/marketing/check", "marketing", 32 << 20)]
    [InlineData("/v1/sites/wool/marketing/links", "marketing", 8 << 20)]
    [InlineData("/v1/sites/wool/imports", "consent", 70_000_000)]
    [InlineData("/v1/sites/wool/marketing/import", "marketing", 70_000_000)]
    public async Task A_route_with_a_limit_of_its_own_takes_as_much_announced_or_not(string path, string scope, int bytes)
    {
        await using var gateway = await StartAsync();
        using var announced = await gateway.SendAsync("POST", path, gateway.Token(scope, controllers: ["weavers"]), new ByteArrayContent(new byte[bytes]));
        Assert.Equal(HttpStatusCode.OK, announced.StatusCode);

        // The server counts what frames the chunks too.
        using var chunked = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StreamContent(new MemoryStream(new byte[bytes - 10_000])) };
        chunked.Headers.TransferEncodingChunked = true;
        chunked.Headers.Authorization = new("Bearer", gateway.Token(scope, controllers: ["weavers"]));
        using var streamed = await gateway.Http.SendAsync(chunked);
        Assert.Equal(HttpStatusCode.OK, streamed.StatusCode);
    }

    [Theory]
    [InlineData("/v1/sites/wool/marketing/check", 32 << 20)]
    [InlineData("/v1/sites/wool/marketing/links", 8 << 20)]
    public async Task A_route_with_a_limit_of_its_own_takes_no_byte_more_and_says_how_many_it_takes(string path, int most)
    {
        await using var gateway = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[most + 1]) };
        request.Headers.Authorization = new("Bearer", gateway.Token("marketing", controllers: ["weavers"]));
        // A client that does not wait for the answer may find the connection closed while it still sends.
        request.Headers.ExpectContinue = true;
        using var answer = await gateway.Http.SendAsync(request);
        var problem = await ProblemOf.IsAsync(answer, 413, "body-too-large");
        Assert.Contains($"{most}", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_of_public_posts_is_429_with_the_time_to_wait_while_reading_goes_on()
    {
        await using var gateway = await StartAsync(("Gateway:PublicPostsPerMinute", "12"));
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 8; i++) answers.Add(await gateway.SendAsync("POST", "/collect/wool", body: new StringContent("{}", Encoding.UTF8)));
        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.OK);
        var refused = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        await ProblemOf.IsAsync(refused, 429, "too-many-requests");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 10);

        using var reading = await gateway.SendAsync("GET", "/v1/sites/wool/declaration");
        Assert.Equal(HttpStatusCode.OK, reading.StatusCode);
    }

    [Fact]
    public async Task A_flood_of_what_is_only_counted_takes_nothing_from_what_is_decided()
    {
        await using var gateway = await StartAsync(("Gateway:PublicPostsPerMinute", "12"));
        var last = HttpStatusCode.OK;
        for (var i = 0; i < 20 && last == HttpStatusCode.OK; i++)
        {
            using var counted = await gateway.SendAsync("POST", "/banner/wool/count");
            last = counted.StatusCode;
        }
        Assert.Equal(HttpStatusCode.TooManyRequests, last);
        using var decided = await gateway.SendAsync("POST", "/v1/sites/wool/decisions");
        Assert.Equal(HttpStatusCode.OK, decided.StatusCode);
    }

    [Fact]
    public async Task Sign_ups_are_ten_a_minute_for_one_client_and_a_token_or_a_preflight_is_none()
    {
        await using var gateway = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            using var preflight = await gateway.SendAsync("OPTIONS", SignUp);
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (preflight.StatusCode, await PostAsync(gateway, SignUp)));
        }
        // On the form of the service it is no other sign-up.
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(gateway, "/s/wool/news"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(gateway, "/preferences/wool"));
        using var refused = await gateway.SendAsync("POST", SignUp);
        await ProblemOf.IsAsync(refused, 429, "too-many-requests");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        using var trusted = await gateway.SendAsync("POST", SignUp, gateway.Token("marketing", controllers: ["weavers"]));
        Assert.Equal(HttpStatusCode.OK, trusted.StatusCode);
    }

    [Fact]
    public async Task A_flood_of_anything_else_takes_nothing_from_opt_outs()
    {
        await using var gateway = await StartAsync(("Gateway:PublicPostsPerMinute", "12"));
        foreach (var path in (string[])["/v1/sites/wool/decisions", "/c/abc/confirm", SignUp])
        {
            var last = HttpStatusCode.OK;
            for (var i = 0; i < 20 && last == HttpStatusCode.OK; i++) last = await PostAsync(gateway, path);
            Assert.Equal(HttpStatusCode.TooManyRequests, last);
        }
        Assert.Equal(HttpStatusCode.OK, await PostAsync(gateway, "/u/abc"));
    }

    [Fact]
    public async Task Clients_are_IPv4_addresses_and_networks_of_64_bits()
    {
        await using var gateway = await StartAsync(("Gateway:SubscriptionsPerMinute", "1"));
        foreach (var client in (string[])["2001:db8:0:1::1", "2001:db8:0:2::1", "198.51.100.1", "::ffff:198.51.100.2"])
            Assert.Equal(HttpStatusCode.OK, await PostAsync(gateway, SignUp, client));
        foreach (var client in (string[])["2001:db8:0:1:ffff::2", "198.51.100.2"]) Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(gateway, SignUp, client));
    }

    [Fact]
    public async Task Where_a_request_comes_from_is_believed_of_the_proxies_that_are_named_and_of_no_other()
    {
        await using var named = await StartAsync(("Gateway:SubscriptionsPerMinute", "1"), ("Gateway:TrustedProxies", "10.0.0.0/8, 127.0.0.0/8"));
        foreach (var client in (string[])["198.51.100.1", "198.51.100.2, 10.1.2.3"]) Assert.Equal(HttpStatusCode.OK, await PostAsync(named, SignUp, client));
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(named, SignUp, "203.0.113.9, 198.51.100.2"));

        await using var other = await StartAsync(("Gateway:SubscriptionsPerMinute", "1"), ("Gateway:TrustedProxies", "203.0.113.0/24"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(other, SignUp, "198.51.100.1"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(other, SignUp, "198.51.100.2"));
    }

    [Fact]
    public void A_network_that_is_none_says_what_to_set()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Gateway:TrustedProxies"] = "everybody";
        var refused = Assert.Throws<InvalidOperationException>(builder.AddGateway);
        Assert.Contains("Gateway:TrustedProxies", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_service_is_503_with_a_sentence()
    {
        await using var gateway = await StartAsync(("Services:analytics", $"http://127.0.0.1:{FreePorts.Take(1)[0]}"));
        using var answer = await gateway.SendAsync("POST", "/collect/wool", body: new StringContent("{}"));
        await ProblemOf.IsAsync(answer, 503, "service-unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task When_nobody_can_tell_whose_site_it_is_the_answer_is_503_and_not_yes()
    {
        await using var gateway = await StartAsync(("Services:consent", $"http://127.0.0.1:{FreePorts.Take(1)[0]}"));
        using var answer = await gateway.SendAsync("POST", "/v1/sites/wool/marketing/check", gateway.Token("marketing", controllers: ["weavers"]));
        await ProblemOf.IsAsync(answer, 503, "service-unavailable");
    }

    private static async Task<HttpStatusCode> PostAsync(GatewayUnderTest gateway, string path, string? forwardedFor = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (forwardedFor is not null) request.Headers.Add("X-Forwarded-For", forwardedFor);
        using var answer = await gateway.Http.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<GatewayUnderTest> StartAsync(params (string Key, string Value)[] settings)
    {
        var gateway = new GatewayUnderTest();
        foreach (var (key, value) in settings) gateway.Settings[key] = value;
        await gateway.InitializeAsync();
        return gateway;
    }
}
