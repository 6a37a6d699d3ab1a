using Consent.Contracts;

namespace Consent.Audit;

/// <summary>What audit knows of one campaign, read anew at each question: from its notes, and from the traces of its opt-outs.</summary>
public sealed class GatherCampaign(AuditLog log, PersonTraces persons, CampaignNotes notes)
{
    /// <summary>Of more people than these, the times are those of the newest.</summary>
    internal const int MostTimed = 10_000;
    private const int AtOnce = 100;

    internal async Task<CampaignFigures> RunAsync(
        string site, string campaign, DeclarationHistory declarations, IReadOnlyCollection<KnownSubscriber> subscribers, CancellationToken cancel)
    {
        var (links, optOuts) = await notes.ReadAsync(site, campaign, cancel);
        var reached = new List<CampaignReach>();
        foreach (var some in optOuts.TakeLast(MostTimed).Chunk(AtOnce))
            reached.AddRange(await Task.WhenAll(some.Select(ids => OfPersonAsync(ids, declarations, subscribers, cancel))));
        return CampaignFigures.Of(campaign, links, optOuts.Count, reached);
    }

    /// <summary>Of one person the first opt-out counts that he did not take back.</summary>
    private async Task<CampaignReach> OfPersonAsync(
        IReadOnlyList<string> optOuts, DeclarationHistory declarations, IReadOnlyCollection<KnownSubscriber> subscribers, CancellationToken cancel)
    {
        var reach = await ReachAsync(optOuts[0], declarations, subscribers, cancel);
        foreach (var id in optOuts.Skip(1))
        {
            if (reach.State is not ReachState.TakenBack) break;
            reach = await ReachAsync(id, declarations, subscribers, cancel);
        }
        return reach;
    }

    private async Task<CampaignReach> ReachAsync(string eventId, DeclarationHistory declarations, IReadOnlyCollection<KnownSubscriber> subscribers, CancellationToken cancel)
    {
        var optOut = await log.ReadAsync(AuditLog.TraceOf(eventId), cancel);
        var caused = optOut.Find(h => h.Kind == PersonTraces.Caused);
        List<HeardReceipt> receipts = caused is not null && await ReceiptAsync(caused.EventId, cancel) is { } made ? [made] : [];
        var reach = CampaignReach.Of(optOut, receipts, subscribers, declarations);
        if (reach.State is not ReachState.Open || receipts is not [{ Changed: { Stream: { } person, Receipt: var receipt } }]) return reach;

        // Whoever was away is sent the newest receipt of a person alone.
        foreach (var id in await persons.ReceiptsOfAsync(person, cancel))
        {
            if (await ReceiptAsync(id, cancel) is { Changed.Receipt: var other } newer && (other.Epoch, other.Version).CompareTo((receipt.Epoch, receipt.Version)) > 0)
                receipts.Add(newer);
        }
        return CampaignReach.Of(optOut, receipts, subscribers, declarations);
    }

    private async Task<HeardReceipt?> ReceiptAsync(string id, CancellationToken cancel)
    {
        var heard = await log.ReadAsync(AuditLog.TraceOf(id), cancel);
        return heard.Find(h => h.Kind == ConsentChanged.Kind) is { } changed ? new HeardReceipt(changed.As<ConsentChanged>()!, changed.At, heard) : null;
    }
}
