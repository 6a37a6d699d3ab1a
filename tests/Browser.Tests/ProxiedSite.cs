using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Consent.Tests.Support;

namespace Consent.Browser.Tests;

/// <summary>
/// A site with a server of its own, Debian's nginx or Caddy on a free port, that leads one path to the gateway by the block of INTEGRATE.md.
/// The gateway stands behind https and asks for its name, as it would elsewhere. Whatever the servers write lies in a temporary folder.
/// </summary>
internal sealed class ProxiedSite : IAsyncDisposable
{
    /// <summary>The gateway's, in the guide.</summary>
    private static readonly string Name = new Uri(IntegrationGuide.Gateway).Host;

    private readonly TemporaryFolder _folder = new();
    private readonly List<ServiceProcess> _servers = [];
    private readonly int[] _ports = FreePorts.Take(2);

    /// <summary>Without https, which browsers take for as good where the machine is its own.</summary>
    public string Origin => $"http://127.0.0.1:{_ports[0]}";

    /// <summary>What came to the gateway by its name: for each request what it was, and what it brought of the visitor's.</summary>
    public string[] Seen => File.ReadAllLines(_folder.File("seen.log"));

    private string Pages => _folder.File("pages");

    public static async Task<ProxiedSite> StartAsync(string server, Uri gateway)
    {
        var site = new ProxiedSite();
        try
        {
            await site.SecureAsync(gateway);
            await (server == "Caddy" ? site.StartCaddyAsync() : site.StartNginxAsync());
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>A file of the site's own.</summary>
    public void Serve(string path, string content)
    {
        var file = Path.Combine(Pages, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Puts https in front of the gateway, for whoever asks for it by one of its names.</summary>
    private async Task SecureAsync(Uri gateway)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        names.AddDnsName("localhost");
        var request = new CertificateRequest("CN=gateway", key, HashAlgorithmName.SHA256) { CertificateExtensions = { names.Build() } };
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(_folder.File("certificate.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_folder.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
        await StartNginxAsync("gateway", $$"""
            log_format seen '$request_method $uri host=$host cookie=$http_cookie referer=$http_referer';
            server { listen 127.0.0.1:{{_ports[1]}} ssl default_server; ssl_reject_handshake on; }
            server {
              listen 127.0.0.1:{{_ports[1]}} ssl;
              server_name {{Name}} localhost;
              ssl_certificate certificate.pem;
              ssl_certificate_key key.pem;
              access_log seen.log seen;
              location / { proxy_pass http://127.0.0.1:{{gateway.Port}}; proxy_set_header Host $host; }
            }
            """);
    }

    /// <summary>The block as it stands: the gateway's name is an upstream here, since nobody else knows it.</summary>
    private Task StartNginxAsync() => StartNginxAsync("site", $$"""
        types { text/html html; text/javascript js; }
        upstream {{Name}} { server 127.0.0.1:{{_ports[1]}}; }
        server {
          listen 127.0.0.1:{{_ports[0]}};
          root pages;
        {{IntegrationGuide.BlockAfter("nginx:")}}
        }
        """);

    private async Task StartNginxAsync(string name, string http)
    {
        var temporary = string.Join(' ', ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(kind => $"{kind}_temp_path {name}-{kind};"));
        // One process, of the user that runs the tests: nothing outlives it, and the folder is its own.
        await File.WriteAllTextAsync(_folder.File($"{name}.conf"), $$"""
            daemon off; master_process off; pid {{name}}.pid; error_log stderr;
            events {}
            http {
            access_log off; {{temporary}}
            {{http}}
            }
            """);
        var nginx = Start($"nginx of the {name}", "/usr/sbin/nginx", ["-c", _folder.File($"{name}.conf"), "-p", _folder.Path, "-e", "stderr"], new());
        // It is written when the port is open.
        await UpAsync(nginx, () => Task.FromResult(File.Exists(_folder.File($"{name}.pid"))));
    }

    /// <summary>The block with an address in the place of the gateway's name.</summary>
    private async Task StartCaddyAsync()
    {
        await File.WriteAllTextAsync(_folder.File("Caddyfile"), $$"""
            {
                admin off
                auto_https off
            }
            {{Origin}} {
                bind 127.0.0.1
            {{IntegrationGuide.BlockAfter("Caddy:").At(new Uri($"https://localhost:{_ports[1]}"))}}
                root * {{Pages}}
                file_server
            }
            """);
        var own = new Dictionary<string, string> { ["SSL_CERT_FILE"] = _folder.File("certificate.pem"), ["HOME"] = _folder.Path };
        var caddy = Start("Caddy", "/usr/bin/caddy", ["run", "--config", _folder.File("Caddyfile"), "--adapter", "caddyfile"], own);
        using var http = new HttpClient();
        await UpAsync(caddy, async () => (await http.GetAsync(new Uri(Origin))).Headers.Contains("Server"));
    }

    private ServiceProcess Start(string name, string program, string[] arguments, Dictionary<string, string> environment)
    {
        var server = new ServiceProcess(name, arguments[0], new Uri(Origin), environment) { Runner = program, Arguments = arguments[1..] };
        _servers.Add(server);
        server.Start();
        return server;
    }

    private static Task UpAsync(ServiceProcess server, Func<Task<bool>> isUp) => Eventually.IsSoAsync(
        $"{server.Name} is up",
        () => server.IsRunning ? isUp() : throw new InvalidOperationException($"It ended with {server.ExitCode}:\n{server.LastLines()}"),
        seen: server.LastLines);
}
