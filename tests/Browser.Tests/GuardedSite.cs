using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>
/// A site with the guard: kijkdoos serves media and meter statistics, both on consent, the bank needs none, and nobody knows the stranger.
/// </summary>
public sealed partial class GuardedSite(RunningHost host) : IAsyncLifetime
{
    public const string Site = "guarded";
    public const string Home = "https://www.guarded.example/";

    /// <summary>
    /// Asks a host in every way that is held, one after the other, and says per way how it ended; what was told of it stands in
    /// <c>window.told</c>.
    /// </summary>
    private const string Ways = """
        window.told = [];
        addEventListener('consent:request-held', e => told.push(e.detail));
        const make = (tag, attribute, set) => url => new Promise(done => {
          const element = document.createElement(tag);
          if (tag === 'link') element.rel = 'stylesheet';
          element.onload = element.onerror = () => done('asked');
          set(element, attribute, attribute === 'srcset' ? `/own.png 1x,${url} 2x` : url);
          if (!element.hasAttribute(attribute)) done('held');
          document.body.append(element);
        });
        const property = (element, name, value) => { element[name] = value; };
        const attribute = (element, name, value) => element.setAttribute(name.toUpperCase(), value);
        const fetched = promise => promise.then(() => 'asked', e => e.name);
        window.ways = {
          fetch: url => fetched(fetch(url)),
          'fetch of an URL': url => fetched(fetch(new URL(url), { method: 'POST', body: 'x' })),
          'fetch of a Request': url => fetched(fetch(new Request(url))),
          xhr: url => new Promise(done => {
            const request = new XMLHttpRequest();
            request.open('GET', url);
            request.onload = () => done('asked');
            request.onerror = () => done(`error ${request.readyState} ${request.status}`);
            request.send();
          }),
          beacon: url => navigator.sendBeacon(url, 'x') ? 'asked' : 'false',
          websocket: url => new Promise(done => {
            const socket = new WebSocket(url.replace('https', 'wss'));
            let heard = '';
            socket.onopen = () => done('asked');
            socket.onerror = () => { heard = 'error, '; };
            socket.addEventListener('close', e => done(`${heard}close ${e.code} ${socket.readyState}`));
          }),
          eventsource: url => new Promise(done => {
            const source = new EventSource(url);
            source.onopen = () => { source.close(); done('asked'); };
            source.onerror = () => done(`error ${source.readyState}`);
          }),
          'script src': make('script', 'src', property), 'script attribute': make('script', 'src', attribute),
          'iframe src': make('iframe', 'src', property), 'iframe attribute': make('iframe', 'src', attribute),
          'img src': make('img', 'src', property), 'img attribute': make('img', 'src', attribute), 'img srcset': make('img', 'srcset', property),
          'link href': make('link', 'href', property), 'link attribute': make('link', 'href', attribute),
        };
        window.askInEveryWay = async host => {
          const ends = [];
          for (const [way, ask] of Object.entries(ways)) ends.push(`${way}: ${await ask(`https://${host}/${way.replaceAll(' ', '-')}`)}`);
          return ends;
        };
        """;

    /// <summary>How each way ends when it is held: as if the host could not be reached, and elements have nothing to load.</summary>
    public static readonly string[] HeldInEveryWay =
    [
        "fetch: TypeError", "fetch of an URL: TypeError", "fetch of a Request: TypeError", "xhr: error 4 0", "beacon: false", "websocket: error, close 1006 3",
        "eventsource: error 2", "script src: held", "script attribute: held", "iframe src: held", "iframe attribute: held", "img src: held", "img attribute: held",
        "img srcset: held", "link href: held", "link attribute: held",
    ];

    public Uri Gateway => host.Gateway;

    public async ValueTask InitializeAsync() => await host.PublishLikeAsync("koppelhuis", Site, declaration =>
    {
        declaration["origins"] = new JsonArray("https://www.guarded.example", "https://own.guarded.example");
        var vendors = declaration["vendors"]!.AsArray();
        Named(vendors, "google-analytics")["hosts"] = new JsonArray("*.meter.example");
        Named(vendors, "kijkdoos")["hosts"] = new JsonArray("kijkdoos.example", "*.kijkdoos.example");
        vendors.Add(new JsonObject { ["id"] = "bank", ["name"] = "Bank", ["role"] = "third-party", ["country"] = "NL", ["hosts"] = new JsonArray("bank.example") });
        Named(declaration["purposes"]!.AsArray(), "portal")["vendors"] = new JsonArray("bank");
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Somebody on the site's page, with the guard first and everybody's hosts answering.</summary>
    public async Task<Visitor> VisitorAsync(string attributes = "", string body = "", string head = "", string? policy = null, string? guard = null)
    {
        var visitor = await host.VisitorAsync();
        await visitor.Context.RouteAsync(Others(), AnswerAsync);
        await visitor.ServeAsync($"{Home}own.png", "GIF89a", "image/gif");
        var nonce = policy is null ? "" : "nonce=\"abc\"";
        await visitor.ServePageAsync(
            Home, Site, body, $"<script {nonce}>{Ways}</script>{head}", policy, (guard ?? Tag($"{attributes} {nonce}")) + visitor.Tag(Site, nonce));
        return visitor;
    }

    public string Tag(string attributes = "") => $"<script src=\"{host.Gateway}banner/{Site}/guard.js\" {attributes}></script>";

    private static Task AnswerAsync(IRoute route)
    {
        var path = new Uri(route.Request.Url).AbsolutePath;
        var (type, body) = path switch
        {
            _ when path.StartsWith("/script", StringComparison.Ordinal) => ("text/javascript", "window.ran = (window.ran ?? 0) + 1"),
            _ when path.StartsWith("/link", StringComparison.Ordinal) => ("text/css", "h1 { letter-spacing: 7px }"),
            _ when path.StartsWith("/eventsource", StringComparison.Ordinal) => ("text/event-stream", "data: 1\n\n"),
            _ => ("text/html", "<!doctype html><p>here"),
        };
        var headers = new Dictionary<string, string> { ["Content-Type"] = type, ["Access-Control-Allow-Origin"] = "*" };
        return route.FulfillAsync(new RouteFulfillOptions { Body = body, Headers = headers });
    }

    private static JsonNode Named(JsonArray entries, string id) => entries.Single(e => (string)e!["id"]! == id)!;

    // Playwright takes no options but those of JavaScript.
    [GeneratedRegex(@"^https://(?:(?:[a-z]+\.)?(?:meter|kijkdoos|bank|stranger)|own\.guarded)\.example/")]
    private static partial Regex Others();
}
