using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Consent.Connectors;

/// <summary>Fetches a certificate of Amazon SNS, or calls its address that confirms a subscription.</summary>
internal delegate Task<byte[]> FetchFromSns(Uri url, CancellationToken cancel);

/// <summary>
/// Whether a message is one of Amazon SNS (docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html): signed by the key of a certificate that is
/// fetched over https from a host of SNS's own, for the topic that is expected: anybody can have SNS sign a message for a topic of his own. Signature version
/// 2 (SHA-256) only: a topic signs with SHA-1 until its SignatureVersion is set to 2.
/// </summary>
internal static partial class SnsMessage
{
    private static readonly string[] OfNotification = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
    private static readonly string[] OfConfirmation = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

    public const string Notification = "Notification";
    public const string SubscriptionConfirmation = "SubscriptionConfirmation";

    public static async Task<bool> IsProvenAsync(JsonElement message, string topic, FetchFromSns fetch, CancellationToken cancel)
    {
        if (message.Text("TopicArn") != topic || message.Text("SignatureVersion") != "2" || AtSns(message.Text("SigningCertURL")) is not { } url || !IsCertificate(url)) return false;
        var signature = new byte[1024];
        if (!Convert.TryFromBase64String(message.Text("Signature") ?? "", signature, out var length)) return false;
        var pem = Encoding.UTF8.GetString(await fetch(url, cancel));
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            using var key = certificate.GetRSAPublicKey();
            return key?.VerifyData(Encoding.UTF8.GetBytes(ToSign(message)), signature.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) is true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The address, if it is one of SNS's own.</summary>
    public static Uri? AtSns(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.IsDefaultPort && url.UserInfo.Length == 0 && Host().IsMatch(url.IdnHost) ? url : null;

    /// <summary>A certificate of SNS's own and no other answer of its hosts, which can be made to repeat what anybody says.</summary>
    public static bool IsCertificate(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.Query.Length == 0 && url.Fragment.Length == 0 && Certificate().IsMatch(url.AbsolutePath);
    }

    /// <summary>Each member that there is, as its name and its value, a line each.</summary>
    public static string ToSign(JsonElement message)
    {
        var signed = new StringBuilder();
        foreach (var name in message.Text("Type") == Notification ? OfNotification : OfConfirmation)
            if (message.Text(name) is { } value) signed.Append(name).Append('\n').Append(value).Append('\n');
        return signed.ToString();
    }

    [GeneratedRegex(@"^/SimpleNotificationService-[0-9a-f]{16,64}\.pem\z")]
    private static partial Regex Certificate();

    [GeneratedRegex(@"^sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Host();
}
