using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <summary>Forgets here whom the consent service was asked to forget, by the id of his address, whether a receipt of him was ever heard of or not.</summary>
internal sealed class HearErasureAsked(HearErasure erasure, IEventTransport transport, TimeProvider time) : IEventHandler<ErasureAsked>
{
    public async Task HandleAsync(ErasureAsked e, CancellationToken cancel)
    {
        if (!SubjectId.IsAddress(e.SubjectId)) throw new InvalidDataException("The event names no address.");
        await erasure.EraseAsync(e.Site, e.SubjectId, e.RecordedAt, cancel);
        await transport.AcknowledgeAsync(MarketingUnsubscribeSetup.Service, "consent", e.Id, time, cancel);
    }
}
