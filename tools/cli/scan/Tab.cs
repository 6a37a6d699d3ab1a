using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Consent.Cli.Scan;

/// <summary>Who was never here before: one tab on a profile of its own, with every frame and worker that its pages bring.</summary>
internal sealed class Tab : IAsyncDisposable
{
    public const int Height = 900;
    private static readonly TimeSpan QuietEnough = TimeSpan.FromMilliseconds(500), NeverQuiet = TimeSpan.FromSeconds(8), Evaluated = TimeSpan.FromSeconds(15);
    private static readonly object AttachToAll = new { autoAttach = true, waitForDebuggerOnStart = true, flatten = true };
    private readonly DevTools _tools;
    private readonly string _profile;
    private readonly ConcurrentDictionary<string, string> _sessions = new();
    private string _page = "";
    private volatile TaskCompletionSource _loaded = new();

    private Tab(DevTools tools, string profile, int width) => (_tools, _profile, Width) = (tools, profile, width);

    public int Width { get; }

    public Mouse Mouse => new(_tools, _page);

    public NetworkLog Network { get; } = new();

    public static async Task<Tab> OpenAsync(DevTools tools, int width, CancellationToken cancel)
    {
        var profile = (await tools.AskAsync(null, "Target.createBrowserContext", Chromium.Way(), cancel)).GetProperty("browserContextId").GetString()!;
        var tab = new Tab(tools, profile, width);
        tools.Heard += tab.Hear;
        await tools.AskAsync(null, "Browser.setDownloadBehavior", new { behavior = "deny", browserContextId = profile }, cancel);
        var target = await tools.AskAsync(null, "Target.createTarget", new { url = "about:blank", browserContextId = profile, width, height = Height }, cancel);
        var attached = await tools.AskAsync(null, "Target.attachToTarget", new { targetId = target.GetProperty("targetId").GetString(), flatten = true }, cancel);
        tab._page = attached.GetProperty("sessionId").GetString()!;
        await tab.PrepareAsync(tab._page, "page", cancel);
        await tools.AskAsync(tab._page, "Page.enable", null, cancel);
        await tools.AskAsync(tab._page, "Emulation.setDeviceMetricsOverride", new { width, height = Height, deviceScaleFactor = 1, mobile = width < 600 }, cancel);
        return tab;
    }

    /// <summary>Opens a page, looks at it as a person would, and waits until it and the network are at rest, for a bounded time.</summary>
    /// <param name="limit">For the page's answer, and again for all that belongs to it; what hangs longer is passed over.</param>
    /// <param name="linger">How long to stay at least, once all that belongs to it has come.</param>
    /// <returns>Its HTTP status, or why there is none.</returns>
    public async Task<(int? Status, string? Failure)> VisitAsync(string address, TimeSpan limit, TimeSpan linger, CancellationToken cancel)
    {
        var loaded = _loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        JsonElement went;
        try
        {
            went = await _tools.AskAsync(_page, "Page.navigate", new { url = address }, limit, cancel);
        }
        catch (DevToolsException e) when (e is not BrowserGoneException)
        {
            return (null, e.InnerException is TimeoutException ? $"no answer within {limit.TotalSeconds} seconds" : e.Message);
        }

        var loader = went.TryGetProperty("loaderId", out var named) ? named.GetString()! : "";
        if (went.TryGetProperty("errorText", out var failed) && failed.GetString() is { Length: > 0 } reason)
        {
            // An error without a body has a status, and is no page; nor is a download, or an answer without content.
            return Network.StatusOf(loader) is >= 400 and var status ? (status, null) : (null, reason == "net::ERR_ABORTED" ? "no page" : reason);
        }

        await Task.WhenAny(loaded.Task, Task.Delay(limit, cancel));
        await new LookAtPage(this, linger).LookAsync(cancel);
        return (Network.StatusOf(loader), null);
    }

