using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Subscriber;

/// <summary>Forgets an erased person, then acknowledges: also one of whom nothing was held.</summary>
internal sealed class HearConsentErased(string service, SubscriberState state, IEventTransport transport, TimeProvider time) : IEventHandler<ConsentErased>
{
    public async Task HandleAsync(ConsentErased e, CancellationToken cancel)
    {
        await state.EraseAsync(e, cancel);
        await transport.AcknowledgeAsync(service, "consent", e.Id, time, cancel);
    }
}
