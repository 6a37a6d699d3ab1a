using System.Security.Cryptography;
using Consent.ServiceDefaults.Development;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Consent.ServiceDefaults;

/// <summary>
/// A token issuer for one's own machine: an ECDSA P-256 key in the data folder, the discovery document and key set that
/// services look it up by, and the sign-in of people by the code flow (<see cref="CodeFlow"/>). Whoever reads the data folder can
/// make any token: not for production, where <c>Auth:Authority</c> names a real issuer.
/// </summary>
public sealed class DevelopmentIssuer
{
    public const string Name = "urn:consent:development-issuer";
    public const string Path = "/development-issuer";
    private readonly ECDsaSecurityKey _key;

    private DevelopmentIssuer(ECDsa key)
    {
        _key = new ECDsaSecurityKey(key);
        _key.KeyId = Base64UrlEncoder.Encode(_key.ComputeJwkThumbprint());
    }

    /// <summary>Reads the key under <paramref name="dataFolder"/>, or makes it; two processes that make it at once end with one key.</summary>
    public static DevelopmentIssuer Open(string dataFolder)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(dataFolder, "keys", "development-issuer")).FullName;
        var file = System.IO.Path.Combine(folder, "signing-key.pem");
        if (!File.Exists(file))
        {
            using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            SecretFile.CreateOnce(file, fresh.ExportPkcs8PrivateKeyPem());
        }
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(file));
        return new DevelopmentIssuer(key);
    }

    /// <summary>A signed access token. Empty <paramref name="controllers"/> and <paramref name="sites"/> open no controller's things.</summary>
    /// <param name="subject">Who it is.</param>
    public string Issue(
        IEnumerable<string> scopes, IEnumerable<string> controllers, IEnumerable<string> sites, DateTimeOffset now, TimeSpan lifetime,
        string audience = "consent", string subject = "developer") =>
        Sign(audience, now, lifetime, new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["sub"] = subject,
            ["scope"] = string.Join(' ', scopes),
            ["controller"] = controllers.ToArray(),
            ["site"] = sites.ToArray(),
        });

    /// <summary>A signed id token (OpenID Connect Core 1.0, section 2), which says to one client who somebody is, and opens nothing.</summary>
    internal string IssueIdentity(string subject, string name, string client, string? nonce, DateTimeOffset now, TimeSpan lifetime)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = subject, ["name"] = name, ["auth_time"] = now.ToUnixTimeSeconds() };
        if (nonce is not null) claims["nonce"] = nonce;
        return Sign(client, now, lifetime, claims);
    }

    private string Sign(string audience, DateTimeOffset now, TimeSpan lifetime, Dictionary<string, object> claims) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime.AddSeconds(-30),
            Expires = now.Add(lifetime).UtcDateTime,
            Claims = claims,
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.EcdsaSha256),
        });

    /// <summary>Maps the discovery document (OpenID Connect Discovery 1.0), the key set (RFC 7517) and the code flow.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(
            ECDsa.Create(_key.ECDsa.ExportParameters(includePrivateParameters: false)))
        { KeyId = _key.KeyId });
        var keys = new { keys = new[] { new { kty = jwk.Kty, crv = jwk.Crv, x = jwk.X, y = jwk.Y, kid = jwk.Kid, use = "sig", alg = "ES256" } } };
        endpoints.MapGet($"{Path}/.well-known/openid-configuration", (HttpRequest request) =>
        {
            var here = $"{request.Scheme}://{request.Host}{Path}";
            return TypedResults.Json(new Dictionary<string, object>
            {
                ["issuer"] = Name,
                ["authorization_endpoint"] = $"{here}/authorize",
                ["token_endpoint"] = $"{here}/token",
                ["jwks_uri"] = $"{here}/jwks.json",
                ["response_types_supported"] = new[] { "code" },
                ["response_modes_supported"] = new[] { "query" },
                ["grant_types_supported"] = new[] { "authorization_code" },
                ["code_challenge_methods_supported"] = new[] { "S256" },
                ["token_endpoint_auth_methods_supported"] = new[] { "none", "client_secret_post" },
                ["subject_types_supported"] = new[] { "public" },
                ["id_token_signing_alg_values_supported"] = new[] { "ES256" },
                ["scopes_supported"] = (string[])["openid", "profile", .. DevelopmentRole.All.Select(role => role.Scope)],
                ["claims_supported"] = new[] { "sub", "iss", "aud", "exp", "iat", "nonce", "auth_time", "name", "scope", "controller", "site" },
                ["claims_parameter_supported"] = false,
                ["request_parameter_supported"] = false,
                ["request_uri_parameter_supported"] = false,
            });
        });
        endpoints.MapGet($"{Path}/jwks.json", () => TypedResults.Json(keys));
        new CodeFlow(this, endpoints.ServiceProvider.GetService<TimeProvider>() ?? TimeProvider.System).Map(endpoints);
    }
}
