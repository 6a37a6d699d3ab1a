using System.Security.Cryptography;
using System.Text;

namespace Consent.Webhooks;

/// <summary>
/// Signatures by Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec): HMAC-SHA-256 over <c>id.timestamp.body</c>,
/// one for each valid secret, so that a receiver may hold either during a rotation. A secret is <c>whsec_</c> and base64 of 256 bits. Pure.
/// </summary>
internal static class SignMessage
{
    private const string Prefix = "whsec_";
    private const int SecretBytes = 32;

    public static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>The value of <c>webhook-signature</c>: <c>v1,…</c> for each secret, with a space between them.</summary>
    /// <param name="timestamp">Seconds since 1970, as sent in <c>webhook-timestamp</c>.</param>
    public static string Signatures(IEnumerable<string> secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return string.Join(' ', secrets.Select(s => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(KeyOf(s), signed))}"));
    }

    private static byte[] KeyOf(string secret) => Convert.FromBase64String(secret[Prefix.Length..]);
}
