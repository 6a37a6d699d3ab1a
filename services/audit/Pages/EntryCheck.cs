using Consent.Audit.Logs;
using Consent.VerifiableLog;

namespace Consent.Audit.Pages;

/// <summary>What came out when a proof was checked, as whoever holds it would check it: by the proof's own bytes and the log's keys. Pure.</summary>
/// <param name="Index">Of the entry, 0 for the log's first.</param>
/// <param name="At">When the log took it.</param>
/// <param name="Size">Entries under the checkpoint.</param>
/// <param name="IsOfRecord">The entry commits to what was heard, byte for byte.</param>
/// <param name="IsInTree">Its hash leads to the checkpoint's root.</param>
/// <param name="SignedBy">Keys of the log that signed the checkpoint, none of them wrongly; empty when it is not to be believed.</param>
internal sealed record EntryCheck(long Index, DateTimeOffset At, string Origin, long Size, string Root, bool IsOfRecord, bool IsInTree, IReadOnlyList<string> SignedBy)
{
    public bool IsRight => IsOfRecord && IsInTree && SignedBy.Count > 0;

    /// <param name="proven">As <c>/v1/audit/proofs/{id}</c> hands it out.</param>
    /// <param name="keys">Announced in the log.</param>
    public static EntryCheck Of(ProveRecord.Proven proven, IReadOnlyCollection<NoteVerifierKey> keys)
    {
        var proof = InclusionProofNote.Parse(proven.Proof);
        var checkpoint = proof.Checkpoint;
        var signers = proof.Note.VerifiedBy(keys).Where(key => key.Type != NoteKeyType.Cosignature && key.Name == checkpoint.Origin);
        return new EntryCheck(
            proven.Index, proven.At, checkpoint.Origin, checkpoint.Size, checkpoint.Root.ToString(), IsCommitted(proven),
            TreeProof.IncludesAt(NodeHash.OfEntry(proven.Entry), proven.Index, checkpoint.Size, checkpoint.Root, proof.Proof), [.. signers.Select(key => ShownLog.NameOf(key.Type))]);
    }

    private static bool IsCommitted(ProveRecord.Proven proven)
    {
        if (proven.Opening is not { } opening || LogEntry.Read(proven.Entry).Commitment is not { } committed) return false;
        var commitment = LogEntry.CommitmentTo(opening.Salt, opening.Kind, opening.HeardAt, opening.Body);
        if (proven.Told is not { } told) return commitment.AsSpan().SequenceEqual(committed);
        // One acknowledgement among those of its round: the entry commits to the root of their tree.
        return told.Root.AsSpan().SequenceEqual(committed)
            && TreeProof.IncludesAt(NodeHash.OfEntry(commitment), told.Index, told.Size, NodeHash.Of(told.Root), [.. told.Proof.Select(hash => NodeHash.Of(hash))]);
    }
}
