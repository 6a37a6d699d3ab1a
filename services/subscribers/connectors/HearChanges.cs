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
    /// <summary>A receipt that was overtaken is not heard of: its "no" stands in the one that overtook it, which followed within that time.</summary>
    private static readonly TimeSpan Overtakes = TimeSpan.FromDays(1);

    public async Task OnAppliedAsync(ConsentChanged e, CancellationToken cancel)
    {
        var (site, subject, isNo) = (e.Receipt.Site, e.Receipt.SubjectId, SaysNo(e.Receipt));
        if (!IsConcerned(site, subject)) return;
        await ChangedAsync(site, subject, isNo, forget: false, cancel);
        if (isNo) await owed.TakeAsync(site, e.Id, subject, e.Receipt.RecordedAt, cancel);
    }

    /// <summary>Of receipts that served no purpose any longer nobody wished to be forgotten; and who came back since is not.</summary>
    public async Task OnErasingAsync(ErasedSubject erased, CancellationToken cancel)
    {
        if (!IsConcerned(erased.Site, erased.SubjectId)) return;
        var isWished = erased.Reason is not ErasureReason.Retention;
        if (!erased.IsBack) await ChangedAsync(erased.Site, erased.SubjectId, isWished, isWished, cancel);
        await owed.ForgetAsync(erased.Site, erased.SubjectId, erased.ErasedAt, cancel);
    }

    /// <summary>Said now: a receipt holds all that stands, and with a yes of today what was refused years ago.</summary>
    private static bool SaysNo(Receipt receipt) => receipt.Purposes.Any(
        p => p.Value.IsNo && (receipt.Changed.Contains(p.Key, StringComparer.Ordinal) || p.Value.DecidedAt > receipt.RecordedAt - Overtakes));

    /// <summary>Only addresses are contacts: a visitor's choice on a page concerns no mailing system.</summary>
    private bool IsConcerned(string site, string subject) => SubjectId.IsAddress(subject) && connectors.AnyOf(site);

    private async Task ChangedAsync(string site, string subject, bool isNo, bool forget, CancellationToken cancel)
    {
        await contacts.ChangedAsync(site, subject, isNo, forget, cancel);
        wakeUp.Call();
    }
}
