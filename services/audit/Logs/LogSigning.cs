using System.Globalization;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>With which keys the next checkpoint of a log is signed, by the keys that the log announces and those that are here. Pure.</summary>
/// <param name="Signers">Ed25519 first; of an algorithm whose key is succeeded, the new one and then the old one, which signs for the last time. Empty where nothing may be signed.</param>
/// <param name="Announced">Verifier keys that are to be announced under this checkpoint; empty but for a first and a succeeding one.</param>
/// <param name="Fault">Why nothing may be signed, with what to do; null where it may.</param>
internal sealed record LogSigning(IReadOnlyList<INoteSigner> Signers, IReadOnlyList<string> Announced, string? Fault)
{
    /// <summary>The algorithms of which a first key is to be made: the log announces none of them, and none is here. A key that is announced is never made anew.</summary>
    public static IReadOnlyList<NoteKeyType> Lacking(IReadOnlyList<string> announced, IReadOnlyList<INoteSigner> held, IReadOnlyList<NoteKeyType> algorithms) =>
        [.. algorithms.Where(a => !held.Any(signer => signer.Key.Type == a) && !announced.Any(key => NoteVerifierKey.Parse(key).Type == a))];

    /// <param name="origin">The log's name, which its keys have too.</param>
    /// <param name="announced">In the log, the newest last.</param>
    /// <param name="held">Of each algorithm from the oldest to the newest.</param>
    /// <param name="algorithms">In use on this machine.</param>
    public static LogSigning Of(string log, string origin, IReadOnlyList<string> announced, IReadOnlyList<INoteSigner> held, IReadOnlyList<NoteKeyType> algorithms)
    {
        var (signers, fresh) = (new List<INoteSigner>(), new List<string>());
        foreach (var algorithm in algorithms)
        {
            var mine = held.Where(signer => signer.Key.Type == algorithm).ToList();
            var inForce = announced.LastOrDefault(key => NoteVerifierKey.Parse(key).Type == algorithm);
            var current = mine.FindIndex(signer => signer.Key.ToString() == inForce);
            // An older one would sign what nobody expects of it any more, and a new one would not be known to anybody.
            if (mine.Count == 0 || (inForce is not null && (current < 0 || (current < mine.Count - 1 && announced.Contains(mine[^1].Key.ToString(), StringComparer.Ordinal)))))
                return Faulty($"the newest key that the log {log} announces{NameOf(inForce)} is not here as the newest one: put back the keys of the log from their own backup");
            var newest = mine[^1];
            if (newest.Key.Name != origin) return Faulty($"the keys of the log {log} are named {newest.Key.Name}, and it is called {origin}: set Audit:LogName to what it was when they were made");
            signers.Add(newest);
            if (newest.Key.ToString() == inForce) continue;
            fresh.Add(newest.Key.ToString());
            if (inForce is not null) signers.Add(mine[current]);
        }

        return new LogSigning(signers, fresh, null);
    }

    private static LogSigning Faulty(string fault) => new([], [], fault);

    private static string NameOf(string? key) => key is null ? "" : $" ({NoteVerifierKey.Parse(key).Id.ToString("x8", CultureInfo.InvariantCulture)})";
}
