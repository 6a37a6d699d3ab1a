using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Consent.ServiceDefaults.Tests;

/// <summary>An address of its own before a server, which can go away and come back: like a node of a cluster.</summary>
internal sealed class Forwarder(int port, int to) : IAsyncDisposable
{
    private readonly ConcurrentBag<Socket> _open = [];
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private volatile TaskCompletionSource? _stalled;

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

    /// <summary>Every connection stays, and takes and gives nothing any more until it is stopped.</summary>
    public void Stall() => _stalled = new TaskCompletionSource();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stalled?.TrySetResult();
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
                _ = CopyAsync(client, server);
                _ = CopyAsync(server, client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var bytes = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(bytes) is > 0 and var read)
            {
                if (_stalled is { } stalled) await stalled.Task;
                await to.SendAsync(bytes.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other end is gone, and so is this one.
        }
        finally
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
