using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;
using Consent.Subscriber;

namespace Consent.Connectors;

/// <summary>
/// Puts whoever decided something, or was erased, into the queues of the connectors of his site, on disk before the message is acknowledged. What holds is
/// found out when it is carried, so that what comes twice, late or out of order changes nothing.
/// </summary>
internal sealed class HearChanges(ConnectorBook connectors, ContactBook contacts, OwedReceipts owed, [FromKeyedServices(ConnectorsSetup.Service)] WakeUp wakeUp)
{
    public async Task OnAppliedAsync(ConsentChanged e, CancellationToken cancel)
    {
        var (site, subject, isNo) = (e.Receipt.Site, e.Receipt.SubjectId, e.Receipt.Purposes.Values.Any(decision => decision.IsNo));
        if (await ChangedAsync(site, subject, isNo, forget: false, cancel) && isNo) await owed.TakeAsync(site, e.Id, subject, cancel);
    }

    /// <summary>Of receipts that served no purpose any longer nobody wished to be forgotten.</summary>
    public async Task OnErasingAsync(ErasedSubject erased, CancellationToken cancel)
    {
        var isWished = erased.Reason is not ErasureReason.Retention;
        if (await ChangedAsync(erased.Site, erased.SubjectId, isWished, isWished, cancel)) await owed.ForgetAsync(erased.Site, erased.SubjectId, cancel);
    }

    /// <summary>Only addresses are contacts: a visitor's choice on a page concerns no mailing system.</summary>
    /// <returns>Whether it may concern one here.</returns>
    private async Task<bool> ChangedAsync(string site, string subject, bool isNo, bool forget, CancellationToken cancel)
    {
        if (!SubjectId.IsAddress(subject) || !connectors.AnyOf(site)) return false;
        await contacts.ChangedAsync(site, subject, isNo, forget, cancel);
        wakeUp.Call();
        return true;
    }
}
