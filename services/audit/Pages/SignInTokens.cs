using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Consent.Audit.Pages;

/// <summary>What an issuer's tokens say about who signed in. Its keys and addresses are those that the bearer tokens are checked with: one discovery for both.</summary>
internal sealed class SignInTokens(IOptionsMonitor<JwtBearerOptions> bearer, SignInSettings settings, TimeProvider time)
{
    /// <summary>Of the access token; of everything else the pages have no use.</summary>
    private static readonly string[] Kept = ["sub", "client_id", "scope", "scp", "controller", "site"];
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    private JwtBearerOptions Bearer => bearer.Get(JwtBearerDefaults.AuthenticationScheme);

    /// <summary>Throws <see cref="InvalidOperationException"/> when the issuer cannot be asked, or has no code flow.</summary>
    public async Task<OpenIdConnectConfiguration> IssuerAsync(CancellationToken cancel)
    {
        var found = await (Bearer.ConfigurationManager ?? throw new InvalidOperationException("The issuer is not known by discovery.")).GetConfigurationAsync(cancel);
        return string.IsNullOrEmpty(found.AuthorizationEndpoint) || string.IsNullOrEmpty(found.TokenEndpoint) ? throw new InvalidOperationException("The issuer has no code flow.") : found;
    }

    /// <summary>
    /// Who it is, with scopes, controllers and sites as a bearer token has them. Both tokens must be the issuer's, in time, and for whom they are: the id token for this client and for the
    /// very sign-in that was begun here, the access token for the product. Throws <see cref="SignInRefusedException"/>.
    /// </summary>
    /// <param name="nonce">That of the request.</param>
    public async Task<ClaimsPrincipal> PrincipalOfAsync(string? idToken, string accessToken, string? nonce, CancellationToken cancel)
    {
        var issuer = await IssuerAsync(cancel);
        var person = await ValidAsync(idToken, new TokenValidationParameters { ValidAudience = settings.ClientId }, issuer);
        if (nonce is null || person.FindFirst("nonce")?.Value != nonce) throw new SignInRefusedException("The id token belongs to another sign-in.");
        if (person.FindFirst("azp") is { } party && party.Value != settings.ClientId) throw new SignInRefusedException("The id token was made for another client.");

        var opened = await ValidAsync(accessToken, Bearer.TokenValidationParameters.Clone(), issuer);
        var claims = opened.Claims.Where(c => Kept.Contains(c.Type, StringComparer.Ordinal)).Select(c => new Claim(c.Type, c.Value)).ToList();
        if (person.FindFirst("name") is { } name) claims.Add(new Claim("name", name.Value));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, SignInSession.Scheme, "name", null));
    }

    private async Task<ClaimsIdentity> ValidAsync(string? token, TokenValidationParameters expected, OpenIdConnectConfiguration issuer)
    {
        expected.ValidIssuer = issuer.Issuer;
        expected.IssuerSigningKeys = issuer.SigningKeys;
        expected.LifetimeValidator = (from, until, _, _) => IsInTime(from, until);
        var result = await Handler.ValidateTokenAsync(token ?? "", expected);
        if (result.IsValid) return result.ClaimsIdentity;
        // The issuer may have a new key; the next try asks for it.
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException) Bearer.ConfigurationManager?.RequestRefresh();
        throw new SignInRefusedException($"A token of the issuer was refused ({result.Exception?.GetType().Name}).");
    }

    /// <summary>A token without an end never is.</summary>
    private bool IsInTime(DateTime? from, DateTime? until)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return until is { } end && now < end + Skew && (from is not { } start || start <= now + Skew);
    }
}

/// <summary>Somebody was not let in. The message names nobody.</summary>
internal sealed class SignInRefusedException(string message) : Exception(message);
