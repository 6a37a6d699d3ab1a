using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>An opt-out of another service that its person took back at once.</summary>
/// <param name="Of">The receipt that the opt-out had become here.</param>
/// <param name="Before">The receipt before it; null for none.</param>
internal sealed record UndoneOptOut(Receipt Of, Receipt? Before, IReadOnlyList<string> Topics, string? Language, string Source, string CausedBy, DateTimeOffset TakenAt);

/// <summary>
/// Puts back what an opt-out changed, where it is still the last word: a decision that came after it, of whatever kind, stays. What had
/// never been decided before is undecided again. A "no" that was older than the opt-out stands again as it stood.
/// </summary>
internal static class DecideUndo
{
    /// <summary>A later decision stands in the place of everything that was to be put back.</summary>
    public const string Overtaken = "newer-decision";

    public static Verdict On(UndoneOptOut undone, Receipt? newest, Place place, DateTimeOffset now)
    {
        var open = undone.Topics.Where(id => newest?.Purposes.GetValueOrDefault(id) is { IsNo: true } stands && stands == undone.Of.Purposes.GetValueOrDefault(id)).Order(StringComparer.Ordinal).ToList();
        if (newest is null || open.Count == 0) return new Verdict.Stale(Overtaken);
        var after = new SortedDictionary<string, PurposeDecision>(newest.Purposes.ToDictionary(), StringComparer.Ordinal);
        foreach (var id in open)
        {
            if (undone.Before?.Purposes.GetValueOrDefault(id) is { } earlier) after[id] = earlier;
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
            Source = undone.Source,
            ClaimedAt = undone.TakenAt,
            RecordedAt = now,
            Previous = newest.Id,
            CausedBy = undone.CausedBy,
        });
    }
}
