using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Consent.Contracts;

namespace Consent.ServiceDefaults;

/// <summary>One ECDSA P-256 key, which signs as JWS with ES256 (RFC 7515, RFC 7518 section 3.4). Safe for use by many threads.</summary>
public sealed class SigningKey
{
    private readonly Lock _signing = new();
    private readonly ECDsa _key;

    internal SigningKey(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false);
        if (point.Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value) throw new CryptographicException("The curve is not P-256.");
        _key = key;
        Jwk = new PublicJwk(Base64Url.EncodeToString(point.Q.X), Base64Url.EncodeToString(point.Q.Y));
    }

    /// <summary>The public half.</summary>
    public PublicJwk Jwk { get; }

    /// <summary>
    /// A JWS with detached payload (RFC 7515, appendix F): <c>header..signature</c>. Whoever verifies puts the payload, base64url,
    /// between the dots. Throws <see cref="CryptographicException"/> where only the public half is held.
    /// </summary>
    /// <param name="type">The header's <c>typ</c>: what kind of thing is signed, so that a signature serves for no other (RFC 8725, section 3.11).</param>
    /// <param name="contentType">The header's <c>cty</c>: media type of the payload, without <c>application/</c>.</param>
    public string SignDetached(ReadOnlySpan<byte> payload, string type, string contentType)
    {
        var header = Base64Url.EncodeToString(ContractJson.Write(new { alg = PublicJwk.Algorithm, cty = contentType, kid = Jwk.Kid, typ = type }));
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"{header}.{Base64Url.EncodeToString(payload)}"));
        // Nobody promises that one ECDsa object may sign on two threads at once; thirty microseconds are soon waited for.
        lock (_signing) return $"{header}..{Base64Url.EncodeToString(_key.SignHash(hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))}";
    }
}

/// <summary>A public key as in RFC 7517 and RFC 7518 section 6.2.1; coordinates in base64url.</summary>
public sealed record PublicJwk(string X, string Y)
{
    internal const string Algorithm = "ES256";

    public string Kty { get; } = "EC";
    public string Crv { get; } = "P-256";

    /// <summary>The thumbprint of RFC 7638, SHA-256, base64url.</summary>
    public string Kid { get; } = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""")));
    public string Use { get; } = "sig";
    public string Alg { get; } = Algorithm;
}
