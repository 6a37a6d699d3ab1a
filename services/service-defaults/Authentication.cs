using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consent.ServiceDefaults;

/// <summary>
/// Bearer tokens (JWT) of any OpenID Connect issuer, found by discovery. Settings: <c>Auth:Authority</c>, or
/// <c>Auth:MetadataAddress</c> where the discovery document lies elsewhere, and <c>Auth:Audience</c> (default <c>consent</c>).
/// The gateway and each service check for themselves.
/// </summary>
public static class Authentication
{
    /// <summary>Scopes: <c>consent</c>, <c>marketing</c>, and those below; <c>admin</c> implies each, for every controller.</summary>
    public const string Admin = "admin";

    /// <summary>An auditor: sees all of a controller by pseudonym, and gives a reason to look somebody up by address.</summary>
    public const string Audit = "audit";

    /// <summary>Implies <see cref="Audit"/>; decides on legal holds and restrictions.</summary>
    public const string PrivacyOfficer = "privacy-officer";

    /// <summary>Of the whole system, not of one controller; opens no person.</summary>
    public const string Operator = "operator";

    public static void AddConsentAuthentication(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<IConfiguration, TimeProvider>((jwt, settings, time) =>
        {
            jwt.TokenHandlers.Clear();
            jwt.TokenHandlers.Add(new RememberedTokens(time) { MapInboundClaims = false });
            jwt.Authority = settings["Auth:Authority"];
            jwt.MetadataAddress = settings["Auth:MetadataAddress"]!;
            jwt.Audience = settings["Auth:Audience"] ?? "consent";
            jwt.MapInboundClaims = false;
            jwt.RequireHttpsMetadata = !IsLoopback(settings["Auth:MetadataAddress"] ?? settings["Auth:Authority"]);
            if (string.IsNullOrEmpty(jwt.MetadataAddress) && string.IsNullOrEmpty(jwt.Authority))
                throw new InvalidOperationException("No token issuer is configured: set Auth:Authority to the address of an OpenID Connect issuer.");
        });
        builder.Services.AddAuthorization();
    }

    /// <summary>Requires a valid token with one of the scopes: 401 without a token, 403 without any of them.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoints, params string[] scopes) where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireAssertion(c => Array.Exists(scopes, c.User.HasScope)));

    public static bool HasScope(this ClaimsPrincipal user, string scope)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.FindAll("scope").Concat(user.FindAll("scp"))
            .SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(held => held == scope || held == Admin || (held == PrivacyOfficer && scope == Audit));
    }

    private static bool IsLoopback(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.IsLoopback;
}
