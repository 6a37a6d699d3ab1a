using System.Text;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <param name="Keys">Those that were trusted, those that follow from them, and all their ends.</param>
/// <param name="Followed">By which proofs that is new.</param>
/// <param name="Fork">Two announcements that contradict each other: then none of the log is to be believed. Null where there are none.</param>
internal sealed record FollowedKeys(BelievedKeys Keys, IReadOnlyList<InclusionProofNote> Followed, LogFaultException? Fork);

/// <summary>
/// Keys that a log announced in the place of others (<c>/log/{log}/successions</c>): of each a proof, as C2SP tlog-proof writes it with the entry as its extra data, that the entry which
/// announces it is in the log, under a checkpoint that both a key before it and it signed. So whoever pinned an old key trusts its successors, and nobody else's; and the old one no further.
/// </summary>
internal static class KeySuccessions
{
    private const string Resource = "successions";
    private const string Header = "c2sp.org/tlog-proof@v1\n";

    /// <summary>What is looked at; a log that succeeds its keys each month has fewer in forty years.</summary>
    private const int Most = 1_000;

    /// <summary>
    /// Follows the announcements from the trusted keys on, by their own bytes. A key that has ended vouches for nothing but what it is known to have announced; one that announces two successors is
    /// a fork. What proves nothing is passed over. Pure.
    /// </summary>
    /// <param name="newest">Announcements under a checkpoint beyond this one are passed over: the log may have grown since it was read. Null for none.</param>
    public static FollowedKeys Follow(BelievedKeys trusted, IEnumerable<string> proofs, Checkpoint? newest = null)
    {
        var (keys, followed) = (trusted, new List<InclusionProofNote>());
        foreach (var (proof, key) in proofs.Take(Most).Select(TryRead).OfType<Announcement>().OrderBy(one => one.Proof.Index))
        {
            if (newest is not null && (proof.Checkpoint.Origin != newest.Origin || proof.Checkpoint.Size > newest.Size)) continue;
            var (signers, place) = (SignersOf(proof, keys), new AnnouncedKey(proof.Index, key.ToString()));
            var isKnown = keys.Announced.Contains(place);
            if (signers.Find(Contradicts) is { } twice)
            {
                var says = $"The log was forked: {SignedCheckpoint.NameOf(twice.Key)} ended at {twice.Until} entries, where the next key was announced, and also announces {SignedCheckpoint.NameOf(key)} "
                    + $"by entry {proof.Index}. Either the log shows two histories, or somebody has the retired key: keep both, and ask the controller.";
                return new FollowedKeys(keys, followed, new LogFaultException(LogFault.Fork, says, proof.Note));
            }

            if (!isKnown && !signers.Exists(term => term.Until is null)) continue;
            if (!isKnown) followed.Add(proof);
            keys = keys.With(key).With([place]);

            // It signed that a key of its own algorithm follows it, and it is known that another one does, or elsewhere.
            bool Contradicts(KeyTerm term) => term.Until is { } end && term.Key.Type == key.Type && term.Key.ToString() != place.Key && !isKnown
                && (proof.Index != end || !keys.Terms.Any(believed => believed.Key.ToString() == place.Key));
        }

        return new FollowedKeys(keys, followed, null);
    }

    /// <summary>The proofs that a log shows; none where it shows none.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(ILogReader log, CancellationToken cancel)
    {
        try
        {
            return await log.ReadAsync(Resource, cancel) is { } bytes ? [.. Split(Encoding.UTF8.GetString(bytes.Span))] : [];
        }
        catch (RefusedException)
        {
            // Some servers of copies say so of what they do not have.
            return [];
        }
    }

    /// <summary>
    /// Demands that each checkpoint by which keys follow is one that the newest follows from, by the log's tiles. Throws <see cref="LogFaultException"/> where one is not, and
    /// <see cref="FormatException"/> where a tile is missing.
    /// </summary>
    public static async Task DemandAsync(ILogReader log, IEnumerable<InclusionProofNote> followed, Checkpoint newest, CancellationToken cancel)
    {
        var tiles = new TileReader(log);
        foreach (var proof in followed.DistinctBy(one => one.Note.Text, StringComparer.Ordinal))
        {
            var (older, hashes) = (proof.Checkpoint, await tiles.ConsistencyAsync(proof.Checkpoint.Size, newest.Size, cancel));
            if (TreeProof.IsConsistent(older.Size, older.Root, newest.Size, newest.Root, hashes)) continue;
            var edge = new List<NodeHash>();
            foreach (var part in GrowingTree.EdgeOf(older.Size)) edge.Add(await tiles.HashAsync(part.Level, part.Index, newest.Size, cancel));
            // By the tiles that the newest signs for it had another root then; or else it is the tiles that are wrong.
            throw TreeProof.IsConsistent(older.Size, new GrowingTree(older.Size, edge).Root, newest.Size, newest.Root, hashes)
                ? new LogFaultException(
                    LogFault.Fork, $"The log was forked: its checkpoint of {newest.Size} entries does not follow from the one of {older.Size} under which it announced a key.", proof.Note)
                : new LogFaultException(LogFault.Tiles, $"The tiles of the log do not prove that {newest.Size} entries follow from the {older.Size} under which it announced a key.", proof.Note);
        }
    }

    /// <summary>Which of the keys signed the checkpoint, whether they have ended or not; none where it does not cover the entry.</summary>
    private static List<KeyTerm> SignersOf(InclusionProofNote proof, BelievedKeys keys)
    {
        var able = keys.Terms.Where(term => term.Key.Type != NoteKeyType.Cosignature && term.Key.Name == proof.Checkpoint.Origin).ToList();
        var signers = proof.SignersOf(proof.Extra.Span, [.. able.Select(term => term.Key)]);
        return able.FindAll(term => signers.Contains(term.Key));
    }

    /// <summary>Null for what is no proof of an announcement that the new key signed too.</summary>
    private static Announcement? TryRead(string text)
    {
        try
        {
            var proof = InclusionProofNote.Parse(text);
            if (LoggedEntry.Read(proof.Extra.Span).Key is not { } announced) return null;
            var key = NoteVerifierKey.Parse(announced);
            return key.Type != NoteKeyType.Cosignature && key.Name == proof.Checkpoint.Origin && key.Verifies(proof.Note) ? new Announcement(proof, key) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Split(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var next = text.IndexOf($"\n{Header}", at, StringComparison.Ordinal);
            var end = next < 0 ? text.Length : next + 1;
            yield return text[at..end];
            at = end;
        }
    }

    private sealed record Announcement(InclusionProofNote Proof, NoteVerifierKey Key);
}
