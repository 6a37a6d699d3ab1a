using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Connectors.Tests;

public sealed class SnsMessageTests : IDisposable
{
    private readonly Sns _sns = new();

    [Fact]
    public async Task A_message_that_sns_signed_for_the_topic_is_proven()
    {
        Assert.True(await IsProvenAsync(_sns.Notification("hello")));
        Assert.True(await IsProvenAsync(_sns.Confirmation()));
        var withoutSubject = _sns.Notification("hello");
        withoutSubject.Remove("Subject");
        Assert.False(await IsProvenAsync(withoutSubject));
    }

    [Theory]
    [InlineData("Message", "another")]
    [InlineData("Timestamp", "2026-03-01T09:00:01.000Z")]
    [InlineData("TopicArn", "arn:aws:sns:eu-west-1:999999999999:of-somebody-else")]
    [InlineData("Signature", "AAAA")]
    [InlineData("Signature", "no base64!")]
    [InlineData("SignatureVersion", "1")]
    [InlineData("SigningCertURL", "https://sns.eu-west-1.amazonaws.com/another.pem")]
    [InlineData("SigningCertURL", Sns.CertificateUrl + "?Action=GetTopicAttributes")]
    public async Task Altered_it_is_not(string member, string value)
    {
        var message = _sns.Notification("hello");
        message[member] = value;
        Assert.False(await IsProvenAsync(message));
    }

    [Fact]
    public async Task Signed_for_a_topic_of_somebody_else_it_is_not_and_nothing_is_fetched()
    {
        Assert.False(await IsProvenAsync(_sns.Notification("hello", "arn:aws:sns:eu-west-1:999999999999:of-somebody-else")));
        Assert.Empty(_sns.Fetched);
    }

    [Theory]
    [InlineData("https://sns.eu-west-1.amazonaws.com/a.pem", true)]
    [InlineData("https://sns.cn-north-1.amazonaws.com.cn/a.pem", true)]
    [InlineData("http://sns.eu-west-1.amazonaws.com/a.pem", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com:8443/a.pem", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com.evil.example/a.pem", false)]
    [InlineData("https://sns.evil.example/?sns.eu-west-1.amazonaws.com/a.pem", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com@evil.example/a.pem", false)]
    [InlineData("https://evilsns.eu-west-1.amazonaws.com/a.pem", false)]
    [InlineData("https://bucket.s3.amazonaws.com/a.pem", false)]
    [InlineData(null, false)]
    public void Certificates_come_from_a_host_of_snss_own(string? url, bool isIts) => Assert.Equal(isIts, SnsMessage.AtSns(url) is not null);

    [Theory]
    [InlineData(Sns.CertificateUrl, true)]
    [InlineData(Sns.CertificateUrl + "?Action=GetTopicAttributes", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com/?Action=GetTopicAttributes&x=/SimpleNotificationService-0123456789abcdef.pem", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com/a/SimpleNotificationService-0123456789abcdef.pem", false)]
    public void A_certificate_is_no_other_answer_of_those_hosts(string url, bool isOne) => Assert.Equal(isOne, SnsMessage.IsCertificate(new Uri(url)));

    public void Dispose() => _sns.Dispose();

    private async Task<bool> IsProvenAsync(JsonObject message) =>
        await SnsMessage.IsProvenAsync(JsonSerializer.SerializeToElement(message), SesStandIn.SnsTopic, _sns.FetchAsync, CancellationToken.None);
}
