using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// Publishes with publisher confirms and <c>mandatory</c>: an event that reaches no queue comes back and counts as unpublished.
/// Exchanges are fanout, durable, named <c>consent.{kind}</c>, and declared before the first event of their kind.
/// Those who publish while the broker is being waited for share the next batch, each with an outcome of its own: whoever handles
/// messages side by side and answers each with one of his own is not held to one wait for the broker after the other.
/// </summary>
public sealed class RabbitMqTransport : IEventTransport, IAsyncDisposable
{
    /// <summary>Messages that may be unconfirmed at once.</summary>
    internal const int LargestBatch = 512;

    /// <summary>A queue that has lost most of its replicas confirms nothing; what waits for it then may be lost with its leader, so it is sent anew.</summary>
    internal TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the end of a broken connection is waited for when all ends; the client itself takes up to 30 s for it.</summary>
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(5);
    private readonly BrokerAddresses _broker;
    private readonly ILogger<RabbitMqTransport> _log;
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<string> _declared = [];
    private readonly Task _publishing;
    private IConnection? _connection;
    private IChannel? _channel;
    private PublisherConfirms? _confirms;
    private Task _ending = Task.CompletedTask;

    public RabbitMqTransport(BrokerAddresses broker, ILogger<RabbitMqTransport> log)
    {
        (_broker, _log) = (broker, log);
        _publishing = Task.Run(PublishAllAsync, CancellationToken.None);
    }

    /// <summary>How often the broker's word was waited for.</summary>
    internal int Batches { get; private set; }

    public static string ExchangeOf(string kind) => $"consent.{kind}";

    public async Task PublishAsync(IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count == 0) return;
        var call = new Call(events, cancel);
        ObjectDisposedException.ThrowIf(!_calls.Writer.TryWrite(call), this);
        await call.Done.Task.WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_calls.Writer.TryComplete()) return;
        await _closing.CancelAsync();
        await _publishing;
        Close();
        await Task.WhenAny(_ending, Task.Delay(EndWithin, CancellationToken.None));
        _closing.Dispose();
    }

    private async Task PublishAllAsync()
    {
        var calls = new List<Call>();
        while (await _calls.Reader.WaitToReadAsync(CancellationToken.None))
        {
            calls.Clear();
            for (var count = 0; _calls.Reader.TryPeek(out var call) && (count == 0 || count + call.Events.Count <= LargestBatch); count += call.Events.Count)
            {
                _calls.Reader.TryRead(out _);
                if (!call.Cancel.IsCancellationRequested) calls.Add(call);
            }

            try
            {
                Answer(calls, await PublishAsync([.. calls.SelectMany(c => c.Events)]));
            }
            catch (Exception e)
            {
                // What is still under way would be taken for an answer to the next batch.
                Close();
                var told = e is RabbitMQClientException or IOException or TimeoutException ? new UnpublishedException("The broker did not confirm.", e) : e;
                calls.ForEach(c => c.Done.TrySetException(told));
            }
        }
    }

    private static void Answer(List<Call> calls, List<string?> failures)
    {
        var at = 0;
        foreach (var call in calls)
        {
            if (failures.GetRange(at, call.Events.Count).Find(f => f is not null) is { } failure) call.Done.TrySetException(new UnpublishedException(failure));
            else call.Done.TrySetResult();
            at += call.Events.Count;
        }
    }

    /// <returns>For each why it was not published, null where it was.</returns>
    private async Task<List<string?>> PublishAsync(OutgoingEvent[] events)
    {
        var failures = new List<string?>(events.Length);
        if (events.Length == 0) return failures;
        var channel = await OpenAsync();
        foreach (var kind in events.Where(e => e.Service is null).Select(e => e.Kind).Distinct().Where(k => !_declared.Contains(k)).ToList())
        {
            await channel.ExchangeDeclareAsync(ExchangeOf(kind), ExchangeType.Fanout, durable: true, cancellationToken: _closing.Token);
            _declared.Add(kind);
        }
        foreach (var batch in events.Chunk(LargestBatch))
        {
            Batches++;
            var confirmed = _confirms!.Expect(await channel.GetNextPublishSequenceNumberAsync(_closing.Token), batch);
            foreach (var e in batch) await PublishAsync(channel, e);
            failures.AddRange(await confirmed.WaitAsync(ConfirmWithin, _closing.Token));
        }

        return failures;
    }

    private ValueTask PublishAsync(IChannel channel, OutgoingEvent e)
    {
        var properties = new BasicProperties { ContentType = "application/json", MessageId = e.Id, Type = e.Kind, Persistent = true };
        var (exchange, key) = PublisherConfirms.AddressOf(e);
        return channel.BasicPublishAsync(exchange, key, mandatory: true, properties, e.Body, _closing.Token);
    }

    private async Task<IChannel> OpenAsync()
    {
        if (_channel is { IsOpen: true }) return _channel;
        Close();
        _connection = await _broker.ConnectAsync("consent-publisher", _closing.Token);
        _channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), _closing.Token);
        _confirms = new PublisherConfirms(_channel);
        _log.LogInformation("Connected to the broker for publishing.");
        return _channel;
    }

    /// <summary>Nobody waits for the end of a broken connection: those who publish have the next one meanwhile.</summary>
    private void Close()
    {
        _declared.Clear();
        if (_connection is not null)
        {
            var end = EndAsync(_channel, _connection);
            _ending = _ending.IsCompleted ? end : Task.WhenAll(_ending, end);
        }
        (_channel, _connection) = (null, null);
    }

    private async Task EndAsync(IChannel? channel, IConnection connection)
    {
        try
        {
            if (channel is not null) await channel.DisposeAsync();
            await connection.DisposeAsync();
        }
        catch (Exception e)
        {
            // Among others an OperationCanceledException, when the client gives it up after 30 s.
            _log.LogDebug("A broken connection could not be closed in order ({Reason}).", e.GetType().Name);
        }
    }

    private sealed record Call(IReadOnlyCollection<OutgoingEvent> Events, CancellationToken Cancel)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
