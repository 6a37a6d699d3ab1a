using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Subscriber;

namespace Consent.ConsentService;

/// <summary>
/// What was decided at marketing becomes a receipt, once for each event, on top of whatever is newest; then marketing's ledger is
/// told. A site that this service does not know is an error to be seen, never an event dropped.
/// </summary>
internal sealed class HearMarketing(DecisionRecorder recorder, DeclarationLog declarations, IEventTransport transport, TimeProvider time)
    : IEventHandler<MarketingUnsubscribed>, IEventHandler<MarketingSubscribed>
{
    private const string Marketing = "marketing-unsubscribe";

    public Task HandleAsync(MarketingUnsubscribed e, CancellationToken cancel) => ApplyAsync(
        e.Id, new Decided(e.Site, e.SubjectId, 0, e.Topics.ToDictionary(t => t, _ => false), null, e.Language, e.Action, Marketing, e.RecordedAt, e.Id),
        null, cancel);

    public Task HandleAsync(MarketingSubscribed e, CancellationToken cancel) => ApplyAsync(
        e.Id, new Decided(e.Site, e.SubjectId, 0, e.Topics.ToDictionary(t => t, _ => true), declarations.ByHash(e.Site, e.Declaration),
            e.Language, e.Action, Marketing, e.RecordedAt, e.Id),
        // The person proved to own the address, so the opt-in is his own word after any "no"; unproven, it lifts none.
        e.Confirmed ? (decided, newest) => decided with { HeldVersion = newest?.Version ?? 0 } : null, cancel);

    private async Task ApplyAsync(string eventId, Decided decided, Func<Decided, Receipt?, Decided>? adjust, CancellationToken cancel)
    {
        var inForce = declarations.InForce(decided.Site)?.Declaration
            ?? throw new InvalidOperationException($"Event {eventId} speaks of a site that was never declared here.");
        await recorder.RecordAsync(decided, inForce, ($"event:{eventId}", eventId), adjust);
        await transport.AcknowledgeAsync(ConsentSetup.Service, Marketing, eventId, time, cancel);
    }
}
