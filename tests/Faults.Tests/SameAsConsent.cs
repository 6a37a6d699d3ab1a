using Consent.Contracts;

namespace Consent.Faults.Tests;

/// <summary>
/// A subscriber holds the newest receipt of every subject, and no other, exactly as the consent service holds it. What it heard in a
/// time that a restore has taken from the log it may still hold, under the old epoch, until the person decides again: but of that only
/// what says "no". Pure.
/// </summary>
internal static class SameAsConsent
{
    /// <param name="concerned">The sites of which it wants to know.</param>
    public static IEnumerable<Violation> Of(
        string subscriber, Dictionary<(string Site, string Subject), Receipt> held, ConsentLog log, IReadOnlySet<string> concerned)
    {
        foreach (var (stream, newest) in log.Newest.Where(n => concerned.Contains(n.Key.Site)))
        {
            if (!held.TryGetValue(stream, out var there))
                yield return Told($"nothing of a person at {stream.Site} whose newest receipt is {newest.Id}");
            else if ((there.Epoch, there.Version) != (newest.Epoch, newest.Version) && !IsOfLostTime(there, log))
                yield return Told($"epoch {there.Epoch}, version {there.Version} of a person at {stream.Site} of whom the consent service holds epoch {newest.Epoch}, version {newest.Version}");
            else if (IsOfLostTime(there, log) ? Yeses(there).Except(Yeses(newest)).Any() || Noes(newest).Except(Noes(there)).Any() : !SamePurposes(there, newest))
                yield return Told($"other purposes than receipt {newest.Id} of {stream.Site}, the newest of that person, says");
        }

        foreach (var (stream, there) in held.Where(h => !log.Newest.ContainsKey(h.Key)))
        {
            if (!IsOfLostTime(there, log)) yield return Told($"receipt {there.Id} of a person at {stream.Site} of whom the consent service knows nothing");
            else if (Yeses(there).Any()) yield return Told($"a yes in receipt {there.Id} of {stream.Site}, which a restore took from the consent service");
        }

        Violation Told(string what) => new("same-as-consent", $"{subscriber} holds {what}.");
    }

    /// <summary>Of an epoch that a restore has ended, and more than the log has kept of it.</summary>
    private static bool IsOfLostTime(Receipt held, ConsentLog log) =>
        held.Epoch < log.Epoch && (!log.Newest.TryGetValue((held.Site, held.SubjectId), out var newest) || (held.Epoch, held.Version).CompareTo((newest.Epoch, newest.Version)) > 0);

    private static IEnumerable<string> Yeses(Receipt receipt) => receipt.Purposes.Where(p => !p.Value.IsNo).Select(p => p.Key);

    private static IEnumerable<string> Noes(Receipt receipt) => receipt.Purposes.Where(p => p.Value.IsNo).Select(p => p.Key);

    private static bool SamePurposes(Receipt one, Receipt other) =>
        one.Purposes.Count == other.Purposes.Count && one.Purposes.All(p => other.Purposes.TryGetValue(p.Key, out var decision) && decision == p.Value);
}
