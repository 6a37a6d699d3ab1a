using Consent.Contracts;

namespace Consent.CookieBanner;

/// <summary>Why a layer stood before the person.</summary>
internal enum Occasion
{
    /// <summary>No receipt tells of an earlier choice: it came by itself.</summary>
    First,

    /// <summary>It came by itself, for what had changed or run out since the earlier choice.</summary>
    Again,

    /// <summary>Nothing was left to ask, or more was decided than was: the person opened it himself.</summary>
    Reopened,
}

/// <summary>
/// What stood before a person when he chose, as far as receipts tell: mirrors what the scripts do with the person's own copy of his choice (<c>choice.ts</c>, <c>main.ts</c>, <c>panel.ts</c>). Pure.
/// </summary>
/// <param name="Listed">The purposes that the layer had, in the order of the declaration.</param>
/// <param name="IsStanding">Whether the layer says of each purpose how it stands.</param>
/// <param name="SaysAgain">Whether it begins with the sentence that something has changed.</param>
internal sealed record ShownMoment(Occasion Occasion, IReadOnlyList<Purpose> Listed, bool IsStanding, bool SaysAgain)
{
    private const int HashLength = 64;

    /// <param name="asked">What the banner of this declaration asks.</param>
    public static ShownMoment Of(PublishedDeclaration published, Shown shown, IReadOnlyList<Purpose> asked)
    {
        var due = asked.Where(p => IsToAsk(published, shown, p)).ToList();
        var decided = asked.Where(p => shown.Decided.Contains(p.Id)).ToList();
        var occasion = OccasionOf(shown, due, decided);
        return new ShownMoment(
            occasion, [.. asked.Where(IsListed)], occasion == Occasion.Reopened && shown.IsKnown && due.Count < asked.Count,
            occasion == Occasion.Again && shown.Earlier is { Length: HashLength } earlier && earlier != published.Hash);

        // Who opened the first layer himself saw all. Accepting all leaves out what the browser refuses by its signal, though it stands there.
        bool IsListed(Purpose p) =>
            shown.Layout == "settings" ? decided.Count == 0 || decided.Contains(p) || (shown.Gpc && p.Advertising)
            : occasion == Occasion.Reopened || (decided.Count == 0 ? due.Contains(p) : decided.Contains(p) || (shown.Gpc && p.Advertising && due.Contains(p)));
    }

    /// <summary>By the earlier choice alone: a grant holds for what the purpose meant when it was given.</summary>
    public static bool Permits(PublishedDeclaration published, Shown shown, Purpose purpose) =>
        shown.Held?.GetValueOrDefault(purpose.Id) is { } held && held == published.MeaningOf(purpose.Id);

    private static Occasion OccasionOf(Shown shown, List<Purpose> due, List<Purpose> decided)
    {
        if (!shown.IsKnown) return Occasion.Reopened;
        if (shown.Held is null) return decided.Except(due).Any() ? Occasion.Reopened : Occasion.First;
        return due.Count == 0 || decided.Except(due).Any() ? Occasion.Reopened : Occasion.Again;
    }

    private static bool IsToAsk(PublishedDeclaration published, Shown shown, Purpose purpose) => shown.Held?.GetValueOrDefault(purpose.Id) switch
    {
        null => !(purpose.Advertising && shown.Gpc),
        Shown.No => false,
        var meaning => meaning != published.MeaningOf(purpose.Id),
    };
}
