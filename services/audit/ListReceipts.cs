using System.Security.Claims;
using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit;

/// <summary>
/// <c>GET /v1/audit/receipts?site=…&amp;purpose=…&amp;declaration=…&amp;from=…&amp;until=…&amp;campaign=…&amp;subscriber=…&amp;after=…&amp;limit=…</c>: receipts in the order in which audit heard them, of the
/// sites that are open to the caller: that decided a purpose or topic, on the declaration of a hash, recorded from a moment and before another, that came of a campaign's links, that a
/// subscriber has applied. Goes on from <c>next</c>; one answer looks at a bounded part, so it may be empty and yet have more behind it. Names nobody.
/// </summary>
internal static class ListReceipts
{
    private const int MostReceipts = 500, MostTraces = 2_000, AtOnce = 500;

    public static Task<IResult> AnswerAsync(
        ClaimsPrincipal user, FollowReceipts receipts, OpenTraces traces, CampaignNotes notes, CancellationToken cancel, string? site = null, string? purpose = null, string? declaration = null,
        DateTimeOffset? from = null, DateTimeOffset? until = null, string? campaign = null, string? subscriber = null, long after = 0, int limit = 100) =>
        FindAsync(user, receipts, traces, notes, new ReceiptFilter(site, purpose, declaration, from, until), campaign, subscriber, ListPlace.After(after), limit, cancel);

    /// <summary>The same in either direction: the pages begin with the newest.</summary>
    internal static async Task<IResult> FindAsync(
        ClaimsPrincipal user, FollowReceipts receipts, OpenTraces traces, CampaignNotes notes, ReceiptFilter wanted, string? campaign, string? subscriber, ListPlace place, int limit,
        CancellationToken cancel)
    {
        if (limit is < 1 or > MostReceipts || place.From < 0 || wanted.From >= wanted.Until)
            return Problems.Because(400, "bad-range", "The range cannot be answered.", $"Ask for limit=1 to {MostReceipts}, after=0 or the next of the answer before, and from= before until=.");
        if (campaign is not null && wanted.Site is null) return Problems.Because(400, "site-needed", "No site was named.", "Add the site of the campaign, as in ?site=my-site.");

        var (next, listed) = (place.From, new List<ListedReceipt>());
        var more = campaign is null ? await SearchAsync() : await OfCampaignAsync(wanted.Site!, campaign);
        return TypedResults.Json(new Page(listed, next, more), ContractJson.Options);

        async Task<bool> SearchAsync()
        {
            var index = await receipts.CurrentAsync(cancel);
            for (var lookedAt = 0; lookedAt < MostTraces;)
            {
                // Who applied it stands in the traces alone.
                var (positions, behind, isMore) = index.Search(
                    wanted, (of, controller) => (wanted.Site is null || of == wanted.Site) && Tenancy.Allows(user, of, controller), place with { From = next }, subscriber is null ? limit : AtOnce);
                lookedAt += positions.Count;
                foreach (var some in positions.Chunk(OpenTraces.AtOnce))
                {
                    var found = await traces.AtAsync(user, some, cancel);
                    for (var i = 0; i < some.Length; i++)
                    {
                        next = some[i];
                        if (Add(found[i]) && listed.Count == limit) return true;
                    }
                }

                next = behind;
                // Where none of many matched, it took its time already.
                if (!isMore || positions.Count == 0) return isMore;
            }

            return true;
        }

        // Here places count opt-outs, from 1.
        async Task<bool> OfCampaignAsync(string of, string named)
        {
            var optOuts = (await notes.ReadAsync(of, named, cancel)).OptOuts.SelectMany(ids => ids).ToList();
            var n = !place.IsDown ? place.From + 1 : place.From == 0 ? optOuts.Count : Math.Min(place.From - 1, optOuts.Count);
            for (var lookedAt = 0; n >= 1 && n <= optOuts.Count; n += place.IsDown ? -1 : 1, lookedAt++)
            {
                if (lookedAt == MostTraces || listed.Count >= limit) return true;
                next = n;
                if (await traces.OfAsync(user, optOuts[(int)n - 1], cancel) is not { } optOut) continue;
                foreach (var caused in optOut.Heard.Where(h => h.Kind == PersonTraces.Caused)) Add(await traces.OfAsync(user, caused.EventId, cancel));
            }

            return false;
        }

        bool Add(OpenTrace? trace)
        {
            if (trace?.Receipt?.Changed.Receipt is not { } receipt || !wanted.Matches(receipt)) return false;
            var applied = subscriber is null ? null : trace.Applied.FirstOrDefault(a => a.Subscriber == subscriber);
            if (subscriber is not null && applied is null) return false;
            listed.Add(new ListedReceipt(
                receipt.Id, receipt.Site, receipt.Version, receipt.Action, receipt.Source, receipt.RecordedAt, trace.HeardAt, receipt.Changed, receipt.Declaration, applied?.AppliedAt));
            return true;
        }
    }

    internal sealed record Page(IReadOnlyList<ListedReceipt> Receipts, long Next, bool More);

    /// <param name="AppliedAt">By the subscriber that was asked for.</param>
    internal sealed record ListedReceipt(
        string Id, string Site, long Version, string? Action, string? Source, DateTimeOffset RecordedAt, DateTimeOffset HeardAt, IReadOnlyList<string> Changed, string? Declaration,
        DateTimeOffset? AppliedAt);
}
