using System.Net.Sockets;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using RabbitMQ.Client;

namespace Consent.ServiceDefaults.Tests;

/// <summary>A node that takes nothing any more and says nothing of it: as one does that is cut off in one direction. RabbitMQ is Debian's.</summary>
public sealed class BrokerSocketTests(OneBroker broker) : IClassFixture<OneBroker>
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Whoever_writes_to_a_node_that_takes_nothing_is_let_go_and_the_connection_ends()
    {
        var port = FreePorts.Take(1)[0];
        await using var node = new Forwarder(port, new Uri(broker.Address).Port);
        node.Start();
        var factory = new ConnectionFactory
        {
            Uri = new UriBuilder(broker.Address) { Port = port }.Uri,
            AutomaticRecoveryEnabled = false,
            SocketFactory = family => BrokerSocket.Create(family, Short),
        };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var ended = new TaskCompletionSource();
        connection.ConnectionShutdownAsync += (_, _) =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };

        node.Stall();
        // More than the sockets between them hold, and more of them than the client queues.
        var body = new byte[256 * 1024];
        var writing = Enumerable.Range(0, 400).Select(_ => Task.Run(async () => await channel.BasicPublishAsync("", "nobody", body))).ToList();
        var all = Task.WhenAll(writing);
        await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.True(all.IsCompleted, $"{writing.Count(w => !w.IsCompleted)} still wait to write.");
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(connection.IsOpen);
    }

    [Fact]
    public async Task What_is_written_after_the_other_side_is_gone_is_let_go_and_whoever_reads_hears_of_it()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen();
        using var client = BrokerSocket.Create(AddressFamily.InterNetwork, Short);
        await client.ConnectAsync(System.Net.IPAddress.Loopback, ((System.Net.IPEndPoint)listener.LocalEndPoint!).Port, TestContext.Current.CancellationToken);
        using var server = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        Assert.Equal(3, await server.ReceiveAsync(new byte[8], TestContext.Current.CancellationToken));

        // Reset, as a node does that knows nothing of the connection.
        server.LingerState = new LingerOption(true, 0);
        server.Close();
        for (var i = 0; i < 100; i++) await stream.WriteAsync(new byte[1024], TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<Exception>(() => stream.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken).AsTask());
    }
}
