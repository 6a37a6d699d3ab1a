using System.Collections.Concurrent;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Consent.Cli.Tests;

/// <summary>
/// A site that does nearly everything that a site should not, with a banner of the shape of Consent's; other parties' hosts are names
/// under <c>localhost</c>, each a site of its own to a browser.
/// </summary>
public sealed class LeakySite : IAsyncDisposable
{
    public const string Declaration = """
        site: leaky
        purposes:
          - { id: necessary, legalBasis: legal-obligation }
          - { id: statistics, legalBasis: consent, vendors: [counter] }
        vendors:
          - { id: counter, hosts: [counter.localhost] }
          - { id: idle }
        cookies:
          - { name: consent-choice, kind: cookie, purpose: necessary, lifetime: P6M }
          - { name: session, kind: cookie, purpose: necessary }
          - { name: shape, kind: local-storage, purpose: necessary }
          - { name: early, kind: cookie, purpose: statistics, lifetime: P30D }
          - { name: _stats*, kind: cookie, purpose: statistics, lifetime: P30D }
          - { name: never, kind: cookie, purpose: statistics, lifetime: P30D }
        """;

    private readonly ConcurrentBag<string> _asked = [];
    private readonly WebApplication _app;
    private readonly int _port = FreePorts.Take(1)[0];

    public LeakySite()
    {
        var builder = WebApplication.CreateBuilder(ReadOnce.Settings());
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{_port}");
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public string Address => $"http://localhost:{_port}";

    /// <summary>Host and path of every request.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    public Task StartAsync() => _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (host, path, answer) = (context.Request.Host.Host, context.Request.Path.Value!, context.Response);
        _asked.Add(host + path);
        answer.ContentType = path.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript" : "text/html; charset=utf-8";
        switch (host, path)
        {
            case ("localhost", "/"):
                answer.Headers.ContentSecurityPolicy = $"img-src 'self' http://counter.localhost:{_port}";
                answer.Headers.Append("Set-Cookie", "session=secret-value; Path=/; HttpOnly");
                answer.Headers.Append("Set-Cookie", "stranger=1; Path=/; Max-Age=63072000");
                answer.Headers.Append("Set-Cookie", "old=; Path=/; Max-Age=0");
                await answer.WriteAsync(Start);
                break;
            case ("localhost", "/second"):
                await answer.WriteAsync("<title>Second</title><script>document.cookie = 'second=1'</script>");
                break;
            case ("localhost", "/away"):
                answer.Redirect($"http://elsewhere.localhost:{_port}/");
                break;
            case ("elsewhere.localhost", "/"):
                await answer.WriteAsync("<title>Elsewhere</title><script>document.cookie = 'elsewhere=1'; localStorage.elsewhere = 1</script>");
                break;
            case ("localhost", "/file"):
                answer.Headers.ContentDisposition = "attachment; filename=file";
                await answer.WriteAsync("downloaded");
                break;
            case ("localhost", "/hang"):
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            case ("localhost", "/worker.js"):
                await answer.WriteAsync("addEventListener('fetch', () => {});");
                break;
            case ("counter.localhost", "/frame"):
                await answer.WriteAsync($"<script>localStorage.framed = 1; fetch('http://deep.localhost:{_port}/deep', {{ mode: 'no-cors' }})</script>");
                break;
            case ("localhost", "/foreign"):
                await answer.WriteAsync(Foreign);
                break;
            case ("localhost", "/waits"):
                await answer.WriteAsync(WaitingPage.Html(_port));
                break;
            case ("localhost", "/bare"):
                await answer.WriteAsync("<title>Bare</title><p>Nothing here.");
                break;
            default:
                answer.StatusCode = path is "/pixel" or "/deep" ? 204 : 404;
                break;
        }
    }

    private string Start => $$"""
        <!doctype html><title>Leaky</title>
        <a href="/second#part">Second</a> <a href="/second">Again</a> <a href="/away">Away</a> <a href="/gone">Gone</a> <a href="/file">File</a>
        <a href="/logout">Sign out</a> <a href="/paper.pdf">Paper</a> <a href="http://unrelated.localhost:{{_port}}/">Unrelated</a>
        <img src="http://blocked.localhost:{{_port}}/pixel">
        <div class="kz" role="region"><button>Weigeren</button> <button>Accepteren</button> <button>Instellingen</button></div>
        <script>
          document.cookie = 'early=1; Max-Age=600';
          localStorage.shape = 'round'; localStorage.hidden = 'secret-value'; sessionStorage.hidden = 'secret-value';
          indexedDB.open('base'); caches.open('larder'); navigator.serviceWorker.register('/worker.js');
          const banner = document.querySelector('.kz'), [refuse, accept] = banner.querySelectorAll('button');
          const choose = yes => { document.cookie = `consent-choice=${yes}; Max-Age=15552000`; banner.remove(); run(); };
          const run = () => {
            if (/consent-choice=false/.test(document.cookie)) document.cookie = 'spite=1';
            if (!/consent-choice=true/.test(document.cookie)) return;
            document.cookie = '_stats_1=1; Max-Age=31536000';
            new Image().src = 'http://counter.localhost:{{_port}}/pixel';
            const frame = document.createElement('iframe');
            frame.src = 'http://counter.localhost:{{_port}}/frame';
            document.body.append(frame);
          };
          // A person's own click alone.
          refuse.onclick = e => e.isTrusted && choose(false);
          accept.onclick = e => e.isTrusted && choose(true);
          if (/consent-choice/.test(document.cookie)) { banner.remove(); run(); }
        </script>
        """;

    private const string Foreign = """
        <!doctype html><title>Foreign</title><div id="vendor"></div>
        <script>
          const root = document.querySelector('#vendor').attachShadow({ mode: 'open' });
          root.innerHTML = '<p>Cookies? <button class="yes">Yes</button> <button class="no">No</button>';
          for (const answer of ['yes', 'no']) root.querySelector('.' + answer).onclick = () => { document.cookie = `answered_${answer}=1`; root.innerHTML = ''; };
        </script>
        """;
}
