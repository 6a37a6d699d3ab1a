using System.Globalization;

namespace Consent.Audit.Holds;

/// <summary>On what a person's proof is kept, or not shown.</summary>
/// <param name="Article">Of the GDPR.</param>
/// <param name="Until">Absent for what has no end of itself.</param>
internal sealed record KeptOn(string Ground, string Article, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>What is told of somebody who is held or restricted, to whoever asks for him.</summary>
/// <param name="IsRestricted">Whether he is shown only to a privacy officer who says why.</param>
/// <param name="Text">The same as a sentence: what is kept, on which ground, until when.</param>
/// <param name="Restrictions">Those that were placed (GDPR art. 18); an erasure that waits restricts him without one.</param>
/// <param name="ErasureWaitsSince">When audit heard of the oldest erasure that waits; absent when none does.</param>
internal sealed record Kept(bool IsRestricted, string Text, IReadOnlyList<KeptOn> Holds, IReadOnlyList<KeptOn> Restrictions, DateTimeOffset? ErasureWaitsSince)
{
    /// <summary>Null for whoever is neither held nor restricted. Pure.</summary>
    /// <param name="persons">Keyed hashes of the one person.</param>
    public static Kept? Of(HoldBook book, IReadOnlyCollection<string> persons, DateTimeOffset at)
    {
        var (holds, restrictions) = (InForce(book.Holds), InForce(book.Restrictions));
        var waiting = book.Waiting.Where(w => w.Persons?.Any(persons.Contains) == true).ToList();
        if (holds.Count + restrictions.Count + waiting.Count == 0) return null;
        DateTimeOffset? since = waiting.Count == 0 ? null : waiting.Min(w => w.At);
        return new Kept(restrictions.Count + waiting.Count > 0, TextOf(holds, restrictions, since), holds, restrictions, since);

        List<KeptOn> InForce(IEnumerable<Placed> placed) =>
            [.. placed.Where(p => p.IsInForce(at) && persons.Any(p.Concerns)).Select(p => new KeptOn(p.Act.Ground ?? "", Grounds.ArticleOf(p.Act.Ground ?? ""), p.Act.At, p.Act.Until))];
    }

    private static string TextOf(List<KeptOn> holds, List<KeptOn> restrictions, DateTimeOffset? waitsSince)
    {
        var text = new List<string>();
        if (holds.Count > 0) text.Add($"The proof of this person's choices is kept on the ground of {string.Join(" and ", holds.Select(h => $"{Named(h)} until {Moment(h.Until)}"))}.");
        if (waitsSince is { } since)
            text.Add($"Its erasure was told on {Moment(since)} and is carried out when nothing holds it any more; until then it is shown only to a privacy officer who says why.");
        if (restrictions.Count > 0) text.Add($"What is held of this person is restricted: {string.Join(" and ", restrictions.Select(r => $"{Named(r)} since {Moment(r.From)}"))}.");
        return string.Join(' ', text);

        static string Named(KeptOn on) => $"{on.Ground} (GDPR {on.Article})";
    }

    private static string Moment(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "it is lifted";
}
