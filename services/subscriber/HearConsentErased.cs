using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Subscriber;

/// <summary>Forgets an erased person, lets the service do so too, then acknowledges: also one of whom nothing was held.</summary>
internal sealed class HearConsentErased(SubscriberState state, Acknowledger acknowledger, Reactions reactions) : IEventHandler<ConsentErased>
{
    public async Task HandleAsync(ConsentErased e, CancellationToken cancel)
    {
        await state.EraseAsync(e, cancel);
        await reactions.ErasedAsync(e, cancel);
        await acknowledger.TellAsync(e.Id, cancel);
    }
}
