using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Consent.Audit.Pages;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Consent.Audit.Tests.Pages;

/// <summary>Which tokens let somebody in: an issuer's own, and what others would like to pass for them.</summary>
public sealed class SignInTokensTests : IDisposable
{
    private const string Issuer = "https://issuer.example", Client = "consent-audit", Nonce = "the-nonce";
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly MovedClock _clock = new(Samples.Noon);
    private readonly SignInTokens _tokens;

    public SignInTokensTests()
    {
        var issuer = new OpenIdConnectConfiguration { Issuer = Issuer, AuthorizationEndpoint = $"{Issuer}/authorize", TokenEndpoint = $"{Issuer}/token" };
        issuer.SigningKeys.Add(new ECDsaSecurityKey(_key) { KeyId = "one" });
        var bearer = new JwtBearerOptions { ConfigurationManager = new StaticConfigurationManager<OpenIdConnectConfiguration>(issuer) };
        bearer.TokenValidationParameters.ValidAudience = "consent";
        _tokens = new SignInTokens(new Always(bearer), new SignInSettings(Client, null, ["openid"], null), _clock);
    }

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task WhoHasBothTokens_IsLetIn_WithWhatTheAccessTokenOpens()
    {
        var person = await _tokens.PrincipalOfAsync(Identity(), Access(), Nonce, default);

        Assert.Equal(["tuinhuis", "bakkers"], person.FindAll("controller").Select(c => c.Value));
        Assert.Equal(("els", "audit", "Els"), (person.FindFirst("sub")?.Value, person.FindFirst("scope")?.Value, person.Identity?.Name));
        Assert.Equal(SignInSession.Scheme, person.Identity?.AuthenticationType);
        Assert.False(person.HasClaim(c => c.Type == "email"));
        Assert.True(SignIn.HasRole(person));
    }

    [Fact]
    public async Task AnIdToken_OfAnotherSignIn_OrClient_OrIssuer_LetsNobodyIn()
    {
        await RefusedAsync(Identity(), Access(), "another");
        await RefusedAsync(Identity(), Access(), null);
        await RefusedAsync(Identity(nonce: null), Access(), Nonce);
        await RefusedAsync(Identity(audience: "another-client"), Access(), Nonce);
        await RefusedAsync(Identity(azp: "another-client"), Access(), Nonce);
        await RefusedAsync(Identity(issuer: "https://elsewhere.example"), Access(), Nonce);
        await RefusedAsync(null, Access(), Nonce);
        await RefusedAsync("no.token.atall", Access(), Nonce);
    }

    [Fact]
    public async Task AToken_ThatTheIssuerDidNotSign_LetsNobodyIn()
    {
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await RefusedAsync(Identity(key: foreign), Access(), Nonce);
        await RefusedAsync(Identity(), Access(key: foreign), Nonce);
        var parts = Identity().Split('.');
        var unsigned = Base64UrlEncoder.Encode(Encoding.ASCII.GetBytes("""{"alg":"none","typ":"JWT"}"""));
        await RefusedAsync($"{unsigned}.{parts[1]}.", Access(), Nonce);
        var altered = Base64UrlEncoder.Encode(Encoding.ASCII.GetBytes(Base64UrlEncoder.Decode(parts[1]).Replace("pairwise", "somebody", StringComparison.Ordinal)));
        await RefusedAsync($"{parts[0]}.{altered}.{parts[2]}", Access(), Nonce);
    }

    [Fact]
    public async Task AToken_BeforeAndAfterItsTime_LetsNobodyIn()
    {
        var (identity, access) = (Identity(), Access());
        _clock.At = Samples.Noon.AddMinutes(7);
        await RefusedAsync(identity, access, Nonce);
        _clock.At = Samples.Noon.AddMinutes(-7);
        await RefusedAsync(identity, access, Nonce);
        _clock.At = Samples.Noon.AddMinutes(4);
        Assert.NotNull(await _tokens.PrincipalOfAsync(identity, access, Nonce, default));
    }

    [Fact]
    public async Task AnAccessToken_ForSomethingElse_LetsNobodyIn()
    {
        await RefusedAsync(Identity(), Access(audience: "something-else"), Nonce);
        await RefusedAsync(Identity(), "opaque", Nonce);
        await RefusedAsync(Identity(), Identity(), Nonce);
    }

    [Theory]
    [InlineData("audit", true)]
    [InlineData("privacy-officer", true)]
    [InlineData("operator", true)]
    [InlineData("admin", true)]
    [InlineData("consent marketing", false)]
    [InlineData("", false)]
    public void ARole_IsAScopeThatThePagesKnow(string scopes, bool has) =>
        Assert.Equal(has, SignIn.HasRole(new ClaimsPrincipal(new ClaimsIdentity([new Claim("scope", scopes)], "test"))));

    private Task RefusedAsync(string? identity, string access, string? nonce) => Assert.ThrowsAsync<SignInRefusedException>(() => _tokens.PrincipalOfAsync(identity, access, nonce, default));

    private string Identity(string? nonce = Nonce, string audience = Client, string issuer = Issuer, string? azp = null, ECDsa? key = null)
    {
        var claims = new Dictionary<string, object> { ["sub"] = "pairwise", ["name"] = "Els", ["email"] = "els@example.com" };
        if (nonce is not null) claims["nonce"] = nonce;
        if (azp is not null) claims["azp"] = azp;
        return Token(audience, issuer, claims, key);
    }

    private string Access(string audience = "consent", ECDsa? key = null) =>
        Token(audience, Issuer, new() { ["sub"] = "els", ["scope"] = "audit", ["controller"] = new[] { "tuinhuis", "bakkers" } }, key);

    private string Token(string audience, string issuer, Dictionary<string, object> claims, ECDsa? key) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            IssuedAt = Samples.Noon.UtcDateTime,
            NotBefore = Samples.Noon.UtcDateTime,
            Expires = Samples.Noon.UtcDateTime.AddMinutes(5),
            Claims = claims,
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key ?? _key) { KeyId = "one" }, SecurityAlgorithms.EcdsaSha256),
        });

    private sealed class Always(JwtBearerOptions options) : IOptionsMonitor<JwtBearerOptions>
    {
        public JwtBearerOptions CurrentValue => options;

        public JwtBearerOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<JwtBearerOptions, string?> listener) => null;
    }
}
