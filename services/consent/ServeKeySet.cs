using System.Security.Cryptography;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.Net.Http.Headers;

namespace Consent.ConsentService;

/// <summary>
/// <c>GET /.well-known/jwks.json</c>: every public key that ever signed a receipt's document (RFC 7517), the current one first.
/// Public, for any page; caches may keep it for five minutes, so whoever meets an unknown <c>kid</c> fetches it afresh.
/// </summary>
internal static class ServeKeySet
{
    public const string Path = "/.well-known/jwks.json";

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head], Answer);

    private static IResult Answer(HttpContext http, [FromKeyedServices(ConsentSetup.Service)] SigningKeys keys)
    {
        var set = ContractJson.Write(new { Keys = keys.All.Reverse().Select(key => key.Jwk) });
        http.Response.Headers.CacheControl = "public, max-age=300";
        http.Response.Headers.AccessControlAllowOrigin = "*";
        return TypedResults.Bytes(set, "application/jwk-set+json", entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(set))[..32]}\""));
    }
}
