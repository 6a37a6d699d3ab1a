using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Consent.ServiceDefaults.Tests;

/// <summary>An issuer on another machine, without TLS: of use where somebody tries things out in a cluster, and said to be so.</summary>
public sealed class PlainIssuerTests
{
    private const string Elsewhere = $"http://consent-gateway:8080{DevelopmentIssuer.Path}/.well-known/openid-configuration";

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData(null, false)]
    public async Task Tokens_OfAnIssuerElsewhereWithoutTls_AreGoodForDevelopmentOnly(string? development, bool good)
    {
        using var data = new TemporaryFolder();
        var issuer = DevelopmentIssuer.Open(data.Path);
        await using var gateway = await Started.AppAsync([], issuer.Map);
        var port = new Uri(gateway.Urls.Single()).Port;
        await using var service = await Started.AppAsync(
            new() { ["Auth:Development"] = development, ["Auth:MetadataAddress"] = Elsewhere },
            app => app.MapGet("/in", () => "in").RequireScope("audit"),
            services => services.Configure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, jwt => jwt.BackchannelHttpHandler = Leading.To(port)));
        using var http = new HttpClient { BaseAddress = new Uri(service.Urls.Single()) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", issuer.Issue(["audit"], ["*"], [], TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(5)));

        using var answer = await http.GetAsync("/in");

        Assert.Equal(good, answer.StatusCode == HttpStatusCode.OK);
    }

    /// <summary>Whoever is on the way to a real issuer would give keys of his own.</summary>
    [Theory]
    [InlineData(DevelopmentIssuer.Name, true)]
    [InlineData("https://issuer.example/realms/real", false)]
    public async Task ForDevelopment_TokensOfTheDevelopmentIssuerAreGood_AndOfNoOther(string name, bool good)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = new ECDsaSecurityKey(pair) { KeyId = "one" };
        await using var issuer = await Started.AppAsync([], app =>
        {
            var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(key);
            app.MapGet($"{DevelopmentIssuer.Path}/.well-known/openid-configuration", () => TypedResults.Json(
                new Dictionary<string, object>(StringComparer.Ordinal) { ["issuer"] = name, ["jwks_uri"] = "http://consent-gateway:8080/keys" }));
            app.MapGet("/keys", () => TypedResults.Json(
                new { keys = new[] { new { kty = jwk.Kty, crv = jwk.Crv, x = jwk.X, y = jwk.Y, kid = jwk.Kid, use = "sig", alg = "ES256" } } }));
        });
        var port = new Uri(issuer.Urls.Single()).Port;
        await using var service = await Started.AppAsync(
            new() { ["Auth:Development"] = "true", ["Auth:MetadataAddress"] = Elsewhere },
            app => app.MapGet("/in", () => "in").RequireScope("audit"),
            services => services.Configure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, jwt => jwt.BackchannelHttpHandler = Leading.To(port)));
        using var http = new HttpClient { BaseAddress = new Uri(service.Urls.Single()) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = name,
            Audience = "consent",
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = "somebody", ["scope"] = "admin" },
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256),
        }));

        using var answer = await http.GetAsync("/in");

        Assert.Equal(good ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("https://issuer.example/", Elsewhere, "Auth:Authority")]
    [InlineData(null, null, "Auth:MetadataAddress")]
    public void Development_BesideARealIssuer_OrWithoutAnAddress_IsRefusedAtStart(string? authority, string? metadata, string says)
    {
        var builder = Started.Builder(new() { ["Auth:Development"] = "true", ["Auth:Authority"] = authority, ["Auth:MetadataAddress"] = metadata });
        var refusal = Assert.Throws<InvalidOperationException>(() => builder.AddServiceDefaults("test"));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }
}
