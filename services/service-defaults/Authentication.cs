using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace Consent.ServiceDefaults;

/// <summary>
/// Bearer tokens (JWT) of any OpenID Connect issuer, found by discovery. Settings: <c>Auth:Authority</c>, or
/// <c>Auth:MetadataAddress</c> where the discovery document lies elsewhere, and <c>Auth:Audience</c> (default <c>consent</c>). Anywhere but on this machine the issuer is
/// reached over TLS, by a certificate that the system trusts or that lies in a folder of <c>SSL_CERT_DIR</c>; <c>Auth:Development</c> lifts that, for the development
/// issuer of a cluster for trying out and for no other, whose address is then said by <c>Auth:MetadataAddress</c> and not by <c>Auth:Authority</c>. Where the discovery document
/// lies on this machine, the keys that it names are fetched from wherever it says.
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
        RefuseDevelopmentBesideAnIssuer(builder.Configuration);
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<IConfiguration, TimeProvider>((jwt, settings, time) =>
        {
            jwt.TokenHandlers.Clear();
            jwt.TokenHandlers.Add(new RememberedTokens(time) { MapInboundClaims = false });
            jwt.Authority = settings["Auth:Authority"];
            jwt.MetadataAddress = settings["Auth:MetadataAddress"]!;
            jwt.Audience = settings["Auth:Audience"] ?? "consent";
            jwt.MapInboundClaims = false;
            if (IsForDevelopment(settings)) jwt.TokenValidationParameters.IssuerValidator = (issuer, _, _) => IssuerForDevelopment(issuer);
            jwt.RequireHttpsMetadata = !IsForDevelopment(settings) && !IsLoopback(settings["Auth:MetadataAddress"] ?? settings["Auth:Authority"]);
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

    internal static bool IsForDevelopment(IConfiguration settings) => settings.GetValue<bool>("Auth:Development");

    /// <summary>Tokens of a real issuer are not to be checked by keys that came over the network in the clear.</summary>
    private static void RefuseDevelopmentBesideAnIssuer(IConfiguration settings)
    {
        if (!IsForDevelopment(settings)) return;
        if (!string.IsNullOrEmpty(settings["Auth:Authority"]))
            throw new InvalidOperationException("Auth:Development and Auth:Authority are both set: take away Auth:Authority to try things out, or Auth:Development to use the issuer.");
        if (string.IsNullOrEmpty(settings["Auth:MetadataAddress"]))
            throw new InvalidOperationException("Auth:Development is set without Auth:MetadataAddress: set that to the discovery document of the gateway's development issuer.");
    }

    /// <summary>Of a real issuer whose discovery document is given as that of the development issuer, no token is good either.</summary>
    private static string IssuerForDevelopment(string issuer) => issuer == DevelopmentIssuer.Name
        ? issuer
        : throw new SecurityTokenInvalidIssuerException("Auth:Development is set: tokens of the development issuer are good, and no others.") { InvalidIssuer = issuer };

    private static bool IsLoopback(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.IsLoopback;
}
