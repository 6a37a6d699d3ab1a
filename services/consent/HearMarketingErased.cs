using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Subscriber;

namespace Consent.ConsentService;

/// <summary>
/// Erases here whom marketing erased by his address, as of then: what he said to marketing since, it tells again; what he refused here since, before this was
/// heard, he refused all the same. A tombstone is left of a person never heard of, too, so that what is still on its way resurrects nobody.
/// </summary>
internal sealed class HearMarketingErased(
    [FromKeyedServices(ConsentSetup.Service)] IRecordLog log, DecisionRecorder recorder, DeclarationLog declarations, IEventTransport transport, TimeProvider time)
    : IEventHandler<MarketingErased>
{
    public async Task HandleAsync(MarketingErased e, CancellationToken cancel)
    {
        var tombstone = await EraseSubject.EraseAsOfAsync(log, e.Site, e.SubjectId, e.RecordedAt, cancel);
        foreach (var kept in EraseSubject.LaterOf(tombstone))
        {
            if (declarations.InForce(e.Site) is not { } inForce) throw new InvalidOperationException($"Event {e.Id} speaks of a site that was never declared here.");
            await recorder.RecordAsync(
                new Decided(
                    e.Site, e.SubjectId, 0, new Dictionary<string, bool> { [kept.Id] = false }, null, Source: kept.Source, ClaimedAt: kept.TakenAt, CausedBy: e.Id, TakenAt: kept.TakenAt),
                inForce, ($"kept:{tombstone.Id}:{kept.Id}", ""));
        }
        await transport.AcknowledgeAsync(ConsentSetup.Service, "marketing-unsubscribe", e.Id, time, cancel);
    }
}
