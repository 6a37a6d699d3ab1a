using System.Runtime.CompilerServices;
using System.Security.Claims;
using Consent.Audit.Holds;
using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.Audit.Evidence;

/// <param name="HeardAt">By audit, for the first time.</param>
internal sealed record ExportedReceipt(DateTimeOffset HeardAt, Receipt Receipt);

/// <summary>Reads receipts in the order of hearing, a hundred at a time: however many there are, it takes the room of those and of one page of positions.</summary>
internal sealed class ReceiptRows([FromKeyedServices(AuditSetup.Service)] IRecordLog log, FollowReceipts receipts, HoldJournal holds, TimeProvider time)
{
    private const int AtOnce = 2_000;

    /// <summary>How old what is known of restrictions and erasures may be: rows leave as fast as the reader takes them, which may be hours a page.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>What is erased is left out, and so is who is restricted; within a second also what became so meanwhile.</summary>
    /// <param name="site">Receipts of the time when it was another controller's are read by whom that one is open to.</param>
    public async IAsyncEnumerable<ExportedReceipt> ReadAsync(ClaimsPrincipal user, string site, ReceiptFilter wanted, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (after, isMore) = (0L, true);
        while (isMore)
        {
            var index = await receipts.CurrentAsync(cancel);
            var (positions, next, more) = index.Search(wanted, (of, controller) => of == site && Tenancy.Allows(user, of, controller), after, AtOnce);
            (after, isMore) = (next, more);
            foreach (var some in positions.Chunk(OpenTraces.AtOnce))
            {
                var (readAt, book, records) = await ReadAsync(site, some, cancel);
                for (var i = 0; i < some.Length; i++)
                {
                    if ((time.Now() - readAt).Duration() >= Fresh) (readAt, book, records) = await ReadAsync(site, some, cancel);
                    if (records[i] is not { } record || record.Kind != ConsentChanged.Kind) continue;
                    var receipt = record.Read<ConsentChanged>().Receipt;
                    if (Kept.Of(book, [holds.PersonOf(site, receipt.SubjectId)], time.Now()) is { IsRestricted: true }) continue;
                    yield return new ExportedReceipt(record.RecordedAt, receipt);
                }
            }
        }
    }

    private async Task<(DateTimeOffset At, HoldBook Book, IReadOnlyList<LogRecord?> Records)> ReadAsync(string site, long[] positions, CancellationToken cancel) =>
        (time.Now(), await holds.ReadAsync(site, cancel), await log.FindByPositionsAsync(positions, cancel));
}
