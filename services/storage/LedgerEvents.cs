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

/// <summary>
/// Answers audit's question with pages straight to its queue, a bounded number of them; audit asks again behind the last. An
/// empty page says that nothing is behind.
/// </summary>
internal sealed class AnswerAudit(string service, DeliveryLedger ledger, IEventTransport transport) : IEventHandler<LedgerRequested>
{
    private const string Audit = "audit";
    private const int PageSize = 500;
    private const int MostPages = 20;

    public async Task HandleAsync(LedgerRequested e, CancellationToken cancel)
    {
        if (e.Source != service) return;
        var after = e.After;
        for (var i = 0; i < MostPages; i++)
        {
            var rows = await ledger.ClosedAfterAsync(after, PageSize, cancel);
            if (rows.Count == 0 && i > 0) return;
            var through = rows.Count == 0 ? after : rows[^1].Sequence;
            var page = new LedgerPage($"{service}.{after}-{through}", service, through, [.. rows.Select(r => r.Applied)]);
            await transport.PublishAsync([OutgoingEvent.Of(page, Audit)], cancel);
            if (rows.Count < PageSize) return;
            after = through;
        }
    }
}
