using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// Publishes with publisher confirms and <c>mandatory</c>: an event that reaches no queue comes back and counts as unpublished.
/// Exchanges are fanout, durable, named <c>consent.{kind}</c>, and declared before the first event of their kind.
/// </summary>
public sealed class RabbitMqTransport(BrokerAddresses broker, ILogger<RabbitMqTransport> log) : IEventTransport, IAsyncDisposable
{
    /// <summary>Messages that may be unconfirmed at once.</summary>
    private const int LargestBatch = 512;

    /// <summary>A queue that has lost most of its replicas confirms nothing; what waits for it then may be lost with its leader, so it is sent anew.</summary>
    private static readonly TimeSpan ConfirmWithin = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _one = new(1);
    private readonly HashSet<string> _declared = [];
    private IConnection? _connection;
    private IChannel? _channel;
    private PublisherConfirms? _confirms;

    public static string ExchangeOf(string kind) => $"consent.{kind}";

    public async Task PublishAsync(IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(events);
        await _one.WaitAsync(cancel);
        try
        {
            var channel = await OpenAsync(cancel);
            foreach (var kind in events.Where(e => e.Service is null).Select(e => e.Kind).Distinct().Where(k => !_declared.Contains(k)).ToList())
            {
                await channel.ExchangeDeclareAsync(ExchangeOf(kind), ExchangeType.Fanout, durable: true, cancellationToken: cancel);
                _declared.Add(kind);
            }
            foreach (var batch in events.Chunk(LargestBatch)) await PublishAsync(channel, batch, cancel);
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException or TimeoutException)
        {
            await CloseAsync();
            throw new UnpublishedException("The broker did not confirm.", e);
        }
        catch
        {
            // What is still under way would be taken for an answer to the next batch.
            await CloseAsync();
            throw;
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _one.Dispose();
    }

    private async Task PublishAsync(IChannel channel, OutgoingEvent[] batch, CancellationToken cancel)
    {
        var confirmed = _confirms!.Expect(await channel.GetNextPublishSequenceNumberAsync(cancel), batch.Length);
        foreach (var e in batch) await PublishAsync(channel, e, cancel);
        await confirmed.WaitAsync(ConfirmWithin, cancel);
    }

    private static ValueTask PublishAsync(IChannel channel, OutgoingEvent e, CancellationToken cancel)
    {
        var properties = new BasicProperties { ContentType = "application/json", MessageId = e.Id, Type = e.Kind, Persistent = true };
        var (exchange, key) = e.Service is null ? (ExchangeOf(e.Kind), "") : ("", $"{e.Service}-{e.Kind}");
        return channel.BasicPublishAsync(exchange, key, mandatory: true, properties, e.Body, cancel);
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancel)
    {
        if (_channel is { IsOpen: true }) return _channel;
        await CloseAsync();
        _connection = await broker.ConnectAsync("consent-publisher", cancel);
        _channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), cancel);
        _confirms = new PublisherConfirms(_channel);
        log.LogInformation("Connected to the broker for publishing.");
        return _channel;
    }

    private async Task CloseAsync()
    {
        _declared.Clear();
        try
        {
            if (_channel is not null) await _channel.DisposeAsync();
            if (_connection is not null) await _connection.DisposeAsync();
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException or ObjectDisposedException)
        {
            log.LogDebug("The broken connection was already closed.");
        }
        (_channel, _connection) = (null, null);
    }
}
