using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>Which keys of a log are in force, and where the others ended: at the index of the entry that announced the next of their algorithm. Pure.</summary>
internal static class KeyTerms
{
    /// <summary>As far as the checkpoint that is shown goes.</summary>
    public static IReadOnlyList<KeyTerm> Of(ServedLog served)
    {
        var places = served.Successions.Select(proof => InclusionProofNote.Parse(proof).Index).Where(index => index < served.Size).ToList();
        return Of([.. served.Keys.Take(served.Keys.Count - served.Successions.Count + places.Count)], places);
    }

    /// <summary>Those in force first, Ed25519 before ECDSA; then of each algorithm the others, the newest first.</summary>
    /// <param name="announced">Verifier keys in the order of their entries.</param>
    /// <param name="places">The index of its entry, of each but the log's first ones.</param>
    public static IReadOnlyList<KeyTerm> Of(IReadOnlyList<string> announced, IReadOnlyList<long> places)
    {
        var (keys, first) = (announced.Select(NoteVerifierKey.Parse).ToList(), announced.Count - places.Count);
        var terms = keys.Select((key, i) => keys.FindIndex(i + 1, later => later.Type == key.Type) is var next and >= 0 ? new KeyTerm(key, places[next - first]) : new KeyTerm(key));
        return [.. terms.OrderBy(term => term.Until is not null).ThenBy(term => term.Key.Type).ThenByDescending(term => term.Until)];
    }
}
