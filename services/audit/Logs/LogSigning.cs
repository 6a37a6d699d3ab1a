using System.Globalization;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>With which keys the next checkpoint of a log is signed, by the keys that the log announces and those that are here. Pure.</summary>
/// <param name="Signers">Ed25519 first; of an algorithm whose key is succeeded, the new one and then the old one, which signs for the last time. Empty where nothing may be signed.</param>
/// <param name="Announced">Verifier keys that are to be announced under this checkpoint; empty but for a first and a succeeding one.</param>
/// <param name="Fault">Why nothing may be signed, with what to do; null where it may.</param>
/// <param name="Lack">Of which key in force the signature is missing though it is signed, with what to do; null where none is.</param>
internal sealed record LogSigning(IReadOnlyList<INoteSigner> Signers, IReadOnlyList<string> Announced, string? Fault, string? Lack = null)
{
    /// <summary>The algorithms of which a first key is to be made: the log announces none of them, and none is here. A key that is announced is never made anew.</summary>
    public static IReadOnlyList<NoteKeyType> Lacking(IReadOnlyList<string> announced, IReadOnlyList<INoteSigner> held, IReadOnlyList<NoteKeyType> algorithms) =>
        [.. algorithms.Where(a => !held.Any(signer => signer.Key.Type == a) && !announced.Any(key => NoteVerifierKey.Parse(key).Type == a))];

    /// <summary>
    /// Of each algorithm the key in force signs, or the one that is to succeed it. Where neither can, the other algorithm's signs on alone; and a key that an operator made in the place of a lost one
    /// is announced under the other's signature. A checkpoint that no key in force signs would not be known to anybody: there is none.
    /// </summary>
    /// <param name="origin">The log's name, which its keys have too.</param>
    /// <param name="announced">In the log, the newest last.</param>
    /// <param name="held">Of each algorithm from the oldest to the newest.</param>
    /// <param name="algorithms">In use on this machine.</param>
    public static LogSigning Of(string log, string origin, IReadOnlyList<string> announced, IReadOnlyList<INoteSigner> held, IReadOnlyList<NoteKeyType> algorithms)
    {
        var (signers, fresh, lost, isKnown) = (new List<INoteSigner>(), new List<string>(), new List<string?>(), false);
        foreach (var algorithm in algorithms)
        {
            var mine = held.Where(signer => signer.Key.Type == algorithm).ToList();
            var inForce = announced.LastOrDefault(key => NoteVerifierKey.Parse(key).Type == algorithm);
            var current = mine.Find(signer => signer.Key.ToString() == inForce);
            var isNew = mine is [.., var last] && !announced.Contains(last.Key.ToString(), StringComparer.Ordinal);
            // An older one would sign what nobody expects of it any more.
            if (mine.Count == 0 || (!isNew && mine[^1] != current))
            {
                lost.Add(inForce);
                continue;
            }

            var newest = mine[^1];
            if (newest.Key.Name != origin) return Faulty($"the keys of the log {log} are named {newest.Key.Name}, and it is called {origin}: set Audit:LogName to what it was when they were made");
            signers.Add(newest);
            if (isNew) fresh.Add(newest.Key.ToString());
            if (isNew && current is not null) signers.Add(current);
            isKnown |= current is not null;
        }

        var names = string.Join(" and ", lost.OfType<string>().Select(NameOf));
        // The first keys of a log come together; afterwards one that is known must vouch for whatever is new.
        if (announced.Count == 0 ? lost.Count > 0 : !isKnown)
            return Faulty($"the newest key that the log {log} announces{(names.Length > 0 ? $" ({names})" : "")} is not here as the newest one: put back the keys of the log from their own backup");
        var lack = names.Length == 0 ? null
            : $"the key {names} of the log {log} is not here, and its checkpoints are signed by the other key alone: put it back from its own backup, or make a new pair, which the other key announces, with "
                + $"consent audit log-key --rotate --log {log}";
        return new LogSigning(signers, fresh, null, lack);
    }

    private static LogSigning Faulty(string fault) => new([], [], fault);

    private static string NameOf(string key) => NoteVerifierKey.Parse(key).Id.ToString("x8", CultureInfo.InvariantCulture);
}
