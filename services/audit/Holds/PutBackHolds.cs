using Consent.Storage;

namespace Consent.Audit.Holds;

/// <summary>
/// Before anything is heard or served, and when the log has lost something while this process lived on: acts that are kept outside of the data and that audit's log lacks are put back there, with their ids and times; of an
/// erasure that was carried out, it is carried out again first. What the log has and is not kept, as of a folder that is new, is kept then. Throws <see cref="HoldsNotKeptException"/> where what is kept
/// cannot be read: an erasure that is heard without it could take what is held.
/// </summary>
internal sealed class PutBackHolds(HoldJournal journal, KeptHolds kept, CarryOutErasures carry, ILogger<PutBackHolds> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) =>
        LogAtStart.WaitAsync(cancel => journal.PutBackAsync(RunAsync, cancel), logger, cancellationToken);

    private async Task RunAsync(CancellationToken cancel)
    {
        var (bySite, back) = (kept.Read().ToLookup(one => one.Act.Site, StringComparer.Ordinal), 0);
        foreach (var site in bySite.Select(of => of.Key).Union(await journal.SitesAsync(cancel), StringComparer.Ordinal).ToList())
        {
            // What ends another after that.
            foreach (var one in bySite[site].OrderBy(one => HoldAct.EndedBy(one.Kind) is not null).ThenBy(one => one.Act.At))
            {
                if (await IsPutBackAsync(one, cancel)) back++;
            }

            KeepLacking(await journal.ReadNowAsync(site, cancel), [.. bySite[site]]);
        }

        if (back > 0) logger.LogWarning("{Count} acts about holds, restrictions and waiting erasures were missing in audit's log, as after a restore, and were put back from the folder Audit:Checkpoints.", back);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What of a journal is not kept as it is to be: without persons, where it is over. Pure.</summary>
    internal static IReadOnlyList<KeptAct> Lacking(HoldBook book, IReadOnlyList<KeptAct> kept)
    {
        var known = kept.ToDictionary(one => KeptAct.KeyOf(one.Kind, one.Act.Id), one => one.Act, StringComparer.Ordinal);
        var ended = book.Acts.Values.Select(a => a.Act.Of).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var lacking = new List<KeptAct>();
        foreach (var (key, (act, record)) in book.Acts)
        {
            var isOver = act.Of is not null || ended.Contains(act.Id);
            var there = known.GetValueOrDefault(key);
            if (there is null || (isOver && there.Persons is not null)) lacking.Add(new KeptAct(record.Kind, isOver ? act with { Persons = null } : act));
        }

        return lacking;
    }

    private async Task<bool> IsPutBackAsync(KeptAct one, CancellationToken cancel)
    {
        var (kind, act, isMissing) = (one.Kind, one.Act, false);
        if (kind == HoldAct.ErasureDone && act.Of is { } told && !(await journal.ReadNowAsync(act.Site, cancel)).Has(kind, act)) await carry.EraseAsync(told, cancel);
        await journal.ActNowAsync(act.Site, kind, book => (isMissing = !book.Has(kind, act)) ? act : null, cancel);
        // Of two that ended the same, one came about.
        if (!isMissing && !(await journal.ReadNowAsync(act.Site, cancel)).Acts.ContainsKey(KeptAct.KeyOf(kind, act.Id))) kept.Forget(kind, act.Id);
        return isMissing;
    }

    private void KeepLacking(HoldBook book, IReadOnlyList<KeptAct> before)
    {
        try
        {
            foreach (var one in Lacking(book, before)) kept.Keep(one);
        }
        catch (HoldsNotKeptException e)
        {
            // As the journal has them, they hold; the next one cannot be placed.
            logger.LogWarning("{Reason}", e.Message);
        }
    }
}
