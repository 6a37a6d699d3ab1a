using System.Diagnostics;
using System.Text.Json;

namespace Consent.Cli.Scan;

/// <param name="Type">In lower case, as the protocol names it.</param>
internal sealed record SentRequest(string Host, string Type);

/// <summary>A cookie line of an answer, with the host that sent it where known.</summary>
internal sealed record ReceivedCookie(string? Host, string Line);

/// <summary>What one tab, its frames and its workers send and are sent, out of the protocol's Network events; and whether something is still on its way.</summary>
internal sealed class NetworkLog
{
    private readonly Lock _one = new();
    private readonly HashSet<(string?, string)> _onTheWay = [];
    private readonly Dictionary<(string?, string), string> _hosts = [];
    private readonly Dictionary<string, int> _documents = [];
    private readonly List<((string?, string) Id, SentRequest Request)> _sent = [];
    private readonly List<ReceivedCookie> _cookies = [];
    private long _changed = Stopwatch.GetTimestamp();

    /// <summary>How long nothing has been on its way; null while something is.</summary>
    public TimeSpan? Quiet
    {
        get
        {
            lock (_one) return _onTheWay.Count > 0 ? null : Stopwatch.GetElapsedTime(_changed);
        }
    }

    /// <summary>The status of a document by its loader; null when it was never answered.</summary>
    public int? StatusOf(string loader)
    {
        lock (_one) return _documents.TryGetValue(loader, out var status) ? status : null;
    }

    /// <summary>What came since this was asked last, and nothing that the browser itself held back.</summary>
    public (IReadOnlyList<SentRequest> Sent, IReadOnlyList<ReceivedCookie> Cookies) Take()
    {
        lock (_one)
        {
            var taken = (_sent.Select(s => s.Request).Distinct().ToList(), _cookies.ToList());
            _sent.Clear();
            _cookies.Clear();
            return taken;
        }
    }

    public void Hear(string? session, string method, JsonElement told)
    {
        if (!method.StartsWith("Network.", StringComparison.Ordinal) || !told.TryGetProperty("requestId", out var named)) return;
        var id = (session, named.GetString()!);
        lock (_one)
        {
            switch (method)
            {
                case "Network.requestWillBeSent":
                    Send(id, told.GetProperty("request").GetProperty("url").GetString()!, told.TryGetProperty("type", out var type) ? type.GetString()! : "Other");
                    // A stream is open for as long as the page is.
                    if (type.ValueKind != JsonValueKind.String || type.GetString() != "EventSource") _onTheWay.Add(id);
                    break;
                case "Network.webSocketCreated":
                    Send(id, told.GetProperty("url").GetString()!, "WebSocket");
                    break;
                case "Network.responseReceived":
                    if (told.GetProperty("type").GetString() == "Document") _documents[id.Item2] = told.GetProperty("response").GetProperty("status").GetInt32();
                    return;
                case "Network.responseReceivedExtraInfo":
                    Receive(id, told);
                    return;
                case "Network.loadingFailed":
                    // What a content security policy or the like held back has reached nobody.
                    if (told.TryGetProperty("blockedReason", out _)) _sent.RemoveAll(s => s.Id == id);
                    _onTheWay.Remove(id);
                    break;
                case "Network.loadingFinished":
                    _onTheWay.Remove(id);
                    break;
                default:
                    return;
            }

            _changed = Stopwatch.GetTimestamp();
        }
    }

    private void Send((string?, string) id, string url, string type)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https" or "ws" or "wss")) return;
        _hosts[id] = address.IdnHost;
        _sent.Add((id, new SentRequest(address.IdnHost, type.ToLowerInvariant())));
    }

    private void Receive((string?, string) id, JsonElement told)
    {
        var lines = told.GetProperty("headers").EnumerateObject().Where(h => h.Name.Equals("set-cookie", StringComparison.OrdinalIgnoreCase))
            .SelectMany(h => h.Value.GetString()!.Split('\n')).ToList();
        if (lines.Count == 0) return;
        var refused = told.TryGetProperty("blockedCookies", out var blocked) ? blocked.EnumerateArray().Select(b => b.GetProperty("cookieLine").GetString()).ToHashSet() : [];
        _cookies.AddRange(lines.Where(line => !refused.Contains(line)).Select(line => new ReceivedCookie(_hosts.GetValueOrDefault(id), line)));
    }
}
