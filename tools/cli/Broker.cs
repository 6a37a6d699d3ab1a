using System.Text;
using System.Text.Json.Nodes;
using Consent.ServiceDefaults.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Consent.Cli;

/// <summary>A message that a service could not handle, as MassTransit lays it aside: the reason stands in its headers.</summary>
/// <param name="Body">As it was sent, or what can be read of it.</param>
internal sealed record FailedMessage(string? Id, string? Kind, string? Reason, string? FailedAt, string Body)
{
    public JsonObject ToJson(bool withBody)
    {
        var json = new JsonObject { ["id"] = Id, ["kind"] = Kind, ["reason"] = Reason, ["failedAt"] = FailedAt };
        if (withBody) json["body"] = Body;
        return json;
    }
}

/// <summary>The error queues of a broker, over AMQP alone: no management plugin is needed.</summary>
internal sealed class Broker : IAsyncDisposable
{
    public const string Suffix = "_error";
    private readonly IConnection _connection;

    private Broker(IConnection connection) => _connection = connection;

    /// <exception cref="BrokerUnreachableException">Nothing answers there, or it does not let one in.</exception>
    public static async Task<Broker> OpenAsync(BrokerAddresses addresses, CancellationToken cancel) => new(await addresses.ConnectAsync("consent-cli", cancel));

    /// <summary>How many messages are ready in it; null when there is no such queue.</summary>
    public async Task<uint?> CountAsync(string queue, CancellationToken cancel)
    {
        // A question for what is not there costs the channel.
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancel);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, cancel)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
    }

    /// <summary>The first messages; they stay where they are.</summary>
    public async Task<IReadOnlyList<FailedMessage>> PeekAsync(string queue, int limit, CancellationToken cancel)
    {
        // What is not acknowledged goes back when the channel closes.
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancel);
        var found = new List<FailedMessage>();
        while (found.Count < limit && await channel.BasicGetAsync(queue, autoAck: false, cancel) is { } got) found.Add(Read(got));
        return found;
    }

    /// <summary>
    /// Sends what lies in the error queue to its own queue again, each gone from here only when the broker has confirmed it there. A
    /// service takes what it had before for a repetition. What fails again comes back here, and is not taken a second time.
    /// </summary>
    /// <param name="id">One message alone; null for all that are there now.</param>
    /// <exception cref="PublishException">Its own queue is there no more.</exception>
    public async Task<int> ReplayAsync(string queue, string? id, CancellationToken cancel)
    {
        var waiting = await CountAsync(queue, cancel) ?? 0;
        await using var channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancel);
        var sent = 0;
        for (uint i = 0; i < waiting && await channel.BasicGetAsync(queue, autoAck: false, cancel) is { } got; i++)
        {
            if (id is not null && got.BasicProperties.MessageId != id) continue;
            var properties = new BasicProperties
            {
                ContentType = got.BasicProperties.ContentType ?? "application/json",
                MessageId = got.BasicProperties.MessageId,
                Type = got.BasicProperties.Type,
                Persistent = true,
            };
            await channel.BasicPublishAsync("", queue[..^Suffix.Length], mandatory: true, properties, got.Body, cancel);
            await channel.BasicAckAsync(got.DeliveryTag, multiple: false, cancel);
            sent++;
        }

        return sent;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static FailedMessage Read(BasicGetResult got) => new(
        got.BasicProperties.MessageId, got.BasicProperties.Type, Header(got, "MT-Fault-Message"), Header(got, "MT-Fault-Timestamp"),
        Encoding.UTF8.GetString(got.Body.Span));

    private static string? Header(BasicGetResult got, string name) =>
        got.BasicProperties.Headers?.TryGetValue(name, out var value) == true && value is byte[] text ? Encoding.UTF8.GetString(text) : null;
}
