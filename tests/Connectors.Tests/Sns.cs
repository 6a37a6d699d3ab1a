using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Consent.Connectors.Tests;

/// <summary>Stands in for Amazon SNS, by docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html: signs messages, and hands out its certificate.</summary>
internal sealed class Sns : IDisposable
{
    public const string CertificateUrl = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";
    public const string SubscribeUrl = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336";
    private readonly RSA _key = RSA.Create(2048);
    private readonly string _pem;

    public Sns()
    {
        var request = new CertificateRequest("CN=sns.amazonaws.com", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(ConnectorsApp.Start.AddYears(-1), ConnectorsApp.Start.AddYears(1));
        _pem = certificate.ExportCertificatePem();
    }

    /// <summary>Whatever was fetched of it.</summary>
    public List<Uri> Fetched { get; } = [];

    public Task<byte[]> FetchAsync(Uri url, CancellationToken cancel)
    {
        Fetched.Add(url);
        return Task.FromResult(Encoding.UTF8.GetBytes(url.AbsoluteUri == CertificateUrl ? _pem : "<ConfirmSubscriptionResponse/>"));
    }

    public JsonObject Notification(string text, string topic = SesStandIn.SnsTopic) => Signed(
        new JsonObject
        {
            ["Type"] = "Notification",
            ["MessageId"] = "22b8",
            ["TopicArn"] = topic,
            ["Subject"] = "Amazon SES Email Event Notification",
            ["Message"] = text,
            ["Timestamp"] = "2026-03-01T09:00:00.000Z",
        },
        "Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");

    public JsonObject Confirmation(string topic = SesStandIn.SnsTopic) => Signed(
        new JsonObject
        {
            ["Type"] = "SubscriptionConfirmation",
            ["MessageId"] = "165b",
            ["Token"] = "2336",
            ["TopicArn"] = topic,
            ["Message"] = "You have chosen to subscribe.",
            ["SubscribeURL"] = SubscribeUrl,
            ["Timestamp"] = "2026-03-01T09:00:00.000Z",
        },
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

    public void Dispose() => _key.Dispose();

    private JsonObject Signed(JsonObject message, params string[] names)
    {
        var text = string.Concat(names.Select(name => $"{name}\n{(string)message[name]!}\n"));
        message["SignatureVersion"] = "2";
        message["Signature"] = Convert.ToBase64String(_key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        message["SigningCertURL"] = CertificateUrl;
        return message;
    }
}
