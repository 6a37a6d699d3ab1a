using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Audit.Tests;

/// <summary>A transport that keeps what it takes, or takes nothing.</summary>
internal sealed class Outbox : IEventTransport
{
    private readonly System.Threading.Channels.Channel<OutgoingEvent> _sent = System.Threading.Channels.Channel.CreateUnbounded<OutgoingEvent>();

    public bool Down { get; set; }

    /// <summary>Looks around at the moment of sending.</summary>
    public Func<OutgoingEvent, Task> OnSending { get; set; } = _ => Task.CompletedTask;

    public async Task PublishAsync(IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancel)
    {
        if (Down) throw new UnpublishedException("The broker is down.");
        foreach (var e in events)
        {
            await OnSending(e);
            await _sent.Writer.WriteAsync(e, cancel);
        }
    }

    /// <summary>All of the kind that was sent since the last look.</summary>
    public IReadOnlyList<T> Sent<T>() where T : class, IEvent
    {
        var found = new List<T>();
        while (_sent.Reader.TryRead(out var e))
        {
            if (e.Kind == T.Kind) found.Add(ContractJson.Read<T>(e.Body.Span));
        }
        return found;
    }

    /// <summary>The next of the kind, and to whom it is sent; waits for it, and passes over others.</summary>
    public async Task<(T Event, string? To)> NextAsync<T>(CancellationToken cancel) where T : class, IEvent
    {
        while (true)
        {
            var e = await _sent.Reader.ReadAsync(cancel);
            if (e.Kind == T.Kind) return (ContractJson.Read<T>(e.Body.Span), e.Service);
        }
    }
}
