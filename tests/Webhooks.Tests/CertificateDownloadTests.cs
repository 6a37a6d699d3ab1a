using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Consent.Contracts;

namespace Consent.Webhooks.Tests;

/// <summary>A receiver's certificate names where its issuer is to be had. Whoever goes there calls, from within, what the guard keeps away from.</summary>
public sealed class CertificateDownloadTests
{
    [Fact]
    public async Task What_the_certificate_of_a_receiver_names_for_download_is_not_called()
    {
        await using var named = await Receiver.StartAsync();
        using var certificate = CertificateThatNames(named.Url);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var shown = ShowAsync(listener, certificate);
        await using var app = await WebhooksApp.StartAsync();
        var (endpoint, _) = await app.EndpointAsync($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/hook");

        await app.TestAsync(endpoint);

        await app.StandAsync(endpoint, "pending tls");
        await shown.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(named.All);
        // Whoever builds the chain as the framework does by itself calls it.
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.Build(certificate);
        Assert.NotEmpty(named.All);
    }

    /// <summary>Shows the certificate to the first who comes, without its issuer.</summary>
    private static async Task ShowAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        try
        {
            // Offline: or this side would look for the issuer.
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
            });
            await tls.CopyToAsync(Stream.Null);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // The caller does not trust it, and leaves.
        }
    }

    /// <summary>By an issuer whom nobody knows, and who is to be had at the address.</summary>
    private static X509Certificate2 CertificateThatNames(string url)
    {
        var now = TimeProvider.System.Now();
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = new CertificateRequest("CN=nobody", issuerKey, HashAlgorithmName.SHA256);
        issuer.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var issuing = issuer.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(ocspUris: null, caIssuersUris: [url]));
        byte[] serial = [1, 2, 3, 4];
        using var issued = request.Create(issuing, now.AddHours(-1), now.AddHours(1), serial);
        return issued.CopyWithPrivateKey(key);
    }
}
