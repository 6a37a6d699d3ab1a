using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Storage;

/// <summary>Enters those who announce themselves into the registry of one service's ledger.</summary>
internal sealed class HearSubscriber(DeliveryLedger ledger) : IEventHandler<SubscriberAnnounced>
{
    public Task HandleAsync(SubscriberAnnounced e, CancellationToken cancel) =>
        ledger.RegisterAsync(e with { Subscriber = SubscriberName.Checked(e.Subscriber) });
}

/// <summary>Closes a delivery when its subscriber says so. What others published is not this ledger's.</summary>
internal sealed class HearApplied(string service, DeliveryLedger ledger) : IEventHandler<ConsentApplied>
{
    public Task HandleAsync(ConsentApplied e, CancellationToken cancel) => e.Source == service
        ? ledger.CloseAsync(e with { Subscriber = SubscriberName.Checked(e.Subscriber) })
        : Task.CompletedTask;
}

/// <summary>
/// A subscriber was retired in this ledger, or readmitted: what the log says of it last is done once more, in case that a crash came between.
/// Not what the event says, which may come after the opposite. It also gives the event a queue where audit is not deployed.
/// </summary>
internal sealed class HearRetired(string service, RetireSubscriber retire) : IEventHandler<SubscriberRetired>
{
    public Task HandleAsync(SubscriberRetired e, CancellationToken cancel) =>
        e.Source == service ? retire.ApplyNewestAsync(e.Subscriber, cancel) : Task.CompletedTask;
}

/// <summary>
/// Answers audit's question with one page straight to its queue; audit asks again behind it. One, because pages of one answer
/// could overtake each other, and audit's cursor would then pass what it has not kept. An empty page says that nothing is behind. A restore may
/// give places out again that audit has passed already: who last read in another epoch begins anew.
/// </summary>
internal sealed class AnswerAudit(string service, IRecordLog log, DeliveryLedger ledger, IEventTransport transport) : IEventHandler<LedgerRequested>
{
    private const string Audit = "audit";
    private const int PageSize = 500;

    public async Task HandleAsync(LedgerRequested e, CancellationToken cancel)
    {
        if (e.Source != service) return;
        var epoch = log.Epoch;
        var after = e.Epoch is null || e.Epoch == epoch ? e.After : 0;
        var rows = await ledger.ClosedAfterAsync(after, PageSize, cancel);
        var through = rows.Count == 0 ? after : rows[^1].Sequence;
        var page = new LedgerPage($"{service}.{after}-{through}", service, through, [.. rows.Select(r => r.Applied).OfType<ConsentApplied>()], after, epoch);
        await transport.PublishAsync([OutgoingEvent.Of(page, Audit)], cancel);
    }
}
