using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consent.Webhooks.Tests;

/// <summary>The service as a process of its own on a real broker, killed with SIGKILL while webhooks are under way.</summary>
public sealed class KillTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task What_was_acknowledged_is_delivered_whenever_the_process_is_killed()
    {
        const int Rounds = 4;
        const int PerRound = 40;
        await using var receiver = await Receiver.StartAsync();
        await using var broker = await RabbitMqServer.StartAsync();
        await using var transport = new RabbitMqTransport(BrokerAddresses.Parse(broker.Address), NullLogger<RabbitMqTransport>.Instance);
        await MakeEndpointAsync(receiver);
        var sent = new List<string>();
        var process = Service(broker);
        await using var killed = process;

        for (var round = 0; round < Rounds; round++)
        {
            process.Start();
            await process.ReadyAsync();
            // Half of the attempts never end, so that there are some under way at the kill.
            receiver.Answer = http => receiver.All.Count % 2 == 0 ? Receiver.Status(204)(http) : Receiver.Hold(new TaskCompletionSource().Task)(http);
            for (var i = 0; i < PerRound; i++)
            {
                var receipt = Sample.Receipt(1, Decision.Given, TimeProvider.System.Now(), RandomId.New());
                sent.Add(receipt.Id);
                await PublishAsync(transport, Sample.Event(receipt));
            }
            var some = receiver.All.Count + 4;
            await receiver.HasGotAsync(some);
            await process.Kill9Async();
        }

        receiver.Answer = Receiver.Status(204);
        process.Start();
        await Eventually.IsSoAsync("all are delivered", () => Task.FromResult(Held("SELECT count(*) FROM deliveries WHERE status = 'delivered'", "webhooks.db") == Rounds * PerRound),
            TimeSpan.FromMinutes(5), () => $"{Held("SELECT count(*) FROM deliveries", "webhooks.db")} in the file, {receiver.All.Select(g => g.Id).Distinct().Count()} came. {process.LastLines()}");
        Assert.Equal(sent.Order(StringComparer.Ordinal), receiver.All.Select(g => g.Id).Distinct().Order(StringComparer.Ordinal));
        Assert.All(receiver.All.GroupBy(g => g.Id), same => Assert.Single(same.Select(g => Convert.ToHexString(g.Body)).Distinct()));
    }

    private ServiceProcess Service(RabbitMqServer broker) => new(
        WebhooksSetup.Service, Repository.Program("services/subscribers/webhooks"), new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}"),
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Data"] = _data.Path,
            ["Messaging:Transport"] = "rabbitmq",
            ["Messaging:RabbitMq"] = broker.Address,
            ["Auth:Authority"] = "http://127.0.0.1:1/",
            ["Webhooks:AllowHttp"] = "true",
            ["Webhooks:AllowedNetworks"] = "127.0.0.1/32",
            // So that attempts which never end do not take every place for long.
            ["Webhooks:AttemptTimeout"] = "00:00:02",
        });

    /// <summary>By a first start in this process, on the same folder, which is told of the sample sites too.</summary>
    private async Task MakeEndpointAsync(Receiver receiver)
    {
        await using var app = await WebhooksApp.StartAsync(_data.Path);
        await app.EndpointAsync(receiver.Url);
    }

    private static Task PublishAsync<T>(RabbitMqTransport transport, T e) where T : IEvent => transport.PublishAsync([OutgoingEvent.Of(e)], CancellationToken.None);

    private long Held(string sql, string file)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_data.File(WebhooksSetup.Service, file)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
