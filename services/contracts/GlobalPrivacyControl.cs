namespace Consent.Contracts;

/// <summary>
/// What Global Privacy Control (the header <c>Sec-GPC: 1</c>; W3C, "Global Privacy Control (GPC)") says: no sale, no sharing, no
/// profiling. By default mapping that is every purpose which the declaration calls advertising. Where such a purpose rests on
/// consent the signal refuses it; where on a legitimate interest or a public task, it is an objection by automated means (GDPR art.
/// 21(5)). It never stands over what the person chose himself. Pure; by itself it stores nothing.
/// </summary>
public static class GlobalPrivacyControl
{
    /// <summary>The states as they are while the signal is on.</summary>
    public static IReadOnlyDictionary<string, PurposeState> Apply(
        IReadOnlyDictionary<string, PurposeState> states, Receipt? newest, Declaration inForce)
    {
        ArgumentNullException.ThrowIfNull(states);
        var changed = new SortedDictionary<string, PurposeState>(states.ToDictionary(), StringComparer.Ordinal);
        foreach (var (id, state) in states)
            if (Says(id, state, newest, inForce) is { } status) changed[id] = new PurposeState(status, state.DecidedAt, state.ValidUntil);
        return changed;
    }

    /// <summary>
    /// The purposes to which the signal adds a "no" when a choice of the person is recorded: those whose status it changes, and of
    /// which the person says nothing himself, neither now nor before. Topics follow their purpose.
    /// </summary>
    public static IReadOnlyList<string> ToRecord(Receipt? newest, PublishedDeclaration inForce, IEnumerable<string> chosenNow, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        var chosen = chosenNow.ToHashSet(StringComparer.Ordinal);
        return
        [
            .. inForce.Declaration.Purposes.Select(p => p.Id).Where(id => !chosen.Contains(id)
                && Says(id, ConsentState.Of(newest, inForce, id, now), newest, inForce.Declaration) is not null),
        ];
    }

    /// <summary>What the signal makes of a state; null where it changes nothing.</summary>
    private static PurposeStatus? Says(string id, PurposeState state, Receipt? newest, Declaration inForce)
    {
        if (inForce.PurposeBehind(id) is not { Advertising: true } purpose) return null;
        // A choice that has run out, or is to be made anew, is no choice.
        var explicitly = newest?.Purposes.ContainsKey(id) == true
            && state.Status is PurposeStatus.Given or PurposeStatus.Refused or PurposeStatus.Withdrawn or PurposeStatus.Objected;
        if (explicitly) return null;
        return purpose.LegalBasis switch
        {
            LegalBasis.Consent when state.Status is not (PurposeStatus.Refused or PurposeStatus.Withdrawn or PurposeStatus.Objected) => PurposeStatus.Refused,
            // Where a purpose needs no consent, its topics are never asked until the person says yes.
            LegalBasis.LegitimateInterest or LegalBasis.PublicTask
                when state.Status is PurposeStatus.NotNeeded or PurposeStatus.NeverAsked && !Lifted(id) && !Lifted(purpose.Id) => PurposeStatus.Objected,
            _ => null,
        };

        // Whoever took his objection back has chosen, for the purpose and for its topics.
        bool Lifted(string decidedId) => newest?.Purposes.GetValueOrDefault(decidedId)?.Status is Decision.Given;
    }
}
