using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace Consent.ServiceDefaults.Tests;

/// <summary>
/// Many who publish at once, as the handlers of one endpoint do that acknowledge each message: they share the waits for the broker, and no
/// outcome but their own. RabbitMQ is Debian's, started by the test.
/// </summary>
public sealed class PublishTogetherTests(OneBroker broker) : IClassFixture<OneBroker>
{
    [Fact]
    public async Task Those_who_publish_at_once_share_the_waits_for_the_broker_and_everything_arrives_in_their_order()
    {
        await using var queue = await Queue.OpenAsync(broker.Address, "together");
        await using var transport = new RabbitMqTransport(BrokerAddresses.Parse(broker.Address), NullLogger<RabbitMqTransport>.Instance);
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(n => transport.PublishAsync([Event($"e{n:0000}", "together")], CancellationToken.None)));
        Assert.Equal(Enumerable.Range(0, 2000).Select(n => $"e{n:0000}"), await queue.TakeAllAsync());
        // The first opens the connection, while all others come together.
        Assert.InRange(transport.Batches, 2, 1 + (2000 / RabbitMqTransport.LargestBatch) + 4);
    }

    [Fact]
    public async Task What_reaches_no_queue_fails_those_who_sent_it_and_nobody_else()
    {
        await using var queue = await Queue.OpenAsync(broker.Address, "somebody");
        await using var transport = new RabbitMqTransport(BrokerAddresses.Parse(broker.Address), NullLogger<RabbitMqTransport>.Instance);
        var good = Enumerable.Range(0, 300).Select(n => transport.PublishAsync([Event($"g{n}", "somebody")], CancellationToken.None)).ToList();
        // The same event for one that hears it and for one that is not there: the address tells them apart.
        var mixed = transport.PublishAsync([Event("twice", "somebody"), Event("twice", "nobody")], CancellationToken.None);
        var bad = Enumerable.Range(0, 3).Select(n => transport.PublishAsync([Event($"b{n}", "nobody")], CancellationToken.None)).ToList();
        var after = transport.PublishAsync([Event("after", "somebody")], CancellationToken.None);
        await Task.WhenAll(good);
        await after;
        foreach (var failing in (Task[])[mixed, .. bad])
            Assert.Equal("An event reached no queue.", (await Assert.ThrowsAsync<UnpublishedException>(() => failing)).Message);
        Assert.Equal(302, (await queue.TakeAllAsync()).Count);
    }

    [Fact]
    public async Task A_call_of_more_than_a_batch_is_whole_and_one_that_was_given_up_is_not_sent()
    {
        await using var queue = await Queue.OpenAsync(broker.Address, "large");
        await using var transport = new RabbitMqTransport(BrokerAddresses.Parse(broker.Address), NullLogger<RabbitMqTransport>.Instance);
        using var givenUp = new CancellationTokenSource();
        await givenUp.CancelAsync();
        var large = transport.PublishAsync([.. Enumerable.Range(0, 1300).Select(n => Event($"l{n}", "large"))], CancellationToken.None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transport.PublishAsync([Event("never", "large")], givenUp.Token));
        await large;
        Assert.Equal(1300, (await queue.TakeAllAsync()).Count);
        await transport.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => transport.PublishAsync([Event("late", "large")], CancellationToken.None));
    }

    [Fact]
    public async Task A_node_that_falls_silent_holds_up_those_who_waited_for_it_and_nobody_after_them()
    {
        var port = FreePorts.Take(1)[0];
        await using var node = new Forwarder(port, new Uri(broker.Address).Port);
        node.Start();
        await using var queue = await Queue.OpenAsync(broker.Address, "silent");
        await using var transport = new RabbitMqTransport(
            BrokerAddresses.Parse($"{new UriBuilder(broker.Address) { Port = port }.Uri}"), NullLogger<RabbitMqTransport>.Instance)
        {
            ConfirmWithin = TimeSpan.FromSeconds(10),
        };
        await transport.PublishAsync([Event("before", "silent")], CancellationToken.None);

        node.Stall();
        var waiting = transport.PublishAsync([Event("silent", "silent")], CancellationToken.None);
        await Assert.ThrowsAsync<UnpublishedException>(() => waiting);
        // The client takes 30 s to end such a connection: it must not take those with it who come now.
        await transport.PublishAsync([Event("after", "silent")], CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(["before", "after"], await queue.TakeAllAsync());
        await node.StopAsync();
    }

    private static OutgoingEvent Event(string id, string service) =>
        OutgoingEvent.Of(new ConsentChanged(id, TimeProvider.System.Now(), Sample.Receipt("r")), service);

    /// <summary>The queue of a service for changed consent, read by the test.</summary>
    private sealed class Queue(IConnection connection, IChannel channel, string name) : IAsyncDisposable
    {
        public static async Task<Queue> OpenAsync(string address, string service)
        {
            var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync();
            var channel = await connection.CreateChannelAsync();
            var name = $"{service}-{ConsentChanged.Kind}";
            await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false);
            return new Queue(connection, channel, name);
        }

        /// <summary>Ids of all that is in it, oldest first.</summary>
        public async Task<List<string>> TakeAllAsync()
        {
            var ids = new List<string>();
            while (await channel.BasicGetAsync(name, autoAck: true) is { } message) ids.Add(message.BasicProperties.MessageId!);
            return ids;
        }

        public async ValueTask DisposeAsync()
        {
            await channel.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
