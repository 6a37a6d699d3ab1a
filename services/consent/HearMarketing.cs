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
                e.Site, e.SubjectId, 0, (e.Everything is true ? e.Topics.Append(Receipt.Everything) : e.Topics).ToDictionary(t => t, _ => false), null, e.Language, e.Action, Marketing,
                CausedBy: e.Id, TakenAt: e.RecordedAt), cancel);
    }

    public async Task HandleAsync(MarketingUnsubscribeUndone e, CancellationToken cancel)
    {
        // The opt-out comes by another queue, and may be behind: this one comes again until it is here, and is an error to be seen if it never is.
        if (await recorder.UndoAsync(e, Marketing) is not { } undone) throw new NotHeardYetException($"Event {e.Id} takes back event {e.Undoes}, which was not heard here.");
        // The opt-in that holds again may have come behind the opt-out, and counted for nothing then.
        if (e.Standing is { } standing && NotGiven(e.Topics, undone) is { Count: > 0 } missing)
        {
            await declarations.CatchUpForAsync(e.Site, standing.Declaration, missing, cancel);
            await recorder.RecordAsync(
                Grant(e.Site, e.SubjectId, missing, standing, e.Language, "undo", e.Id), InForce(e.Site, e.Id), ($"{DecisionRecorder.KeyOf(e.Id)}:standing", e.Id));
        }
        await transport.AcknowledgeAsync(ConsentSetup.Service, Marketing, e.Id, time, cancel);
    }

    public async Task HandleAsync(MarketingSubscribed e, CancellationToken cancel)
    {
        await declarations.CatchUpForAsync(e.Site, e.Declaration, e.Topics, cancel);
        // Confirmed means that the person proved to own the address: his own word, after any "no" that came before it. Unproven or only stated, it lifts none.
        var grant = Grant(
            e.Site, e.SubjectId, e.Topics, new StandingOptIn(e.Declaration, e.ConfirmedAt, e.RequestedAt, e.RecordedAt, e.StatedBy), e.Language, e.Action, e.Id);
        if (grant.ActedBy is not null && await recorder.IsForgottenAsync(e.Site, e.SubjectId, e.Topics))
            await transport.AcknowledgeAsync(ConsentSetup.Service, Marketing, e.Id, time, cancel);
        else
            await ApplyAsync(e.Id, grant, cancel);
    }

    private static List<string> NotGiven(IReadOnlyList<string> topics, Recorded after)
    {
        var newest = after switch { Recorded.Stored stored => stored.Receipt, Recorded.Stale stale => stale.Newest, _ => null };
        return newest is null ? [] : [.. topics.Where(id => newest.Purposes.GetValueOrDefault(id)?.Status != Decision.Given)];
    }

    private Decided Grant(
        string site, string subjectId, IReadOnlyList<string> topics, StandingOptIn optIn, string? language, string action, string eventId) => new(
            site, subjectId, 0, topics.ToDictionary(t => t, _ => true), declarations.ByHash(site, optIn.Declaration), language, action, Marketing,
            CausedBy: eventId, TakenAt: optIn.ConfirmedAt ?? optIn.RecordedAt, LiftsNoBefore: optIn.ConfirmedAt is null ? null : optIn.RequestedAt ?? optIn.ConfirmedAt)
        {
            ActedBy = optIn is { ConfirmedAt: null, StatedBy: { } client } ? new Actor(client, null, "app") : null,
        };

    private PublishedDeclaration InForce(string site, string eventId) =>
        declarations.InForce(site) ?? throw new InvalidOperationException($"Event {eventId} speaks of a site that was never declared here.");

    private async Task ApplyAsync(string eventId, Decided decided, CancellationToken cancel)
    {
        var recorded = await recorder.RecordAsync(decided with { ClaimedAt = decided.TakenAt }, InForce(decided.Site, eventId), (DecisionRecorder.KeyOf(eventId), eventId));
        // Acknowledged it would never come again, and be kept nowhere: as of a topic whose declaration a restore has lost.
        if (recorded is not (Recorded.Stored or Recorded.Erased) && decided.Purposes.Values.Contains(false))
            throw new InvalidOperationException($"The opt-out of event {eventId} could not be recorded ({(recorded as Recorded.Refused)?.Reason}).");
        if (recorded is Recorded.Stored { Receipt: var no } && decided.Purposes.Values.Contains(false)) await recorder.GrantLaterAgainAsync(no, InForce(decided.Site, eventId));
        await transport.AcknowledgeAsync(ConsentSetup.Service, Marketing, eventId, time, cancel);
    }
}
