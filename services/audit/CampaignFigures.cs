namespace Consent.Audit;

/// <summary>What a campaign's owner sees: counts and times, and nobody.</summary>
/// <param name="Links">Made for the campaign, by this installation or by a mailer that told how many. Absent where nobody told of any: it is not known.</param>
/// <param name="LinksByDay">The same by day (UTC) and topic, in that order.</param>
/// <param name="OptOuts">People who opted out by a link of the campaign, and did not take it back.</param>
/// <param name="TakenBack">Those who did, on the same page, within minutes, and did not opt out again.</param>
/// <param name="Forgotten">How many of the opt-outs are of people who were erased since, and whose times went with them.</param>
/// <param name="Open">How many of them have not been applied everywhere.</param>
/// <param name="WaitsFor">The subscribers that are still to apply one; absent for none.</param>
/// <param name="Everywhere">How long it took from the click until the last subscriber had applied it; absent while that is so of none.</param>
internal sealed record CampaignFigures(
    string Campaign, long? Links, IReadOnlyList<LinksOfDay> LinksByDay, int OptOuts, int TakenBack, int Forgotten, int Open, IReadOnlyList<string>? WaitsFor, Times? Everywhere)
{
    /// <param name="optOuts">How many people are known to have opted out by it.</param>
    /// <param name="reached">What became of the newest of these. Pure.</param>
    public static CampaignFigures Of(string campaign, IReadOnlyList<LinksNote> links, int optOuts, IReadOnlyCollection<CampaignReach> reached)
    {
        var (takenBack, open) = (CountOf(ReachState.TakenBack), reached.Where(r => r.State is ReachState.Open).ToList());
        IEnumerable<LinksOfDay> byDay = links.GroupBy(l => (l.Day, l.Topic)).Select(of => new LinksOfDay(of.Key.Day, of.Key.Topic, of.Sum(l => (long)l.Links)));
        List<string> waitsFor = [.. open.SelectMany(r => r.WaitsFor).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new CampaignFigures(
            campaign, links.Count > 0 ? links.Sum(l => (long)l.Links) : null, [.. byDay.OrderBy(l => l.Day, StringComparer.Ordinal).ThenBy(l => l.Topic, StringComparer.Ordinal)],
            optOuts - takenBack, takenBack, CountOf(ReachState.Forgotten), open.Count, waitsFor.Count > 0 ? waitsFor : null,
            Times.Of(reached.Select(r => r.Took).OfType<TimeSpan>()));

        int CountOf(ReachState state) => reached.Count(r => r.State == state);
    }
}

internal sealed record LinksOfDay(string Day, string Topic, long Links);

/// <summary>Of so many opt-outs, in milliseconds: half of them took no longer than <paramref name="P50Ms"/>, 95 of a hundred no longer than <paramref name="P95Ms"/>.</summary>
internal sealed record Times(int OptOuts, long P50Ms, long P95Ms, long P99Ms, long MaxMs)
{
    /// <summary>Null for none.</summary>
    public static Times? Of(IEnumerable<TimeSpan> took)
    {
        long[] sorted = [.. took.Select(t => (long)t.TotalMilliseconds).Order()];
        return sorted.Length == 0 ? null : new Times(sorted.Length, At(50), At(95), At(99), sorted[^1]);

        // The nearest rank: one that was measured, and none in between.
        long At(int percent) => sorted[((percent * sorted.Length) + 99) / 100 - 1];
    }
}
