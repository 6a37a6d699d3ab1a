using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Storage;

/// <summary>Enters those who announce themselves into the registry of one service's ledger.</summary>
internal sealed class HearSubscriber(DeliveryLedger ledger) : IEventHandler<SubscriberAnnounced>
{
    public Task HandleAsync(SubscriberAnnounced e, CancellationToken cancel) => ledger.RegisterAsync(e);
}

/// <summary>Closes a delivery when its subscriber says so. What others published is not this ledger's.</summary>
internal sealed class HearApplied(string service, DeliveryLedger ledger) : IEventHandler<ConsentApplied>
{
    public Task HandleAsync(ConsentApplied e, CancellationToken cancel) => e.Source == service ? ledger.CloseAsync(e) : Task.CompletedTask;
}

/// <summary>A subscriber was retired in this ledger: once more what was done then, in case that a crash came between. It also gives the event a queue where audit is not deployed.</summary>
internal sealed class HearRetired(string service, ILedgerStore store) : IEventHandler<SubscriberRetired>
{
    public Task HandleAsync(SubscriberRetired e, CancellationToken cancel) => e.Source == service ? store.RetireAsync(e.Subscriber, e.Reason, e.At) : Task.CompletedTask;
}

/// <summary>
/// Answers audit's question with one page straight to its queue; audit asks again behind it. One, because pages of one answer
/// could overtake each other, and audit's cursor would then pass what it has not kept. An empty page says that nothing is behind.
/// </summary>
internal sealed class AnswerAudit(string service, DeliveryLedger ledger, IEventTransport transport) : IEventHandler<LedgerRequested>
{
    private const string Audit = "audit";
    private const int PageSize = 500;

    public async Task HandleAsync(LedgerRequested e, CancellationToken cancel)
    {
        if (e.Source != service) return;
        var rows = await ledger.ClosedAfterAsync(e.After, PageSize, cancel);
        var through = rows.Count == 0 ? e.After : rows[^1].Sequence;
        var page = new LedgerPage($"{service}.{e.After}-{through}", service, through, [.. rows.Select(r => r.Applied).OfType<ConsentApplied>()]);
        await transport.PublishAsync([OutgoingEvent.Of(page, Audit)], cancel);
    }
}
