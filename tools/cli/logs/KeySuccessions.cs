using System.Text;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>
/// Keys that a log announced in the place of others (<c>/log/{log}/successions</c>): of each a proof, as C2SP tlog-proof writes it with the entry as its extra data, that the entry which
/// announces it is in the log, under a checkpoint that both a key before it and it signed. So whoever pinned an old key trusts its successors, and nobody else's.
/// </summary>
internal static class KeySuccessions
{
    private const string Resource = "successions";
    private const string Header = "c2sp.org/tlog-proof@v1\n";

    /// <summary>The trusted keys, and those which follow from them. What proves nothing is passed over. Pure.</summary>
    /// <param name="proofs">The oldest first.</param>
    public static IReadOnlyList<NoteVerifierKey> Extended(IReadOnlyList<NoteVerifierKey> trusted, IEnumerable<string> proofs)
    {
        var keys = trusted.ToList();
        foreach (var proof in proofs)
            if (TryRead(proof) is { } read && KeyIn(read, keys) is { } next) keys.Add(next);
        return keys;
    }

    /// <summary>The same for a log that can be read: a checkpoint on which such a proof rests must also be one that the newest follows from, by the log's tiles.</summary>
    public static async Task<IReadOnlyList<NoteVerifierKey>> ReadAsync(ILogReader log, Checkpoint newest, IReadOnlyList<NoteVerifierKey> trusted, CancellationToken cancel)
    {
        if (await log.ReadAsync(Resource, cancel) is not { } bytes) return trusted;
        var (keys, tiles) = (trusted.ToList(), new TileReader(log));
        foreach (var proof in Split(Encoding.UTF8.GetString(bytes.Span)))
            if (TryRead(proof) is { } read && KeyIn(read, keys) is { } next && await IsBeforeAsync(read.Checkpoint, newest, tiles, cancel)) keys.Add(next);
        return keys;
    }

    /// <summary>The key that is announced, when one that is trusted says so and it has not been trusted before.</summary>
    private static NoteVerifierKey? KeyIn(InclusionProofNote proof, List<NoteVerifierKey> trusted)
    {
        if (!proof.Verify(proof.Extra.Span, trusted)) return null;
        try
        {
            if (LoggedEntry.Read(proof.Extra.Span).Key is not { } text) return null;
            var key = NoteVerifierKey.Parse(text);
            return key.Type != NoteKeyType.Cosignature && key.Name == proof.Checkpoint.Origin && key.Verifies(proof.Note) && !trusted.Exists(known => known.ToString() == text) ? key : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static async Task<bool> IsBeforeAsync(Checkpoint older, Checkpoint newest, TileReader tiles, CancellationToken cancel)
    {
        if (older.Origin != newest.Origin || older.Size > newest.Size) return false;
        try
        {
            return TreeProof.IsConsistent(older.Size, older.Root, newest.Size, newest.Root, await tiles.ConsistencyAsync(older.Size, newest.Size, cancel));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Null for what is no proof.</summary>
    private static InclusionProofNote? TryRead(string proof)
    {
        try
        {
            return InclusionProofNote.Parse(proof);
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
}
