using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit;

/// <summary>
/// <c>GET /v1/audit/receipts?site=…&amp;after=…&amp;limit=…</c>: receipts in the order in which audit heard them, of the sites that are
/// open to the caller. Goes on from <c>next</c>; one answer looks at a bounded part of the log, so it may be empty and yet have more behind it.
/// </summary>
internal static class ListReceipts
{
    private const int MostReceipts = 500, MostRecordsLookedAt = 20_000, RecordsAtOnce = 1_000;

    public static async Task<IResult> AnswerAsync(
        ClaimsPrincipal user, AuditLog log, CancellationToken cancel, string? site = null, long after = 0, int limit = 100)
    {
        if (limit is < 1 or > MostReceipts || after < 0)
            return Problems.Because(400, "bad-range", "The range cannot be answered.", $"Ask for limit=1 to {MostReceipts}, and after=0 or the next of the answer before.");

        var receipts = new List<ListedReceipt>();
        for (var lookedAt = 0; lookedAt < MostRecordsLookedAt; lookedAt += RecordsAtOnce)
        {
            var records = await log.FeedAsync(after, RecordsAtOnce, cancel);
            foreach (var record in records)
            {
                after = record.Position;
                if (record.Kind != ConsentChanged.Kind) continue;
                var receipt = record.Read<ConsentChanged>().Receipt;
                if ((site is not null && site != receipt.Site) || !Tenancy.Allows(user, receipt.Site, receipt.Controller)) continue;
                receipts.Add(new ListedReceipt(receipt.Id, receipt.Site, receipt.Version, receipt.Action, receipt.Source, receipt.RecordedAt, record.RecordedAt));
                if (receipts.Count == limit) return Answer(more: true);
            }
            if (records.Count < RecordsAtOnce) return Answer(more: false);
        }
        return Answer(more: true);

        IResult Answer(bool more) => TypedResults.Json(new Page(receipts, after, more), ContractJson.Options);
    }

    private sealed record Page(IReadOnlyList<ListedReceipt> Receipts, long Next, bool More);

    private sealed record ListedReceipt(
        string Id, string Site, long Version, string? Action, string? Source, DateTimeOffset RecordedAt, DateTimeOffset HeardAt);
}
