using RabbitMQ.Client;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// Which messages of one batch the broker still owes a word for (publisher confirms, rabbitmq.com/docs/confirms). The client's own
/// tracking keeps a task and a header for each message, which costs more than to publish it; here a batch has one task. One batch at a time.
/// </summary>
internal sealed class PublisherConfirms
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _done = new();
    private bool[] _settled = [];
    private ulong _first;
    private ulong _lowest;
    private int _left;

    public PublisherConfirms(IChannel channel)
    {
        channel.BasicAcksAsync += (_, ack) => Settle(ack.DeliveryTag, ack.Multiple);
        channel.BasicNacksAsync += (_, _) => Fail("The broker did not take an event.");
        // A returned message is confirmed afterwards all the same: the return has to be heard first, and it is.
        channel.BasicReturnAsync += (_, _) => Fail("An event reached no queue.");
        channel.ChannelShutdownAsync += (_, _) => Fail("The broker closed the channel.");
    }

    /// <summary>Before the first of the batch is published.</summary>
    /// <param name="first">Its sequence number.</param>
    public Task Expect(ulong first, int count)
    {
        lock (_gate)
        {
            (_first, _lowest, _left, _settled) = (first, first, count, new bool[count]);
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _done.Task;
        }
    }

    private Task Settle(ulong tag, bool multiple)
    {
        lock (_gate)
        {
            if (tag < _first) return Task.CompletedTask;
            for (var one = multiple ? _lowest : tag; one <= tag && one - _first < (ulong)_settled.Length; one++)
            {
                if (_settled[one - _first]) continue;
                _settled[one - _first] = true;
                _left--;
            }

            if (multiple) _lowest = tag + 1;
            if (_left == 0) _done.TrySetResult();
        }

        return Task.CompletedTask;
    }

    private Task Fail(string why)
    {
        lock (_gate) _done.TrySetException(new UnpublishedException(why));
        return Task.CompletedTask;
    }
}
