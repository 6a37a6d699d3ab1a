using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Subscriber;

namespace Consent.ConsentService;

/// <summary>
/// What was decided at marketing becomes a receipt, once for each event, on top of whatever is newest; then marketing's ledger is
/// told. A site that this service does not know, or a topic of an opt-out, is an error to be seen, never an event dropped. What was decided
/// before the person was erased is acknowledged, and resurrects nobody.
/// </summary>
internal sealed class HearMarketing(DecisionRecorder recorder, DeclarationLog declarations, IEventTransport transport, TimeProvider time)
    : IEventHandler<MarketingUnsubscribed>, IEventHandler<MarketingUnsubscribeUndone>, IEventHandler<MarketingSubscribed>
{
    private const string Marketing = "marketing-unsubscribe";

    public async Task HandleAsync(MarketingUnsubscribed e, CancellationToken cancel)
    {
        await declarations.CatchUpForAsync(e.Site, null, e.Topics, cancel);
        await ApplyAsync(
            e.Id, new Decided(
                e.Site, e.SubjectId, 0, e.Topics.ToDictionary(t => t, _ => false), null, e.Language, e.Action, Marketing,
                CausedBy: e.Id, TakenAt: e.RecordedAt), cancel);
    }

    public async Task HandleAsync(MarketingUnsubscribeUndone e, CancellationToken cancel)
    {
        // The opt-out comes by another queue, and may be behind: this one comes again until it is here, and is an error to be seen if it never is.
        if (await recorder.UndoAsync(
                e.Site, e.SubjectId, e.Undoes, (of, before) => new UndoneOptOut(of, before, e.Topics, e.Language, Marketing, e.Id, e.RecordedAt), e.RecordedAt, e.Id) is null)
        {
            throw new InvalidOperationException($"Event {e.Id} takes back event {e.Undoes}, which was not heard here.");
        }
        await transport.AcknowledgeAsync(ConsentSetup.Service, Marketing, e.Id, time, cancel);
    }

    public async Task HandleAsync(MarketingSubscribed e, CancellationToken cancel)
    {
        await declarations.CatchUpForAsync(e.Site, e.Declaration, e.Topics, cancel);
        // Confirmed means that the person proved to own the address: his own word, after any "no" that came before it. Unproven, it lifts none.
        await ApplyAsync(
            e.Id, new Decided(
                e.Site, e.SubjectId, 0, e.Topics.ToDictionary(t => t, _ => true), declarations.ByHash(e.Site, e.Declaration), e.Language, e.Action,
                Marketing, CausedBy: e.Id, TakenAt: e.ConfirmedAt ?? e.RecordedAt, LiftsEarlierNo: e.ConfirmedAt is not null), cancel);
    }

    private async Task ApplyAsync(string eventId, Decided decided, CancellationToken cancel)
    {
        var inForce = declarations.InForce(decided.Site)
            ?? throw new InvalidOperationException($"Event {eventId} speaks of a site that was never declared here.");
        var recorded = await recorder.RecordAsync(decided with { ClaimedAt = decided.TakenAt }, inForce, (DecisionRecorder.KeyOf(eventId), eventId));
        // Acknowledged it would never come again, and be kept nowhere: as of a topic whose declaration a restore has lost.
        if (recorded is not (Recorded.Stored or Recorded.Erased) && decided.Purposes.Values.Contains(false))
            throw new InvalidOperationException($"The opt-out of event {eventId} could not be recorded ({(recorded as Recorded.Refused)?.Reason}).");
        await transport.AcknowledgeAsync(ConsentSetup.Service, Marketing, eventId, time, cancel);
    }
}
