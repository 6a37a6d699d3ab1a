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
        foreach (var some in optOuts.TakeLast(MostTimed).Chunk(AtOnce)) reached.AddRange(await OfPersonsAsync(some, declarations, subscribers, cancel));
        return CampaignFigures.Of(campaign, links, optOuts.Count, reached);
    }

    /// <summary>Of one person the first opt-out counts that he did not take back. All are looked for together, one opt-out of each at a time.</summary>
    private async Task<IReadOnlyList<CampaignReach>> OfPersonsAsync(
        IReadOnlyList<string>[] optOuts, DeclarationHistory declarations, IReadOnlyCollection<KnownSubscriber> subscribers, CancellationToken cancel)
    {
        var reached = new CampaignReach[optOuts.Length];
        List<int> left = [.. Enumerable.Range(0, optOuts.Length)];
        for (var turn = 0; left.Count > 0; turn++)
        {
            List<string> ids = [.. left.Select(person => optOuts[person][turn])];
            var found = await ReachAsync(ids, declarations, subscribers, cancel);
            for (var i = 0; i < left.Count; i++) reached[left[i]] = found[i];
            left.RemoveAll(person => reached[person].State is not ReachState.TakenBack || optOuts[person].Count == turn + 1);
        }
        return reached;
    }

    private async Task<IReadOnlyList<CampaignReach>> ReachAsync(
        IReadOnlyList<string> eventIds, DeclarationHistory declarations, IReadOnlyCollection<KnownSubscriber> subscribers, CancellationToken cancel)
    {
        var optOuts = await log.ReadTracesAsync(eventIds, cancel);
        List<string?> caused = [.. optOuts.Select(heard => heard.Find(h => h.Kind == PersonTraces.Caused)?.EventId)];
        List<string> ids = [.. caused.OfType<string>().Distinct(StringComparer.Ordinal)];
        var receipts = ids.Zip(await log.ReadTracesAsync(ids, cancel)).ToDictionary(of => of.First, of => ReceiptIn(of.Second), StringComparer.Ordinal);
        return await Task.WhenAll(optOuts.Zip(caused, (heard, id) => ReachAsync(heard, id is null ? null : receipts[id], declarations, subscribers, cancel)));
    }

    private async Task<CampaignReach> ReachAsync(
        List<Heard> optOut, HeardReceipt? made, DeclarationHistory declarations, IReadOnlyCollection<KnownSubscriber> subscribers, CancellationToken cancel)
    {
        List<HeardReceipt> receipts = made is null ? [] : [made];
        var reach = CampaignReach.Of(optOut, receipts, subscribers, declarations);
        if (reach.State is not ReachState.Open || made is not { Changed: { Stream: { } person, Receipt: var receipt } }) return reach;

        // Whoever was away is sent the newest receipt of a person alone.
        foreach (var some in (await persons.ReceiptsOfAsync(person, cancel)).Chunk(AtOnce))
        {
            receipts.AddRange((await log.ReadTracesAsync(some, cancel)).Select(ReceiptIn).OfType<HeardReceipt>()
                .Where(other => (other.Changed.Receipt.Epoch, other.Changed.Receipt.Version).CompareTo((receipt.Epoch, receipt.Version)) > 0));
        }
        return CampaignReach.Of(optOut, receipts, subscribers, declarations);
    }

    private static HeardReceipt? ReceiptIn(List<Heard> heard) =>
        heard.Find(h => h.Kind == ConsentChanged.Kind) is { } changed ? new HeardReceipt(changed.As<ConsentChanged>()!, changed.At, heard) : null;
}
