using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Consent.Contracts;
using Consent.Tests.Support;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Consent.MailGate.Tests;

/// <summary>No mail is taken from whom is not signed in as a stream.</summary>
public sealed class SigningInTests : IAsyncLifetime
{
    private readonly Mailbox _mailbox = new();
    private RunningGate? _gate;

    private RunningGate Gate => _gate!;

    public async ValueTask InitializeAsync()
    {
        _mailbox.Start();
        _gate = new RunningGate(new Uri("http://127.0.0.1:1/"), "none", _mailbox.Port);
        await _gate.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Gate.DisposeAsync();
        await _mailbox.DisposeAsync();
    }

    [Fact]
    public async Task Without_NoMailIsTaken()
    {
        await using var stranger = await Conversation.WithAsync(Gate.Port);
        Assert.Equal(530, (await stranger.SayAsync("MAIL FROM:<letters@orchard.example>")).Code);
    }

    [Theory]
    [InlineData(Orchard.Invoices, "wrong")]
    [InlineData(Orchard.Invoices, "")]
    [InlineData("", "")]
    [InlineData("unknown@orchard", "wrong")]
    public async Task WithAnotherPassword_NobodyIsSignedIn(string user, string password)
    {
        await using var stranger = await Conversation.WithAsync(Gate.Port);
        Assert.Equal(535, (await stranger.SignInAsync(user, password)).Code);
        Assert.Equal(530, (await stranger.SayAsync("MAIL FROM:<letters@orchard.example>")).Code);
    }

    [Fact]
    public async Task WithThePasswordOfAnotherStream_NobodyIsSignedIn()
    {
        await using var stranger = await Conversation.WithAsync(Gate.Port);
        Assert.Equal(535, (await stranger.SignInAsync(Orchard.Invoices, Gate.PasswordOf(Orchard.Letters))).Code);
    }

    [Fact]
    public async Task AStreamOfASite_ThatNobodyDeclared_IsPutOff()
    {
        await using var mailer = await Gate.AsAsync("letters@elsewhere");
        Assert.Equal(451, (await mailer.SendAsync(Orchard.Letter("elsewhere"), "anna@example.org")).Recipients[0].Code);
    }

    [Fact]
    public async Task OverTls_AMailerOfALibraryIsServed()
    {
        using var folder = new TemporaryFolder();
        var certificate = await MakeCertificateAsync(folder);
        await using var gate = WithTls(folder);
        await gate.StartAsync();
        var mail = new MimeMessage { Subject = "over-tls", Body = new TextPart("plain") { Text = "Dear reader" } };
        mail.From.Add(new MailboxAddress("Orchard", "invoices@orchard.example"));
        mail.To.Add(new MailboxAddress("Anna", "anna@example.org"));

        using var client = new SmtpClient { CheckCertificateRevocation = false, ServerCertificateValidationCallback = (_, seen, _, _) => seen?.GetCertHashString() == certificate };
        await client.ConnectAsync("127.0.0.1", gate.Port, SecureSocketOptions.StartTls);
        await client.AuthenticateAsync(Orchard.Invoices, gate.PasswordOf(Orchard.Invoices));
        await client.SendAsync(mail);
        await client.DisconnectAsync(true);

        Assert.Matches(@"Received:\s+by\s+gate\.orchard\.example\s+with\s+ESMTPSA\s+id\s", (await _mailbox.WithAsync("over-tls")).Raw);
    }

    [Fact]
    public async Task ACertificate_ThatWasRenewed_IsShownToTheNextSession_AndAHalfWrittenOneToNone()
    {
        using var folder = new TemporaryFolder();
        var first = await MakeCertificateAsync(folder);
        await using var gate = WithTls(folder);
        await gate.StartAsync();
        Assert.Equal(first, await ShownByAsync(gate));

        await File.WriteAllTextAsync(folder.File("gate.crt"), "-----BEGIN CERTIFICATE-----");
        Assert.Equal(first, await ShownByAsync(gate));

        var second = await MakeCertificateAsync(folder);
        Assert.NotEqual(first, second);
        Assert.Equal(second, await ShownByAsync(gate));
    }

    private RunningGate WithTls(TemporaryFolder folder) => new(new Uri("http://127.0.0.1:1/"), "none", _mailbox.Port, new Dictionary<string, string?>
    {
        ["MailGate:Certificate"] = folder.File("gate.crt"),
        ["MailGate:CertificateKey"] = folder.File("gate.key"),
    });

    /// <returns>Its hash.</returns>
    private static async Task<string> MakeCertificateAsync(TemporaryFolder folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.Now().AddDays(-1), TimeProvider.System.Now().AddDays(1));
        await File.WriteAllTextAsync(folder.File("gate.crt"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(folder.File("gate.key"), key.ExportPkcs8PrivateKeyPem());
        return certificate.GetCertHashString();
    }

    private static async Task<string?> ShownByAsync(RunningGate gate)
    {
        string? shown = null;
        using var client = new SmtpClient
        {
            CheckCertificateRevocation = false,
            ServerCertificateValidationCallback = (_, seen, _, _) => (shown = seen?.GetCertHashString()) is not null,
        };
        await client.ConnectAsync("127.0.0.1", gate.Port, SecureSocketOptions.StartTls);
        await client.DisconnectAsync(true);
        return shown;
    }
}
