using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Subscriber;

/// <summary>
/// Tells the publisher's ledger what was applied: those that wait while one acknowledgement is under way share the next. Call it after
/// the commit only, and also for a record that was held already.
/// </summary>
internal sealed class Acknowledger : IAsyncDisposable
{
    private const string Source = "consent";
    private const int Most = 500;
    private readonly System.Threading.Channels.Channel<Waiting> _waiting = System.Threading.Channels.Channel.CreateBounded<Waiting>(4 * Most);
    private readonly CancellationTokenSource _closing = new();
    private readonly string _service;
    private readonly IEventTransport _transport;
    private readonly TimeProvider _time;
    private readonly Task _telling;

    public Acknowledger(string service, IEventTransport transport, TimeProvider time)
    {
        (_service, _transport, _time) = (service, transport, time);
        _telling = Task.Run(TellAllAsync, CancellationToken.None);
    }

    /// <summary>Completes when the broker has taken it; throws when it did not: let the message come again.</summary>
    public async Task TellAsync(string recordId, CancellationToken cancel)
    {
        var one = new Waiting(recordId);
        await _waiting.Writer.WriteAsync(one, cancel);
        await one.Told.Task.WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _closing.CancelAsync();
        await _telling;
        _closing.Dispose();
    }

    private async Task TellAllAsync()
    {
        var batch = new List<Waiting>(Most);
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < Most && _waiting.Reader.TryRead(out var one)) batch.Add(one);
            try
            {
                IReadOnlyList<string>? also = batch.Count == 1 ? null : [.. batch.Skip(1).Select(one => one.RecordId)];
                await _transport.PublishAsync([OutgoingEvent.Of(ConsentApplied.By(_service, Source, batch[0].RecordId, _time.Now(), also))], _closing.Token);
                SubscriberMetrics.Acknowledged.Record(batch.Count, new KeyValuePair<string, object?>("service", _service));
                batch.ForEach(one => one.Told.TrySetResult());
            }
            catch (Exception e)
            {
                batch.ForEach(one => one.Told.TrySetException(e));
            }
        }
    }

    private sealed record Waiting(string RecordId)
    {
        public TaskCompletionSource Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
