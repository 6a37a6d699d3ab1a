using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Consent.Gateway.Tests;

/// <summary>An issuer whose certificate is by an authority of the house: it is trusted where that lies in a folder of <c>SSL_CERT_DIR</c>, mounted as a cluster mounts a ConfigMap.</summary>
public sealed class PrivateAuthorityTests
{
    [Fact]
    public async Task Tokens_of_an_issuer_behind_a_private_authority_are_good_where_that_is_trusted_and_nowhere_else()
    {
        using var folder = new TemporaryFolder();
        var now = TimeProvider.System.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=The house", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var certificate = CertificateBy(authority, now);
        var (port, issuer) = (FreePorts.Take(1)[0], DevelopmentIssuer.Open(folder.Path));
        await using var served = await ServeAsync(issuer, port, certificate);
        var token = issuer.Issue(["consent"], ["*"], [], now, TimeSpan.FromMinutes(5));

        await using var trusting = Gateway(folder, port, trust: Mounted(folder, authority));
        await using var other = Gateway(folder, port, trust: null);
        trusting.Start();
        other.Start();
        await trusting.ReadyAsync();
        await other.ReadyAsync();
        // Nothing stands behind the gateway: who gets so far was let in.
        using var passed = await AskAsync(trusting, token);
        await ProblemOf.IsAsync(passed, 503, "service-unavailable");
        using var refused = await AskAsync(other, token);
        Assert.NotEqual(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.False(refused.IsSuccessStatusCode);
    }

    private static X509Certificate2 CertificateBy(X509Certificate2 authority, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        byte[] serial = [1, 2, 3, 4];
        using var issued = request.Create(authority, now.AddHours(-1), now.AddHours(1), serial);
        return issued.CopyWithPrivateKey(key);
    }

    private static async Task<WebApplication> ServeAsync(DevelopmentIssuer issuer, int port, X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateBuilder().Quiet();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        issuer.Map(app);
        await app.StartAsync();
        return app;
    }

    /// <summary>As the kubelet does it: the file is a link into a folder that is changed as a whole.</summary>
    private static string Mounted(TemporaryFolder folder, X509Certificate2 authority)
    {
        var trust = folder.File("trust");
        Directory.CreateDirectory(Path.Combine(trust, "..data"));
        File.WriteAllText(Path.Combine(trust, "..data", "ca.crt"), authority.ExportCertificatePem());
        File.CreateSymbolicLink(Path.Combine(trust, "ca.crt"), Path.Combine("..data", "ca.crt"));
        return trust;
    }

    private static ServiceProcess Gateway(TemporaryFolder folder, int issuer, string? trust)
    {
        var ports = FreePorts.Take(2);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Data"] = folder.Path,
            ["Auth:MetadataAddress"] = $"https://localhost:{issuer}{DevelopmentIssuer.Path}/.well-known/openid-configuration",
            ["Services:consent"] = $"http://127.0.0.1:{ports[1]}",
        };
        if (trust is not null) settings["SSL_CERT_DIR"] = $"/etc/ssl/certs:{trust}";
        return new("gateway", Repository.Program("services/gateway"), new Uri($"http://127.0.0.1:{ports[0]}"), settings);
    }

    private static async Task<HttpResponseMessage> AskAsync(ServiceProcess gateway, string token)
    {
        using var http = new HttpClient { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/sites");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await http.SendAsync(request);
    }
}
