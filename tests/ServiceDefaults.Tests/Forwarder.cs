using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Consent.ServiceDefaults.Tests;

/// <summary>An address of its own before a server, which can go away and come back: like a node of a cluster.</summary>
internal sealed class Forwarder(int port, int to) : IAsyncDisposable
{
    private readonly ConcurrentBag<Socket> _open = [];
    private readonly ConcurrentBag<Link> _links = [];
    private readonly CancellationTokenSource _stopped = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private volatile byte[]? _stallAt;

    public void Start()
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Nobody is let in any more, and every connection breaks.</summary>
    public async Task StopAsync()
    {
        _listener?.Stop();
        await _accepting;
        while (_open.TryTake(out var socket)) socket.Dispose();
    }

    /// <summary>Every connection there is stays, and takes and gives nothing any more; those that come later are served.</summary>
    public void Stall()
    {
        foreach (var link in _links) link.IsStalled = true;
    }

    /// <summary>A connection over which these bytes are sent stays, and takes and gives nothing any more from then on, they included.</summary>
    /// <param name="sent">Null when no longer.</param>
    public void StallAt(byte[]? sent) => _stallAt = sent;

    public int Stalled => _links.Count(link => link.IsStalled);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _stopped.CancelAsync();
        _stopped.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync();
                var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await server.ConnectAsync(IPAddress.Loopback, to);
                _open.Add(client);
                _open.Add(server);
                var link = new Link();
                _links.Add(link);
                _ = CopyAsync(client, server, link);
                _ = CopyAsync(server, client, link);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task CopyAsync(Socket from, Socket to, Link link)
    {
        var bytes = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(bytes) is > 0 and var read)
            {
                if (_stallAt is { } at && bytes.AsSpan(0, read).IndexOf(at) >= 0) link.IsStalled = true;
                if (link.IsStalled) await Task.Delay(Timeout.Infinite, _stopped.Token);
                await to.SendAsync(bytes.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other end is gone, and so is this one.
        }
        finally
        {
            from.Dispose();
            to.Dispose();
        }
    }

    private sealed class Link
    {
        public volatile bool IsStalled;
    }
}
