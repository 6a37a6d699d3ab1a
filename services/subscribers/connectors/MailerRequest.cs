using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Connectors;

/// <summary>Requests as most mailing systems want them, and proofs as most webhooks bring them.</summary>
internal static class MailerRequest
{
    public static HttpRequestMessage Of(HttpMethod method, Uri url, JsonNode? body = null)
    {
        var request = new HttpRequestMessage(method, url);
        if (body is null) return request;
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return request;
    }

    /// <summary>With basic authentication (RFC 7617).</summary>
    public static HttpRequestMessage By(this HttpRequestMessage request, string user, string secret)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}")));
        return request;
    }

    /// <summary>In a time that tells nothing of how much of it is right.</summary>
    public static bool IsSame(string? given, string secret) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given ?? "")), SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>The JSON in a webhook; undefined for none.</summary>
    public static JsonElement Json(this WebhookCall call)
    {
        try
        {
            using var json = JsonDocument.Parse(call.Body);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    public static string Escaped(string text) => Uri.EscapeDataString(text);
}
