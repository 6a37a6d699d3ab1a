using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Audit;

/// <summary>
/// Makes up for acknowledgements that audit missed. One question is answered by one page, which begins at the cursor of then; the
/// cursor moves after all of the page stands in the log. So nothing before a cursor is missing, and a page that came twice, late or from
/// before a restore changes nothing.
/// </summary>
internal sealed class HearLedgerPage(AuditLog log, AskLedgers ask) : IEventHandler<LedgerPage>
{
    /// <summary>A page this long may have another behind it.</summary>
    public const int Long = 100;

    public async Task HandleAsync(LedgerPage e, CancellationToken cancel)
    {
        if (!AuditSetup.Sources.Contains(e.Source, StringComparer.Ordinal) || !ask.TryBegin(e.Source)) return;
        var moved = false;
        try
        {
            // What is before the cursor stands in the log; and what would leave a gap behind it is asked for again.
            var cursor = await log.CursorOfAsync(e.Source, cancel);
            if (!cursor.IsContinuedBy(e)) return;
            // At once, so that they share a commit.
            await Task.WhenAll(e.Closed.Select(applied => HearConsentApplied.KeepAsync(log, applied, cancel)));
            moved = await log.MoveCursorAsync(e.Source, cursor, new LedgerCursor(e.Through, e.Epoch), cancel);
        }
        finally
        {
            ask.End(e.Source);
        }

        // Only the page that moved the cursor asks on: two questions for the same place do not become two rows of questions.
        if (moved && e.Closed.Count >= Long) await ask.AskAsync(e.Source, cancel);
    }
}
