using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Audit;

/// <summary>
/// Makes up for acknowledgements that audit missed. The cursor moves after all of the page stands in the log; a page that came
/// twice or late changes nothing.
/// </summary>
internal sealed class HearLedgerPage(AuditLog log, AskLedgers ask) : IEventHandler<LedgerPage>
{
    /// <summary>A page this long may have another behind it.</summary>
    public const int Long = 100;

    public async Task HandleAsync(LedgerPage e, CancellationToken cancel)
    {
        if (!AuditService.Sources.Contains(e.Source, StringComparer.Ordinal)) return;

        // At once, so that they share a commit.
        await Task.WhenAll(e.Closed.Select(applied => HearConsentApplied.KeepAsync(log, applied, cancel)));
        await log.MoveCursorAsync(e.Source, e.Through, cancel);
        if (e.Closed.Count >= Long) await ask.AskAsync(e.Source, cancel);
    }
}
