using System.Net.Sockets;
using RabbitMQ.Client;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// A connection to the broker that holds nobody up once it is broken. The client (RabbitMQ.Client 7.2, its issue 1930) has one writer, and
/// when that one fails, or waits for a node that takes nothing more, everyone who writes behind it waits for ever: so does whoever
/// acknowledges a message, and with him the end of the connection, which waits for them; the service then never connects again.
/// Here a failed write ends the connection, and what is still written to it is let go: all of it is sent again by those who keep it.
/// </summary>
internal sealed class BrokerSocket(Socket socket, TimeSpan writeWithin) : TcpClientAdapter(socket)
{
    /// <summary>A node that takes nothing for so long is gone, as is one that says nothing for as long.</summary>
    private static readonly TimeSpan WriteWithin = 2 * BrokerAddresses.Heartbeat;

    public static ITcpClient Create(AddressFamily family) => Create(family, WriteWithin);

    internal static ITcpClient Create(AddressFamily family, TimeSpan writeWithin) =>
        new BrokerSocket(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, writeWithin);

    public override NetworkStream GetStream() => new LettingGo(Client, writeWithin);

    private sealed class LettingGo(Socket socket, TimeSpan writeWithin) : NetworkStream(socket)
    {
        private CancellationTokenSource _late = new();
        private volatile bool _isBroken;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_isBroken) return;
            try
            {
                // One writer at a time, as the client has it.
                if (!_late.TryReset()) _late = new CancellationTokenSource();
                _late.CancelAfter(writeWithin);
                await base.WriteAsync(buffer, _late.Token);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                _isBroken = true;
                // Whoever reads hears of it by this.
                Socket.Dispose();
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _late.Dispose();
            base.Dispose(disposing);
        }
    }
}
