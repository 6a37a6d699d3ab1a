using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace Consent.ServiceDefaults.Tests;

/// <summary>Counting what was laid aside goes on whatever the broker does: what left the loop as an exception would end the whole service.</summary>
public sealed class WatchErrorQueuesTests(OneBroker broker) : IClassFixture<OneBroker>
{
    /// <summary>queue.declare, as a client writes it: class 50, method 10 (AMQP 0-9-1, 1.7.2.1).</summary>
    private static readonly byte[] QueueDeclare = [0, 50, 0, 10];

    [Fact]
    public async Task A_node_that_takes_a_question_and_never_answers_is_asked_again_and_ends_nothing()
    {
        var port = FreePorts.Take(1)[0];
        await using var node = new Forwarder(port, new Uri(broker.Address).Port);
        node.Start();
        await LayAsideAsync("watched-consent-changed_error");
        node.StallAt(QueueDeclare);
        var address = BrokerAddresses.Parse($"{new UriBuilder(broker.Address) { Port = port }.Uri}") with { AnswerWithin = TimeSpan.FromMilliseconds(500) };
        using var watch = new WatchErrorQueues(
            address, [new EventSubscription("watched", ConsentChanged.Kind, typeof(ConsentChanged), typeof(object))], TimeSpan.FromMilliseconds(100),
            TimeProvider.System, NullLogger<WatchErrorQueues>.Instance);
        await watch.StartAsync(CancellationToken.None);

        await Eventually.IsSoAsync("it has asked again", () => Task.FromResult(node.Stalled >= 2 || watch.ExecuteTask!.IsCompleted), TimeSpan.FromSeconds(60));
        Assert.False(watch.ExecuteTask!.IsCompleted);
        node.StallAt(null);
        await Eventually.IsSoAsync("it tells what was laid aside", async () =>
            (await watch.CheckHealthAsync(new HealthCheckContext())) is { Status: HealthStatus.Degraded, Description: "1 in watched-consent-changed_error" }, TimeSpan.FromSeconds(60));

        await node.StopAsync();
        await watch.StopAsync(CancellationToken.None);
    }

    private async Task LayAsideAsync(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Address) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties(), new byte[1]);
    }
}
