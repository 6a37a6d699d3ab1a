using System.Text.Json;
using Consent.Contracts;
using MassTransit;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// Hands events to the queues of this process. What lies in them is lost when the process dies: the delivery ledger sends it again.
/// </summary>
internal sealed class InMemoryTransport(IBusControl bus, IEnumerable<EventSubscription> subscriptions) : IEventTransport
{
    private volatile bool _hasStarted;
    private readonly ILookup<string, EventSubscription> _byKind = subscriptions.ToLookup(s => s.Kind);

    public async Task PublishAsync(IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancel)
    {
        // At the start only: a bus that stops waits for its consumers, and one of those may be publishing here.
        if (!_hasStarted) await bus.WaitForHealthStatus(BusHealthStatus.Healthy, cancel);
        _hasStarted = true;
        foreach (var e in events)
        {
            var queues = _byKind[e.Kind].Where(s => e.Service is null || s.Service == e.Service).ToList();
            if (queues.Count == 0) throw new UnpublishedException($"Nobody in this process hears {e.Kind}{(e.Service is null ? "" : $" as {e.Service}")}.");
            foreach (var queue in queues)
            {
                var endpoint = await bus.GetSendEndpoint(new Uri($"queue:{queue.Queue}"));
                await endpoint.Send(JsonSerializer.Deserialize(e.Body.Span, queue.EventType, ContractJson.Options)!, queue.EventType, cancel);
            }
        }
    }
}
