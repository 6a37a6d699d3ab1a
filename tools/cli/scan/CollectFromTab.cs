using System.Text.Json;

namespace Consent.Cli.Scan;

/// <summary>What a tab keeps and has sent, put under the phase and page at which it stands.</summary>
internal sealed class CollectFromTab(Tab tab, Observations into, TimeProvider time)
{
    private readonly HashSet<(string Name, string Host)> _byHeader = [];
    private readonly HashSet<(StoredKind, string, string)> _elsewhere = [];
    private readonly HashSet<(StoredKind, string, string)> _known = [];

    public async Task TakeAsync(Sighting at, CancellationToken cancel)
    {
        var (items, sent) = await ReadAsync(cancel);
        foreach (var request in sent) into.Send(at, request);
        foreach (var item in items.Where(i => !_elsewhere.Contains((i.Kind, i.Name, i.Host))))
        {
            _known.Add((item.Kind, item.Name, item.Host));
            into.Keep(at, item);
        }
    }

    /// <summary>What a page of another site brought, to which a link led, is that site's affair: it is passed over, now and later.</summary>
    public async Task PassOverAsync(CancellationToken cancel)
    {
        var (items, _) = await ReadAsync(cancel);
        _elsewhere.UnionWith(items.Select(i => (i.Kind, i.Name, i.Host)).Where(i => !_known.Contains(i)));
    }

    private async Task<(List<StoredItem> Items, IReadOnlyList<SentRequest> Sent)> ReadAsync(CancellationToken cancel)
    {
        var (sent, lines) = tab.Network.Take();
        var items = new List<StoredItem>();
        foreach (var (host, line) in lines)
        {
            if (SetCookieHeader.Read(line, time.GetUtcNow()) is not { } cookie || (cookie.Domain ?? host) is not { } domain) continue;
            _byHeader.Add((cookie.Name, domain));
            if (cookie.LifetimeDays is not <= 0) items.Add(new StoredItem(StoredKind.Cookie, cookie.Name, domain) { LifetimeDays = cookie.LifetimeDays, SetBy = "header" });
        }

        items.AddRange((await tab.CookiesAsync(cancel)).Select(Cookie));
        foreach (var kept in await tab.EvaluateInFramesAsync(PageScripts.Kept, cancel))
        {
            if (kept.ValueKind != JsonValueKind.Object || kept.GetProperty("host").GetString()!.Trim('[', ']') is not { Length: > 0 } host) continue;
            foreach (var (kind, word) in Kinds)
                items.AddRange(kept.GetProperty(word).EnumerateArray().Select(name => new StoredItem(kind, name.GetString() ?? "", host)));
        }

        return (items, sent);
    }

    private static readonly (StoredKind Kind, string Word)[] Kinds =
    [
        (StoredKind.LocalStorage, "local-storage"), (StoredKind.SessionStorage, "session-storage"), (StoredKind.IndexedDb, "indexed-db"),
        (StoredKind.CacheStorage, "cache-storage"), (StoredKind.ServiceWorker, "service-worker"),
    ];

    private StoredItem Cookie(JsonElement cookie)
    {
        var (name, host) = (cookie.GetProperty("name").GetString()!, cookie.GetProperty("domain").GetString()!.TrimStart('.').Trim('[', ']'));
        // Seconds since 1970; of a session cookie -1.
        var expires = cookie.GetProperty("session").GetBoolean() ? (double?)null : cookie.GetProperty("expires").GetDouble();
        return new StoredItem(StoredKind.Cookie, name, host)
        {
            Path = cookie.GetProperty("path").GetString(),
            LifetimeDays = expires is { } at ? (at - (time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0)) / 86_400 : null,
            HttpOnly = cookie.GetProperty("httpOnly").GetBoolean(),
            SetBy = _byHeader.Contains((name, host)) ? "header" : "script",
        };
    }
}
