using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>
/// Takes back an opt-out that another service told: its topics are as they were before it, where it is still the last word; a decision that came
/// after it, of whatever kind, stays. What had never been decided is undecided again. The service names the earlier opt-outs that were taken back too:
/// those are out of the way here, in whatever order they came. Any other "no" stands again.
/// </summary>
internal static class DecideUndo
{
    /// <summary>A later decision stands in the place of everything that was to be put back.</summary>
    public const string Overtaken = "newer-decision";

    /// <param name="source">Of the service that told it.</param>
    /// <param name="held">Every receipt of the person, oldest first.</param>
    public static Verdict On(MarketingUnsubscribeUndone undone, string source, IReadOnlyList<Receipt> held, Receipt? newest, Place place, DateTimeOffset now)
    {
        if (newest is not null && held.All(r => r.Version < newest.Version)) held = [.. held, newest];
        // Everything is known by the id of the event alone: the undo of an opt-out of everything names the purposes of it.
        var open = newest is null ? [] : undone.Topics.Append(Receipt.Everything).Where(id => IsTakenBack(newest.Purposes.GetValueOrDefault(id))).Order(StringComparer.Ordinal).ToList();
        if (newest is null || open.Count == 0) return new Verdict.Stale(Overtaken);
        var after = new SortedDictionary<string, PurposeDecision>(newest.Purposes.ToDictionary(), StringComparer.Ordinal);
        foreach (var id in open)
        {
            var before = held.LastOrDefault(r => r.Changed.Contains(id) && r.Version <= newest.Version && !IsTakenBack(r.Purposes.GetValueOrDefault(id)));
            if (before?.Purposes.GetValueOrDefault(id) is { } earlier) after[id] = earlier;
            else after.Remove(id);
        }

        return new Verdict.Record(new Receipt
        {
            Id = place.Id,
            Site = newest.Site,
            Controller = newest.Controller,
            SubjectId = newest.SubjectId,
            Epoch = place.Epoch,
            Version = place.Version,
            Purposes = after,
            Changed = open,
            Language = undone.Language,
            Action = "undo",
            Source = source,
            ClaimedAt = undone.RecordedAt,
            RecordedAt = now,
            Previous = newest.Id,
            CausedBy = undone.Id,
        });

        bool IsTakenBack(PurposeDecision? no) =>
            no is { IsNo: true } && held.LastOrDefault(r => r.Version == no.DecidedIn)?.CausedBy is { } cause
            && (cause == undone.Undoes || undone.AlsoUndone?.Contains(cause) is true);
    }
}
