using Consent.Storage;

namespace Consent.Audit.Holds;

/// <summary>How a site's holds, restrictions and waiting erasures stand after all that its journal tells; pure.</summary>
/// <param name="Waiting">Erasures that audit heard of and has not carried out, oldest first.</param>
/// <param name="Acts">All that the journal tells, by <see cref="KeptAct.KeyOf"/>.</param>
internal sealed record HoldBook(
    IReadOnlyList<Placed> Holds, IReadOnlyList<Placed> Restrictions, IReadOnlyList<HoldAct> Waiting, IReadOnlySet<string> Done, IReadOnlyDictionary<string, (HoldAct Act, LogRecord Record)> Acts)
{
    /// <param name="journal">Of one site, oldest first.</param>
    public static HoldBook Of(IEnumerable<LogRecord> journal)
    {
        var acts = journal.Where(r => r.Kind != LogRecord.Erased).Select(r => (r.Kind, Act: r.Read<HoldAct>(), Record: r)).ToList();
        var over = acts.Where(a => a.Kind is HoldAct.HoldLifted or HoldAct.HoldEnded or HoldAct.RestrictionLifted).DistinctBy(a => a.Act.Of, StringComparer.Ordinal)
            .ToDictionary(a => a.Act.Of ?? "", a => a.Act, StringComparer.Ordinal);
        var done = acts.Where(a => a.Kind == HoldAct.ErasureDone).Select(a => a.Act.Of ?? "").ToHashSet(StringComparer.Ordinal);
        return new HoldBook(
            OfKind(HoldAct.HoldPlaced), OfKind(HoldAct.Restricted), [.. acts.Where(a => a.Kind == HoldAct.ErasureWaits && !done.Contains(a.Act.Id)).Select(a => a.Act)], done,
            acts.DistinctBy(a => KeptAct.KeyOf(a.Kind, a.Act.Id), StringComparer.Ordinal).ToDictionary(a => KeptAct.KeyOf(a.Kind, a.Act.Id), a => (a.Act, a.Record), StringComparer.Ordinal));

        IReadOnlyList<Placed> OfKind(string kind) => [.. acts.Where(a => a.Kind == kind).Select(a => new Placed(a.Act, a.Record, over.GetValueOrDefault(a.Act.Id)))];
    }

    /// <summary>Whether a hold has the person that nobody lifted and whose end was not noted: a clock that ran ahead ends none.</summary>
    public bool IsHeld(string person) => Holds.Any(h => h.Over is null && h.Concerns(person));

    /// <summary>Erasures that nothing holds back any more.</summary>
    public IReadOnlyList<HoldAct> Due() => [.. Waiting.Where(w => w.Persons?.Any(IsHeld) != true)];

    /// <summary>Erasures that wait for the end of the hold.</summary>
    public IReadOnlyList<HoldAct> WaitingFor(Placed hold) => [.. Waiting.Where(w => w.Persons?.Any(hold.Concerns) == true)];

    /// <summary>An erasure waits from when it is found to be held; null where nobody holds the person, or it stands there or is done already.</summary>
    /// <param name="eventId">Of the event that told of the erasure.</param>
    public HoldAct? Wait(string eventId, string person, DateTimeOffset at)
    {
        if (IsWaiting(eventId) || Done.Contains(eventId) || Holds.FirstOrDefault(h => h.Over is null && h.Concerns(person)) is not { } hold) return null;
        return new HoldAct(eventId, at, HoldAct.Itself, hold.Act.Site, hold.Act.Controller, [person]);
    }

    /// <summary>Whether the act stands in the journal, or, where it ends another, that one is over already.</summary>
    public bool Has(string kind, HoldAct act) => Acts.ContainsKey(KeptAct.KeyOf(kind, act.Id)) || HoldAct.EndedBy(kind) switch
    {
        HoldAct.HoldPlaced => Holds.Any(h => h.Act.Id == act.Of && h.Over is not null),
        HoldAct.Restricted => Restrictions.Any(r => r.Act.Id == act.Of && r.Over is not null),
        HoldAct.ErasureWaits => Done.Contains(act.Of ?? ""),
        _ => false,
    };

    public bool IsWaiting(string eventId) => Waiting.Any(w => w.Id == eventId);
}
