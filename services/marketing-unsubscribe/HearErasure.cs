using Consent.Contracts;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Forgets here whom the consent service erased: of his address the keyed hash remains, under which everything is suppressed, so that the next import
/// does not have him mailed again. Heard before the subscriber's row goes, which alone tells who it was, and again until this was done; bears
/// repeating. Each id of an address, by another version of the key or by another controller's, is a subject of its own with an erasure of its own.
/// </summary>
internal sealed class HearErasure(MarketingLog log, SamePersonNotes same, TimeProvider time)
{
    public async Task HandleAsync(ErasedSubject erased, CancellationToken cancel)
    {
        // A visitor is sent nothing; and what rests on records here outlasts receipts that nobody needs any longer.
        if (!SubjectId.IsAddress(erased.SubjectId) || erased.Reason is ErasureReason.Retention) return;
        await EraseAsync(erased.Site, erased.SubjectId, erased.ErasedAt, cancel);
    }

    /// <summary>Forgets whoever is known here under one id of an address.</summary>
    public async Task EraseAsync(string site, string subject, DateTimeOffset at, CancellationToken cancel)
    {
        await same.ForgetAsync(site, subject, cancel);
        foreach (var kept in await log.EraseAsync(site, subject, at, cancel))
            await log.AppendAsync(site, subject, (newest, id) => ErasureDecisions.Keep(newest, site, subject, kept, id), cancel, $"kept:{at.ToUnixTimeMilliseconds()}:{kept.Topic}");
        await log.AppendAsync(site, subject, (newest, id) => ErasureDecisions.Erase(newest, site, subject, at, id, time.Now()), cancel);
    }
}
