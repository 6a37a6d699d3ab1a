using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;
using Consent.Subscriber;

namespace Consent.Connectors;

/// <summary>
/// Puts whoever decided something, or was erased, into the queues of the connectors of his site, on disk before the message is acknowledged. What holds is
/// found out when it is carried, so that what comes twice, late or out of order changes nothing.
/// </summary>
internal sealed class HearChanges(ConnectorBook connectors, ContactBook contacts, [FromKeyedServices(ConnectorsSetup.Service)] WakeUp wakeUp)
{
    public Task OnAppliedAsync(ConsentChanged e, CancellationToken cancel) => ChangedAsync(e.Receipt.Site, e.Receipt.SubjectId, forget: false, cancel);

    /// <summary>Of receipts that served no purpose any longer nobody wished to be forgotten.</summary>
    public Task OnErasingAsync(ErasedSubject erased, CancellationToken cancel) =>
        ChangedAsync(erased.Site, erased.SubjectId, erased.Reason is not ErasureReason.Retention, cancel);

    /// <summary>Only addresses are contacts: a visitor's choice on a page concerns no mailing system.</summary>
    private async Task ChangedAsync(string site, string subject, bool forget, CancellationToken cancel)
    {
        if (!SubjectId.IsAddress(subject) || !connectors.AnyOf(site)) return;
        await contacts.ChangedAsync(site, subject, forget, cancel);
        wakeUp.Call();
    }
}
