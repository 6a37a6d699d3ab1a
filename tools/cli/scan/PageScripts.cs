using System.Text.Json;

namespace Consent.Cli.Scan;

/// <summary>What the scan runs in a page, in a world of its own: it reads names, never values, and changes nothing.</summary>
internal static class PageScripts
{
    /// <summary>When the page's thread has nothing to do, or after a second.</summary>
    public const string WhenIdle = "new Promise(done => requestIdleCallback(() => done(true), { timeout: 1000 }))";

    /// <summary>Down in steps of a screen, at most thirty, and back: what loads when it comes into view is loaded.</summary>
    public const string ScrollThrough = """
        (async () => {
          for (let i = 0; i < 30 && scrollY + innerHeight < document.documentElement.scrollHeight - 1; i++) {
            scrollBy({ top: innerHeight, behavior: 'instant' });
            await new Promise(done => setTimeout(done, 50));
          }
          scrollTo({ top: 0, behavior: 'instant' });
          return true;
        })()
        """;

    /// <summary>Pages that it leads to on its own origin, without fragments; nothing that is downloaded, and no way out of a session.</summary>
    public const string Links = """
        [...document.querySelectorAll('a[href]')].filter(a => a.origin === location.origin && !a.hasAttribute('download')
            && !/\.(pdf|zip|gz|docx?|xlsx?|pptx?|csv|jpe?g|png|gif|svg|webp|mp[34]|webm|ics|exe|dmg)$/i.test(a.pathname)
            && !/log-?out|sign-?out|uitloggen|afmelden|unsubscribe/i.test(a.pathname))
          .map(a => a.href.split('#')[0])
        """;

    public const string Address = "location.href.split('#')[0]";

    /// <summary>Names of all that this frame's origin keeps. A frame without storage of its own answers with an empty host.</summary>
    public const string Kept = """
        (async () => {
          const all = read => Promise.race([
            (async () => [...await read()])().catch(() => []),
            new Promise(done => setTimeout(() => done([]), 2000)),
          ]);
          return {
            host: location.hostname,
            'local-storage': await all(() => Object.keys(localStorage)),
            'session-storage': await all(() => Object.keys(sessionStorage)),
            'indexed-db': await all(async () => (await indexedDB.databases()).map(d => d.name)),
            'cache-storage': await all(() => caches.keys()),
            'service-worker': await all(async () => (await navigator.serviceWorker.getRegistrations())
              .map(r => new URL((r.active ?? r.waiting ?? r.installing).scriptURL).pathname)),
          };
        })()
        """;

    /// <summary>The buttons of Consent's own first layer: refuse, accept, settings.</summary>
    private const string OwnButtons = ".kz[role=region] button:not(.kz-x)";

    /// <summary>
    /// Where the middle of a button is that can be seen, as <c>[x, y]</c>; <c>[]</c> after a click by script, where something lies
    /// over it; null while there is none. Looks into open shadow roots, not into frames.
    /// </summary>
    /// <param name="selector">Of a foreign banner; null for Consent's own.</param>
    public static string PressOrPlace(bool accept, string? selector) => Button(accept, selector) + """
            if (!button) return null;
            button.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
            const box = button.getBoundingClientRect();
            const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
            const root = button.getRootNode();
            if (button.contains(root.elementFromPoint(x, y))) return [x, y];
            button.click();
            return [];
        })()
        """;

    /// <summary>Whether that button can be seen.</summary>
    public static string Shows(bool accept, string? selector) => Button(accept, selector) + "return !!button; })()";

    private static string Button(bool accept, string? selector) => $$"""
        (() => {
            const roots = root => [root, ...[...root.querySelectorAll('*')].filter(e => e.shadowRoot).flatMap(e => roots(e.shadowRoot))];
            const seen = roots(document).flatMap(r => [...r.querySelectorAll({{JsonSerializer.Serialize(selector ?? OwnButtons)}})])
              .filter(b => b.checkVisibility({ visibilityProperty: true }) && b.getBoundingClientRect().width > 0);
            const button = seen[{{(accept && selector is null ? 1 : 0)}}];

        """;
}
