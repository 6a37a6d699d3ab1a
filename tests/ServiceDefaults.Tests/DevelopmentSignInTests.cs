using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.ServiceDefaults.Development;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Consent.ServiceDefaults.Tests;

/// <summary>The development issuer's code flow, as a client and a browser on the same machine use it.</summary>
public sealed partial class DevelopmentSignInTests : IAsyncLifetime
{
    private const string Back = "http://localhost:9/audit/signed-in";
    private const string Verifier = "a-verifier-of-forty-three-characters-or-more";
    private readonly MovedClock _clock = new(TimeProvider.System.Now());
    private readonly RunningApp _app;

    public DevelopmentSignInTests() => _app = new(
        builder => builder.Services.AddSingleton<TimeProvider>(_clock), app => app.MapGet("/audit", () => "in").RequireScope("audit"));

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("auditor", "audit")]
    [InlineData("privacy-officer", "privacy-officer")]
    [InlineData("operator", "operator")]
    public async Task ACode_IsExchangedForTokens_ThatSayWhoItIs_AndOpenWhatTheRoleDoes(string role, string scope)
    {
        var answer = await ExchangeAsync(await CodeAsync(role, "tuinhuis"));
        var told = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        Assert.Equal((HttpStatusCode.OK, "Bearer", scope, "no-store"), (answer.StatusCode, (string?)told["token_type"], (string?)told["scope"], answer.Headers.CacheControl?.ToString()));
        var identity = new JsonWebToken((string)told["id_token"]!);
        Assert.Equal(("client", "the-nonce", role), (identity.Audiences.Single(), identity.GetClaim("nonce").Value, identity.Subject));
        var access = new JsonWebToken((string)told["access_token"]!);
        Assert.Equal(("consent", scope, "tuinhuis", role), (access.Audiences.Single(), access.GetClaim("scope").Value, access.Claims.Single(c => c.Type == "controller").Value, access.Subject));
        using var opened = await _app.SendAsync(HttpMethod.Get, "/audit", token: (string)told["access_token"]!);
        Assert.Equal(role == "operator" ? HttpStatusCode.Forbidden : HttpStatusCode.OK, opened.StatusCode);
        using var identityOpens = await _app.SendAsync(HttpMethod.Get, "/audit", token: (string)told["id_token"]!);
        Assert.Equal(HttpStatusCode.Unauthorized, identityOpens.StatusCode);
    }

    [Fact]
    public async Task Discovery_TellsAllThatAClientMustKnow()
    {
        var told = JsonNode.Parse(await _app.Http.GetStringAsync("/development-issuer/.well-known/openid-configuration"))!;

        Assert.Equal(_app.Http.BaseAddress + "development-issuer/authorize", (string?)told["authorization_endpoint"]);
        Assert.Equal(_app.Http.BaseAddress + "development-issuer/token", (string?)told["token_endpoint"]);
        Assert.Equal(["code"], told["response_types_supported"]!.AsArray().Select(t => (string?)t));
        Assert.Equal(["S256"], told["code_challenge_methods_supported"]!.AsArray().Select(t => (string?)t));
        Assert.Equal(["public"], told["subject_types_supported"]!.AsArray().Select(t => (string?)t));
        Assert.Contains("privacy-officer", told["scopes_supported"]!.AsArray().Select(t => (string?)t));
        Assert.False((bool)told["request_uri_parameter_supported"]!);
    }

    [Fact]
    public async Task ACode_IsGoodOnce()
    {
        var code = await CodeAsync();
        Assert.Equal(HttpStatusCode.OK, (await ExchangeAsync(code)).StatusCode);
        await FailsAsync(await ExchangeAsync(code), "invalid_grant");
    }

    [Fact]
    public async Task ACode_IsGoodForAMinute()
    {
        var (early, late) = (await CodeAsync(), await CodeAsync());
        _clock.Pass(TimeSpan.FromSeconds(59));
        Assert.Equal(HttpStatusCode.OK, (await ExchangeAsync(early)).StatusCode);
        _clock.Pass(TimeSpan.FromSeconds(1));
        await FailsAsync(await ExchangeAsync(late), "invalid_grant");
    }

    [Theory]
    [InlineData("code_verifier", "another-verifier-of-forty-three-characters-or-so", "invalid_grant")]
    [InlineData("code_verifier", "short", "invalid_grant")]
    [InlineData("code_verifier", null, "invalid_request")]
    [InlineData("redirect_uri", "http://localhost:9/audit/signed-in/", "invalid_grant")]
    [InlineData("redirect_uri", null, "invalid_request")]
    [InlineData("client_id", "another", "invalid_grant")]
    [InlineData("grant_type", "password", "unsupported_grant_type")]
    [InlineData("code", "never-given-out", "invalid_grant")]
    [InlineData("code", null, "invalid_request")]
    public async Task AnExchange_OfAnythingElse_IsRefused(string field, string? value, string error) =>
        await FailsAsync(await ExchangeAsync(await CodeAsync(), (field, value)), error);

    [Fact]
    public async Task AWrongVerifier_UsesTheCodeUp()
    {
        var code = await CodeAsync();
        await FailsAsync(await ExchangeAsync(code, ("code_verifier", new string('x', 43))), "invalid_grant");
        await FailsAsync(await ExchangeAsync(code), "invalid_grant");
    }

    [Fact]
    public async Task AnExchange_ThatIsNoForm_IsRefused() =>
        await FailsAsync(await _app.SendAsync(HttpMethod.Post, "/development-issuer/token", new { grant_type = "authorization_code" }), "invalid_request");

    [Theory]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "too-short", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("scope", "audit", "invalid_scope")]
    [InlineData("prompt", "none", "login_required")]
    [InlineData("request_uri", "https://elsewhere.example/r", "request_uri_not_supported")]
    public async Task WhatIsAskedOtherwise_GoesBackToTheClient_WithItsState(string field, string? value, string error)
    {
        using var answer = await _app.Http.GetAsync(Asked((field, value)));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.StartsWith($"{Back}?error={error}&", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.EndsWith("&state=the%20state", answer.Headers.Location.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("http://localhost.elsewhere.example/")]
    [InlineData("http://127.0.0.1.elsewhere.example/")]
    [InlineData("http://localhost@elsewhere.example/")]
    [InlineData("http://elsewhere.example\\@localhost/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/audit/signed-in")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://localhost:9/audit#fragment")]
    [InlineData("http://localhost:9/audit signed-in")]
    [InlineData("")]
    [InlineData(null)]
    public async Task NobodyIsSentAway_ToAnAddressThatIsNotOnThisMachine(string? address)
    {
        using var answer = await _app.Http.GetAsync(Asked(("redirect_uri", address)));
        Assert.Equal((HttpStatusCode.BadRequest, null, "text/html"), (answer.StatusCode, answer.Headers.Location, answer.Content.Headers.ContentType?.MediaType));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/x", true)]
    [InlineData("http://[::1]:9/x", true)]
    [InlineData("https://localhost/x?a=b", true)]
    [InlineData("https://consent.example/audit", true)]
    [InlineData("http://consent.example/audit", false)]
    [InlineData("https://consent.example.evil.example/audit", false)]
    public void AnAddress_IsOnThisMachine_OrOfTheOriginThatWasAsked(string address, bool may) =>
        Assert.Equal(may, AuthorizationRequest.MayReturnTo(address, "https://consent.example"));

    [Fact]
    public async Task AParameterThatIsThereTwice_IsRefused_AndAClientWithoutAName()
    {
        using var twice = await _app.Http.GetAsync(Asked() + "&nonce=another");
        Assert.StartsWith($"{Back}?error=invalid_request&", twice.Headers.Location!.OriginalString, StringComparison.Ordinal);
        using var clients = await _app.Http.GetAsync(Asked() + "&client_id=another");
        Assert.Equal(HttpStatusCode.BadRequest, clients.StatusCode);
        using var nobody = await _app.Http.GetAsync(Asked(("client_id", "<script>")));
        Assert.Equal(HttpStatusCode.BadRequest, nobody.StatusCode);
    }

    [Fact]
    public async Task ThePage_RunsNothing_IsNotFramed_AndMayBeAnsweredOnce()
    {
        using var page = await _app.Http.GetAsync(Asked());
        Assert.Equal("default-src 'none'; form-action 'self' http://localhost:9; base-uri 'none'; frame-ancestors 'none'", page.Headers.GetValues("Content-Security-Policy").Single());
        var ticket = TicketOf(await page.Content.ReadAsStringAsync());

        using var unknown = await AnswerAsync(ticket, "auditor", "No Controller");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unknown.StatusCode);
        using var used = await AnswerAsync(ticket, "auditor", "");
        Assert.Equal((HttpStatusCode.BadRequest, null), (used.StatusCode, used.Headers.Location));
        using var forged = await AnswerAsync("forged", "auditor", "");
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var again = await AnswerAsync(TicketOf(await unknown.Content.ReadAsStringAsync()), "auditor", "");
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
    }

    [Fact]
    public async Task WhoCancels_GoesBackWithoutACode()
    {
        var ticket = TicketOf(await _app.Http.GetStringAsync(Asked()));
        using var answer = await PostAsync("authorize", ("request", ticket), ("answer", "deny"), ("role", "auditor"));
        Assert.StartsWith($"{Back}?error=access_denied&", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host", "consent.example")]
    [InlineData("X-Forwarded-For", "192.0.2.7")]
    public async Task FromElsewhere_OrUnderAnotherName_NobodySignsIn(string header, string value)
    {
        await ProblemOf.IsAsync(await _app.SendAsync(HttpMethod.Get, Asked(), headers: (header, value)), 403, "loopback-only");
        using var form = new FormUrlEncodedContent([new("grant_type", "authorization_code")]);
        await ProblemOf.IsAsync(await _app.SendAsync(HttpMethod.Post, "/development-issuer/token", form, headers: (header, value)), 403, "loopback-only");
    }

    private static string Asked(params (string Name, string? Value)[] other)
    {
        var all = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["client_id"] = "client",
            ["redirect_uri"] = Back,
            ["response_type"] = "code",
            ["scope"] = "openid profile",
            ["state"] = "the state",
            ["nonce"] = "the-nonce",
            ["code_challenge"] = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in other) all[name] = value;
        return "/development-issuer/authorize?" + string.Join('&', all.Where(p => p.Value is not null).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}"));
    }

    private async Task<string> CodeAsync(string role = "auditor", string controller = "")
    {
        var ticket = TicketOf(await _app.Http.GetStringAsync(Asked()));
        using var answer = await AnswerAsync(ticket, role, controller);
        var sentTo = answer.Headers.Location!.OriginalString;
        Assert.StartsWith($"{Back}?code=", sentTo, StringComparison.Ordinal);
        Assert.EndsWith("&state=the%20state", sentTo, StringComparison.Ordinal);
        return Code().Match(sentTo).Groups[1].Value;
    }

    private static string TicketOf(string page) => Ticket().Match(page).Groups[1].Value;

    private Task<HttpResponseMessage> AnswerAsync(string ticket, string role, string controller) =>
        PostAsync("authorize", ("request", ticket), ("answer", "allow"), ("role", role), ("controller", controller));

    private Task<HttpResponseMessage> ExchangeAsync(string code, params (string Name, string? Value)[] other)
    {
        var all = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["client_id"] = "client",
            ["redirect_uri"] = Back,
            ["code_verifier"] = Verifier,
        };
        foreach (var (name, value) in other) all[name] = value;
        return PostAsync("token", [.. all.Where(p => p.Value is not null).Select(p => (p.Key, p.Value!))]);
    }

    private async Task<HttpResponseMessage> PostAsync(string to, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(f => new KeyValuePair<string?, string?>(f.Name, f.Value)));
        return await _app.Http.PostAsync($"/development-issuer/{to}", form);
    }

    private static async Task FailsAsync(HttpResponseMessage answer, string error)
    {
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(error, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
    }

    [GeneratedRegex("name=\"request\" value=\"([^\"]+)\"")]
    private static partial Regex Ticket();

    [GeneratedRegex("[?&]code=([^&]+)")]
    private static partial Regex Code();
}
