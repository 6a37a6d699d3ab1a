namespace Consent.Contracts;

/// <summary>
/// What a subscriber holds of a stream when it knows more than the log does, as after the restore of an old backup: the log's word, but
/// no "no" is taken back that the person once said. The next decision, in the log's new epoch, ends this. Pure.
/// </summary>
public static class AheadOfLog
{
    /// <param name="held">Newer than what the log has.</param>
    /// <param name="sent">What the log has; null for nothing.</param>
    /// <returns>Under the epoch and version of what was held.</returns>
    public static Receipt Restrict(Receipt held, Receipt? sent)
    {
        ArgumentNullException.ThrowIfNull(held);
        var purposes = new SortedDictionary<string, PurposeDecision>(StringComparer.Ordinal);
        foreach (var (id, decision) in sent?.Purposes ?? new Dictionary<string, PurposeDecision>()) purposes[id] = decision;
        foreach (var (id, decision) in held.Purposes.Where(p => p.Value.IsNo)) purposes[id] = decision;
        return held with { Purposes = purposes };
    }
}
