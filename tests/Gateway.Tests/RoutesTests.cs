using System.Net;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Gateway.Tests;

public sealed class RoutesTests(GatewayUnderTest gateway) : IClassFixture<GatewayUnderTest>
{
    [Theory]
    [InlineData("GET", "/banner/wool.js", "cookie-banner")]
    [InlineData("GET", "/banner/wool/shown/0123?lang=nl&layout=banner", "cookie-banner")]
    [InlineData("GET", "/pages/wool/cookies", "cookie-banner")]
    [InlineData("GET", "/pages/wool/cookies.fragment.html", "cookie-banner")]
    [InlineData("GET", "/pages/wool/cookies.json", "cookie-banner")]
    [InlineData("GET", "/pages/wool/privacy", "cookie-banner")]
    [InlineData("GET", "/v1/sites/wool/declaration", "consent")]
    [InlineData("POST", "/v1/sites/wool/decisions", "consent")]
    [InlineData("GET", "/v1/sites/wool/me/state", "consent")]
    [InlineData("GET", "/v1/sites/wool/receipts/0123", "consent")]
    [InlineData("GET", "/v1/sites/wool/receipts/0123/document", "consent")]
    [InlineData("GET", "/v1/sites/wool/notices/0123", "consent")]
    [InlineData("GET", "/v1/sites/wool/gpc.json", "consent")]
    [InlineData("GET", "/.well-known/jwks.json", "consent")]
    [InlineData("GET", "/u/abc", "marketing-unsubscribe")]
    [InlineData("GET", "/c/abc", "marketing-unsubscribe")]
    [InlineData("POST", "/c/abc/confirm", "marketing-unsubscribe")]
    [InlineData("GET", "/preferences/wool", "marketing-unsubscribe")]
    [InlineData("POST", "/preferences/wool", "marketing-unsubscribe")]
    [InlineData("GET", "/u/abc/preferences", "marketing-unsubscribe")]
    [InlineData("GET", "/p/abc", "marketing-unsubscribe")]
    [InlineData("POST", "/p/abc", "marketing-unsubscribe")]
    [InlineData("POST", "/u/abc", "marketing-unsubscribe")]
    [InlineData("POST", "/u/abc/confirm", "marketing-unsubscribe")]
    [InlineData("POST", "/v1/sites/wool/marketing/subscriptions", "marketing-unsubscribe")]
    [InlineData("GET", "/s/wool/news", "marketing-unsubscribe")]
    [InlineData("POST", "/s/wool/news", "marketing-unsubscribe")]
    [InlineData("POST", "/collect/wool", "analytics")]
    [InlineData("POST", "/v1/connectors/0123/events", "connectors")]
    [InlineData("POST", "/v1/connectors/0123/events/secret", "connectors")]
    [InlineData("GET", "/v1/connectors/0123/events/secret", "connectors")]
    [InlineData("GET", "/audit", "audit")]
    [InlineData("GET", "/audit/signed-in?code=x&state=y", "audit")]
    [InlineData("POST", "/audit/sign-out", "audit")]
    [InlineData("GET", "/log/weavers/checkpoint", "audit")]
    [InlineData("HEAD", "/log/weavers/checkpoint", "audit")]
    [InlineData("GET", "/log/weavers/keys", "audit")]
    [InlineData("GET", "/log/weavers/successions", "audit")]
    [InlineData("GET", "/log/weavers/tile/0/x001/x234/067.p/8", "audit")]
    [InlineData("GET", "/log/weavers/tile/entries/000", "audit")]
    public async Task A_public_route_reaches_its_service_without_a_token(string method, string path, string service)
    {
        using var answer = await gateway.SendAsync(method, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([service], answer.Headers.GetValues("Answered-By"));
        Assert.Equal(["no"], answer.Headers.GetValues("Had-Token"));
    }

    [Fact]
    public async Task A_token_sent_to_a_public_route_is_passed_on()
    {
        using var answer = await gateway.SendAsync("POST", "/v1/sites/wool/decisions", gateway.Token("consent"));
        Assert.Equal(["yes"], answer.Headers.GetValues("Had-Token"));
    }

    [Fact]
    public void No_other_route_than_these_is_open_without_a_token()
    {
        var file = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "routes.json"));
        var routes = JsonNode.Parse(file)!["ReverseProxy"]!["Routes"]!.AsObject();
        var open = routes.Where(r => !((string?)r.Value!["AuthorizationPolicy"])!.StartsWith("scope:", StringComparison.Ordinal)).Select(r => r.Key);
        Assert.Equal(
            [
                "ask-preferences", "ask-preferences-page", "audit-pages", "banner", "collect", "confirm-opt-in", "confirm-opt-in-page", "connector-events", "connector-events-address", "cookie-table", "cookie-table-fragment", "cookie-table-json", "count-banner", "decide", "declaration", "declaration-difference", "gpc",
                "keep-choice", "log-checkpoint", "log-keys", "log-successions", "log-tiles", "notice", "one-click", "own-receipt", "own-state", "preferences-page", "privacy-statement", "receipt-document", "receipt-keys", "save-preferences", "subscribe", "subscribe-form", "subscribe-form-page", "unsubscribe", "unsubscribe-page",
            ],
            open.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/v1/sites/wool")]
    [InlineData("/v1/subscribers/newsletter/anything")]
    [InlineData("/log/checkpoint")]
    public async Task An_address_that_no_route_names_is_answered_404_with_problem_details(string path)
    {
        using var answer = await gateway.SendAsync("GET", path, gateway.Token("admin"));
        await ProblemOf.IsAsync(answer, 404, "not-found");
    }

    [Fact]
    public async Task A_method_that_no_route_takes_is_answered_405_with_problem_details()
    {
        using var answer = await gateway.SendAsync("DELETE", "/v1/sites/wool/decisions");
        await ProblemOf.IsAsync(answer, 405, "method-not-allowed");
    }

    [Theory]
    [InlineData("/v1/sites/wool/decisions", "POST")]
    [InlineData("/v1/sites/wool/me/state", "GET")]
    [InlineData("/v1/sites/wool/marketing/subscriptions", "POST")]
    [InlineData("/collect/wool", "POST")]
    public async Task A_preflight_is_answered_by_the_service_and_not_by_the_gateway(string path, string method)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", "https://wool.example");
        request.Headers.Add("Access-Control-Request-Method", method);
        using var answer = await gateway.Http.SendAsync(request);
        Assert.Equal(["https://wool.example"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Keys_of_the_development_issuer_are_the_gateways_own_and_not_those_of_receipts()
    {
        using var issuer = await gateway.SendAsync("GET", "/development-issuer/jwks.json");
        Assert.Equal(HttpStatusCode.OK, issuer.StatusCode);
        Assert.False(issuer.Headers.Contains("Answered-By"));
    }

    [Fact]
    public async Task Cookies_go_through_to_the_pages_and_back_and_where_they_send_people_is_left_as_it_is()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/audit/session");
        request.Headers.Add("Cookie", "consent-audit=abc");
        using var answer = await gateway.Http.SendAsync(request);
        Assert.Equal(["consent-audit=abc"], answer.Headers.GetValues("Had-Cookie"));
        Assert.Equal(["consent-audit=def; path=/; httponly"], answer.Headers.GetValues("Set-Cookie"));
        Assert.Equal("/audit/receipts", answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task People_sign_in_with_the_development_issuer_at_the_gateway_itself()
    {
        using var answer = await gateway.SendAsync("GET", "/development-issuer/authorize?client_id=x&redirect_uri=https://elsewhere.example/");
        Assert.Equal((HttpStatusCode.BadRequest, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.False(answer.Headers.Contains("Answered-By"));
    }

    [Fact]
    public async Task A_page_may_not_be_framed_and_tells_no_referrer()
    {
        using var answer = await gateway.SendAsync("GET", "/u/abc");
        Assert.Equal(["frame-ancestors 'none'"], answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.False(answer.Headers.Contains("Server"), "The server names itself.");
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Probes_are_the_gateways_own(string path)
    {
        using var answer = await gateway.SendAsync("GET", path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Answered-By"));
    }
}
