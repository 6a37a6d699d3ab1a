using System.Net;
using System.Net.Sockets;

namespace Consent.ServiceDefaults.Tests;

internal static class Leading
{
    /// <summary>Whatever name is called, what answers is on this machine.</summary>
    public static SocketsHttpHandler To(int port) => new()
    {
        UseProxy = false,
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };
}
