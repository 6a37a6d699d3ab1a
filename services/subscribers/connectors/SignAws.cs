using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Consent.Connectors;

/// <summary>
/// Signs a request by AWS Signature Version 4 (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html), with the header
/// <c>x-amz-date</c> and, where there is a body, its hash. As for every service but S3, each segment of the path is encoded twice.
/// </summary>
internal static class SignAws
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    public static void Sign(HttpRequestMessage request, byte[] body, string accessKey, string secretKey, string region, string service, DateTimeOffset now)
    {
        var at = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{at[..8]}/{region}/{service}/aws4_request";
        const string Signed = "host;x-amz-date";
        var url = request.RequestUri!;
        var host = url.IsDefaultPort ? url.IdnHost : string.Create(CultureInfo.InvariantCulture, $"{url.IdnHost}:{url.Port}");
        var canonical = $"{request.Method.Method}\n{PathOf(url)}\n{QueryOf(url)}\nhost:{host}\nx-amz-date:{at}\n\n{Signed}\n{Hash(body)}";
        var toSign = $"{Algorithm}\n{at}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes($"AWS4{secretKey}"), (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part)));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        request.Headers.TryAddWithoutValidation("x-amz-date", at);
        request.Headers.TryAddWithoutValidation("Authorization", $"{Algorithm} Credential={accessKey}/{scope}, SignedHeaders={Signed}, Signature={signature}");
    }

    private static string PathOf(Uri url) => string.Join('/', url.AbsolutePath.Split('/').Select(Uri.EscapeDataString));

    /// <summary>In the order of the names, then of the values, each encoded once.</summary>
    private static string QueryOf(Uri url) => string.Join('&', url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .Select(pair => (Name: Encoded(pair[0]), Value: Encoded(pair.Length > 1 ? pair[1] : "")))
        .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
        .Select(pair => $"{pair.Name}={pair.Value}"));

    private static string Encoded(string part) => Uri.EscapeDataString(WebUtility.UrlDecode(part));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
