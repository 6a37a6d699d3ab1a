using RabbitMQ.Client;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// What became of each message of one batch (publisher confirms, rabbitmq.com/docs/confirms). The client's own tracking keeps a task
/// and a header for each message, which costs more than to publish it; here a batch has one task. One batch at a time.
/// </summary>
internal sealed class PublisherConfirms
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<IReadOnlyList<string?>> _done = new();
    private IReadOnlyList<OutgoingEvent> _batch = [];
    private bool[] _settled = [];
    private string?[] _failures = [];
    private ulong _first;
    private ulong _lowest;
    private int _left;

    public PublisherConfirms(IChannel channel)
    {
        channel.BasicAcksAsync += (_, ack) => Settle(ack.DeliveryTag, ack.Multiple, null);
        channel.BasicNacksAsync += (_, nack) => Settle(nack.DeliveryTag, nack.Multiple, "The broker did not take an event.");
        // A returned message is confirmed afterwards all the same: the return has to be heard first, and it is.
        channel.BasicReturnAsync += (_, returned) => Return(returned.Exchange, returned.RoutingKey, returned.BasicProperties.MessageId);
        channel.ChannelShutdownAsync += (_, _) => Fail("The broker closed the channel.");
    }

    /// <summary>
    /// Before the first of the batch is published. Completes when the broker has said its word on each: why it was not taken, or null where
    /// it was; throws <see cref="UnpublishedException"/> when that can no longer be known of any.
    /// </summary>
    /// <param name="first">Sequence number of the first.</param>
    public Task<IReadOnlyList<string?>> Expect(ulong first, IReadOnlyList<OutgoingEvent> batch)
    {
        lock (_gate)
        {
            (_first, _lowest, _left, _batch) = (first, first, batch.Count, batch);
            (_settled, _failures) = (new bool[batch.Count], new string?[batch.Count]);
            _done = new TaskCompletionSource<IReadOnlyList<string?>>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _done.Task;
        }
    }

    /// <summary>Where a message goes: to an exchange, or straight to a service's queue for the kind.</summary>
    public static (string Exchange, string RoutingKey) AddressOf(OutgoingEvent e) =>
        e.Service is null ? (RabbitMqTransport.ExchangeOf(e.Kind), "") : ("", $"{e.Service}-{e.Kind}");

    private Task Settle(ulong tag, bool multiple, string? failure)
    {
        lock (_gate)
        {
            if (tag < _first) return Task.CompletedTask;
            for (var one = multiple ? _lowest : tag; one <= tag && one - _first < (ulong)_settled.Length; one++)
            {
                if (_settled[one - _first]) continue;
                _settled[one - _first] = true;
                _failures[one - _first] ??= failure;
                _left--;
            }

            if (multiple) _lowest = tag + 1;
            if (_left == 0) _done.TrySetResult(_failures);
        }

        return Task.CompletedTask;
    }

    private Task Return(string exchange, string routingKey, string? id)
    {
        lock (_gate)
        {
            for (var i = 0; i < _batch.Count; i++)
            {
                if (_settled[i] || _failures[i] is not null || _batch[i].Id != id || AddressOf(_batch[i]) != (exchange, routingKey)) continue;
                _failures[i] = "An event reached no queue.";
                break;
            }
        }

        return Task.CompletedTask;
    }

    private Task Fail(string why)
    {
        lock (_gate) _done.TrySetException(new UnpublishedException(why));
        return Task.CompletedTask;
    }
}