    /// <summary>Waits until no request has been on its way for half a second and the page has nothing to do; eight seconds at most.</summary>
    public async Task SettleAsync(CancellationToken cancel)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < NeverQuiet; await Task.Delay(50, cancel))
        {
            if (Network.Quiet is not { } quiet || quiet < QuietEnough) continue;
            await EvaluateAsync(PageScripts.WhenIdle, cancel);
            if (Network.Quiet >= QuietEnough) return;
        }
    }

    /// <summary>
    /// What a script of ours answers in the page's main frame; it shares the page's document and none of its globals. An undefined
    /// element when it failed, the page went elsewhere meanwhile, or its thread was busy for fifteen seconds.
    /// </summary>
    public async Task<JsonElement> EvaluateAsync(string script, CancellationToken cancel) => await EvaluateAsync([_page], 1, script, cancel) is [var answer, ..] ? answer : default;

    /// <summary>The same, in every frame that there is.</summary>
    public Task<IReadOnlyList<JsonElement>> EvaluateInFramesAsync(string script, CancellationToken cancel) =>
        EvaluateAsync([.. _sessions.Where(s => s.Value is "page" or "iframe").Select(s => s.Key)], int.MaxValue, script, cancel);

    public async Task<IReadOnlyList<JsonElement>> CookiesAsync(CancellationToken cancel) =>
        [.. (await _tools.AskAsync(null, "Storage.getCookies", new { browserContextId = _profile }, cancel)).GetProperty("cookies").EnumerateArray()];

    /// <summary>What is in view, as a JPEG in base64.</summary>
    public async Task<string> ScreenshotAsync(CancellationToken cancel) =>
        (await _tools.AskAsync(_page, "Page.captureScreenshot", new { format = "jpeg", quality = 70 }, cancel)).GetProperty("data").GetString()!;

    public async ValueTask DisposeAsync()
    {
        _tools.Heard -= Hear;
        try
        {
            await _tools.AskAsync(null, "Target.disposeBrowserContext", new { browserContextId = _profile }, TimeSpan.FromSeconds(5), CancellationToken.None);
        }
        catch (DevToolsException)
        {
            // It goes with the browser.
        }
    }

    private async Task<IReadOnlyList<JsonElement>> EvaluateAsync(string[] sessions, int framesOfEach, string script, CancellationToken cancel)
    {
        var found = new List<JsonElement>();
        foreach (var session in sessions)
        {
            try
            {
                var tree = await _tools.AskAsync(session, "Page.getFrameTree", null, Evaluated, cancel);
                foreach (var frame in Frames(tree.GetProperty("frameTree")).Take(framesOfEach)) found.Add(await InFrameAsync(session, frame, script, cancel));
            }
            catch (Exception e) when (e is DevToolsException and not BrowserGoneException)
            {
                // The frame is gone, or busy.
            }
        }

        return found;
    }

    private async Task<JsonElement> InFrameAsync(string session, string frameId, string script, CancellationToken cancel)
    {
        var world = await _tools.AskAsync(session, "Page.createIsolatedWorld", new { frameId, worldName = "consent-scan" }, Evaluated, cancel);
        var parameters = new
        {
            expression = script,
            contextId = world.GetProperty("executionContextId").GetInt32(),
            awaitPromise = true,
            returnByValue = true,
            userGesture = true,
        };
        var answer = (await _tools.AskAsync(session, "Runtime.evaluate", parameters, Evaluated, cancel)).GetProperty("result");
        return answer.TryGetProperty("value", out var value) ? value : default;
    }

    private static IEnumerable<string> Frames(JsonElement tree) =>
        [tree.GetProperty("frame").GetProperty("id").GetString()!,
            .. tree.TryGetProperty("childFrames", out var children) ? children.EnumerateArray().SelectMany(Frames) : []];

    private void Hear(string? session, string method, JsonElement told)
    {
        if (session is null || !_sessions.ContainsKey(session)) return;
        switch (method)
        {
            case "Target.attachedToTarget":
                _ = PrepareAsync(told.GetProperty("sessionId").GetString()!, told.GetProperty("targetInfo").GetProperty("type").GetString()!, CancellationToken.None);
                break;
            case "Target.detachedFromTarget":
                _sessions.TryRemove(told.GetProperty("sessionId").GetString()!, out _);
                break;
            case "Page.loadEventFired" when session == _page:
                _loaded.TrySetResult();
                break;
            case "Page.javascriptDialogOpening":
                _ = QuietlyAsync(_tools.AskAsync(session, "Page.handleJavaScriptDialog", new { accept = true }, CancellationToken.None));
                break;
            default:
                Network.Hear(session, method, told);
                break;
        }
    }

    /// <summary>A frame or worker waits at its start until its requests are listened to.</summary>
    private Task PrepareAsync(string session, string type, CancellationToken cancel)
    {
        _sessions[session] = type;
        return Task.WhenAll(
            QuietlyAsync(_tools.AskAsync(session, "Network.enable", null, cancel)),
            QuietlyAsync(_tools.AskAsync(session, "Target.setAutoAttach", AttachToAll, cancel)),
            QuietlyAsync(_tools.AskAsync(session, "Runtime.runIfWaitingForDebugger", null, cancel)));
    }

    /// <summary>Not every kind of target knows every command, and any may be gone.</summary>
    private static async Task QuietlyAsync(Task<JsonElement> asked)
    {
        try
        {
            await asked;
        }
        catch (DevToolsException)
        {
            // See above.
        }
    }
}
