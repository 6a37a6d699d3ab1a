using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Consent.ServiceDefaults;

/// <summary>
/// A token issuer for one's own machine: an ECDSA P-256 key in the data folder, and the discovery document and key set that
/// services look it up by. Whoever reads the data folder can make any token: not for production, where
/// <c>Auth:Authority</c> names a real issuer.
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

    /// <summary>A signed token. Empty <paramref name="controllers"/> and <paramref name="sites"/> open no controller's things.</summary>
    public string Issue(
        IEnumerable<string> scopes, IEnumerable<string> controllers, IEnumerable<string> sites, DateTimeOffset now, TimeSpan lifetime,
        string audience = "consent") =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime.AddSeconds(-30),
            Expires = now.Add(lifetime).UtcDateTime,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = "developer",
                ["scope"] = string.Join(' ', scopes),
                ["controller"] = controllers.ToArray(),
                ["site"] = sites.ToArray(),
            },
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.EcdsaSha256),
        });

    /// <summary>Maps the discovery document (OpenID Connect Discovery 1.0) and the key set (RFC 7517).</summary>
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
                ["jwks_uri"] = $"{here}/jwks.json",
                ["id_token_signing_alg_values_supported"] = new[] { "ES256" },
            });
        });
        endpoints.MapGet($"{Path}/jwks.json", () => TypedResults.Json(keys));
    }
}
