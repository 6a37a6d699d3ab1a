using Consent.Audit.Logs;
using Consent.VerifiableLog;

namespace Consent.Audit.Evidence;

/// <summary>What proves one receipt, all of it under one checkpoint of its controller's log.</summary>
/// <param name="Body">What was heard of the receipt, byte for byte.</param>
/// <param name="Declaration">Canonical form (RFC 8785) of what the person was shown; null while audit has not heard of it, and under a "no" that named none.</param>
/// <param name="Log">In which the receipt stands.</param>
/// <param name="Signers">Those of the log's keys that are announced in it and can sign here; at least one.</param>
internal sealed record ReceiptEvidence(Trace Trace, byte[] Body, byte[]? Declaration, IReadOnlyList<ProvenPart> Proofs, ServedLog Log, IReadOnlyList<INoteSigner> Signers)
{
    /// <summary>Of the receipt itself; the first of all.</summary>
    public ProveRecord.Proven Receipt => Proofs[0].Proof;

    /// <summary>On which the receipt's proof rests, with the cosignatures that it had then: one may come while the others are read.</summary>
    public SignedNote Note { get; } = InclusionProofNote.Parse(Proofs[0].Proof.Proof).Note;

    public Checkpoint Checkpoint => Checkpoint.Parse(Note.Text);

    /// <summary>The lines of <c>/log/{log}/keys</c>.</summary>
    public IEnumerable<string> Keys => KeyTerms.Of(Log).Select(key => key.ToString());
}

/// <param name="Name">Of its files in the package, without folder and ending: <c>receipt</c>, <c>declaration</c>, <c>cause</c>, <c>delivery-1</c> and so on.</param>
/// <param name="RecordId">Of the event that is proved; of an acknowledgement, of the event that was acknowledged.</param>
/// <param name="Subscriber">Of an acknowledgement: whose.</param>
internal sealed record ProvenPart(string Name, string RecordId, string? Subscriber, ProveRecord.Proven Proof);
