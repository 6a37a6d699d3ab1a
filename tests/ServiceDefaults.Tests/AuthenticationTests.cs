using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Consent.ServiceDefaults.Tests;

public sealed class AuthenticationTests : IAsyncLifetime
{
    private readonly RunningApp _app = new(map: app => app.MapGet("/audit", () => "in").RequireScope("audit"));

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task NoToken_Is401WithAProblemThatSaysWhatToDo()
    {
        var answer = await _app.Http.GetAsync("/audit");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("urn:consent:problem:token-needed", await TypeOf(answer));
    }

    [Theory]
    [InlineData("audit", HttpStatusCode.OK)]
    [InlineData("consent audit", HttpStatusCode.OK)]
    [InlineData("admin", HttpStatusCode.OK)]
    [InlineData("privacy-officer", HttpStatusCode.OK)]
    [InlineData("operator", HttpStatusCode.Forbidden)]
    [InlineData("consent", HttpStatusCode.Forbidden)]
    [InlineData("auditor", HttpStatusCode.Forbidden)]
    public async Task Token_OpensWhatItsScopeSays(string scopes, HttpStatusCode expected)
    {
        Assert.Equal(expected, (await GetWith(_app.Token(scopes))).StatusCode);
    }

    [Theory]
    [InlineData("privacy-officer", "audit", true)]
    [InlineData("audit", "privacy-officer", false)]
    [InlineData("privacy-officer", "operator", false)]
    [InlineData("admin", "privacy-officer", true)]
    public void Roles_ImplyWhatTheyMay(string held, string asked, bool expected) =>
        Assert.Equal(expected, new ClaimsPrincipal(new ClaimsIdentity([new Claim("scope", held)], "test")).HasScope(asked));

    [Fact]
    public async Task WrongScope_IsAProblemToo() =>
        Assert.Equal("urn:consent:problem:scope-needed", await TypeOf(await GetWith(_app.Token("consent"))));

    [Fact]
    public async Task ExpiredToken_Is401() =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetWith(_app.Token("audit", lifetime: TimeSpan.FromMinutes(-10)))).StatusCode);

    [Fact]
    public async Task TokenOfAnotherKey_Is401()
    {
        using var elsewhere = new TemporaryFolder();
        var forged = DevelopmentIssuer.Open(elsewhere.Path).Issue(["admin"], ["*"], [], TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(5));

        Assert.Equal(HttpStatusCode.Unauthorized, (await GetWith(forged)).StatusCode);
    }

    [Fact]
    public async Task TokenWithAChangedClaim_Is401()
    {
        var parts = _app.Token("consent").Split('.');
        var payload = Convert.ToBase64String("{\"iss\":\"urn:consent:development-issuer\",\"aud\":\"consent\",\"exp\":4102444800,\"scope\":\"admin\"}"u8)
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');

        Assert.Equal(HttpStatusCode.Unauthorized, (await GetWith($"{parts[0]}.{payload}.{parts[2]}")).StatusCode);
    }

    [Theory]
    [InlineData("not.a.token")]
    [InlineData("at all")]
    public async Task WhatIsNoToken_Is401(string token) => Assert.Equal(HttpStatusCode.Unauthorized, (await GetWith(token)).StatusCode);

    [Fact]
    public void Open_ByManyAtOnce_MakesOneKey_ReadableByItsOwnerOnly()
    {
        using var data = new TemporaryFolder();
        var tokens = new string[16];
        Parallel.For(0, tokens.Length, i => tokens[i] = DevelopmentIssuer.Open(data.Path).Issue(["audit"], [], [], DateTimeOffset.UnixEpoch, TimeSpan.FromDays(1)));

        Assert.Single(tokens.Select(t => t.Split('.')[0]).Distinct());
        var file = Directory.GetFiles(data.File("keys", "development-issuer")).Single();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private async Task<HttpResponseMessage> GetWith(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/audit");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _app.Http.SendAsync(request);
    }

    private static async Task<string?> TypeOf(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["type"];
    }
}
