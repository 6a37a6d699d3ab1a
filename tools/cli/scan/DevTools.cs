using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.Cli.Scan;

/// <summary>The browser refused a command of the protocol, often because the frame it was for is there no more.</summary>
internal class DevToolsException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The browser itself is there no more.</summary>
internal sealed class BrowserGoneException(Exception? inner = null) : DevToolsException("The browser ended during the scan.", inner);

/// <summary>
/// The Chrome DevTools Protocol over one WebSocket, in flat sessions (https://chromedevtools.github.io/devtools-protocol/). Spoken
/// directly: Microsoft.Playwright brings a Node of 120 MB for each platform (580 MB in all) into a tool of 80 MB.
/// </summary>
internal sealed class DevTools : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _asked = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);
    private Task _reading = Task.CompletedTask;
    private volatile bool _gone;
    private int _last;

    /// <summary>Session, method and parameters of each event, in the order of their coming; a handler must not wait for an answer.</summary>
    public Action<string?, string, JsonElement>? Heard { get; set; }

    public static async Task<DevTools> ConnectAsync(Uri address, CancellationToken cancel)
    {
        var tools = new DevTools();
        try
        {
            await tools._socket.ConnectAsync(address, cancel);
        }
        catch
        {
            await tools.DisposeAsync();
            throw;
        }

        tools._reading = tools.ReadAsync(tools._closing.Token);
        return tools;
    }

    /// <exception cref="DevToolsException">The browser refused it, did not answer for half a minute, or is gone.</exception>
    public Task<JsonElement> AskAsync(string? session, string method, object? parameters, CancellationToken cancel) =>
        AskAsync(session, method, parameters, Usual, cancel);

    /// <exception cref="DevToolsException">The same, with a limit of one's own.</exception>
    public async Task<JsonElement> AskAsync(string? session, string method, object? parameters, TimeSpan limit, CancellationToken cancel)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        try
        {
            if (_gone) throw new BrowserGoneException();
            var message = JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters ?? new { }, sessionId = session }, ContractJson.Options);
            await _sending.WaitAsync(cancel);
            try
            {
                await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancel);
            }
            finally
            {
                _sending.Release();
            }

            return await answer.Task.WaitAsync(limit, cancel);
        }
        catch (TimeoutException e)
        {
            throw new DevToolsException($"The browser did not answer {method} within {limit.TotalSeconds} seconds.", e);
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException)
        {
            throw new BrowserGoneException(e);
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _reading;
        _socket.Dispose();
        _sending.Dispose();
        _closing.Dispose();
    }

    private async Task ReadAsync(CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveAsync(buffer.AsMemory(), cancel);
                if (got.MessageType == WebSocketMessageType.Close) return;
                message.Write(buffer, 0, got.Count);
                if (!got.EndOfMessage) continue;
                using var json = JsonDocument.Parse(message.GetBuffer().AsMemory(0, (int)message.Length));
                Take(json.RootElement);
                message.SetLength(0);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed by either side: whoever still waits is told below.
        }
        finally
        {
            _gone = true;
            foreach (var waiting in _asked.Values) waiting.TrySetException(new BrowserGoneException());
        }
    }

    private void Take(JsonElement message)
    {
        if (!message.TryGetProperty("id", out var id))
        {
            var session = message.TryGetProperty("sessionId", out var named) ? named.GetString() : null;
            Heard?.Invoke(session, message.GetProperty("method").GetString()!, message.GetProperty("params").Clone());
            return;
        }

        if (!_asked.TryRemove(id.GetInt32(), out var answer)) return;
        if (message.TryGetProperty("error", out var error)) answer.TrySetException(new DevToolsException(error.GetProperty("message").GetString() ?? "refused"));
        else answer.TrySetResult(message.GetProperty("result").Clone());
    }
}
