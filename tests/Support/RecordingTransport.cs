using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Tests.Support;

/// <summary>A broker that remembers what it was sent, and refuses when told to.</summary>
public sealed class RecordingTransport : IEventTransport
{
    private readonly Lock _gate = new();
    private readonly List<OutgoingEvent> _sent = [];

    /// <summary>Runs at each attempt, before it is refused or taken.</summary>
    public Func<Task> OnSending { get; set; } = () => Task.CompletedTask;

    /// <summary>Decides for each batch whether it is refused; by default none is. One batch at a time.</summary>
    public Func<IReadOnlyCollection<OutgoingEvent>, bool> Fails { get; set; } = _ => false;

    public int Attempts { get; private set; }

    /// <summary>What was taken as <c>id</c>, or <c>id@service</c> when sent to one.</summary>
    public string[] Sent => [.. Events.Select(e => e.Service is null ? e.Id : $"{e.Id}@{e.Service}")];

    public IReadOnlyList<OutgoingEvent> Events
    {
        get
        {
            lock (_gate) return [.. _sent];
        }
    }

    /// <summary>All of the kind that was taken, in that order.</summary>
    public IReadOnlyList<T> Of<T>() where T : IEvent => [.. Events.Where(e => e.Kind == T.Kind).Select(e => ContractJson.Read<T>(e.Body.Span))];

    /// <summary>The same, when there are at least so many.</summary>
    public async Task<IReadOnlyList<T>> WaitForAsync<T>(int count) where T : IEvent
    {
        await Eventually.IsSoAsync($"{count} of {T.Kind} are sent", () => Task.FromResult(Of<T>().Count >= count));
        return Of<T>();
    }

    public void Forget()
    {
        lock (_gate) _sent.Clear();
    }

    public async Task PublishAsync(IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancel)
    {
        await OnSending();
        lock (_gate)
        {
            Attempts++;
            if (Fails(events)) throw new UnpublishedException("The broker is away.");
            _sent.AddRange(events);
        }
    }
}
