using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>One thing that was checked, as a sentence that is true in either case.</summary>
internal sealed record Checked(bool Holds, string Says);

/// <param name="Checks">All of them, whether or not one before failed.</param>
/// <param name="Proof">As it was read, true or not; null when it could not be read.</param>
/// <param name="RecordId">Of the record that the commitment opens to; null when it does not.</param>
internal sealed record ProofVerdict(IReadOnlyList<Checked> Checks, InclusionProofNote? Proof, IReadOnlyList<NoteVerifierKey> Signers, LoggedEntry? Entry, string? RecordId)
{
    public bool Verifies => Checks.All(check => check.Holds);
}

/// <summary>
/// Checks a proof by its own bytes and trusted keys, and asks nobody: that the commitment opens to the record, that the entry is in the log, and that the checkpoint is signed. Pure.
/// </summary>
internal static class CheckProof
{
    private const int SaltLength = 32;

    /// <param name="proof">As C2SP tlog-proof writes it.</param>
    public static ProofVerdict Of(ProvenRecord record, string proof, BelievedKeys trusted)
    {
        if (TryRead(record, out var entry) is { } fault) return new ProofVerdict([new(false, fault)], null, [], null, null);
        InclusionProofNote read;
        try
        {
            read = InclusionProofNote.Parse(proof);
        }
        catch (FormatException e)
        {
            return new ProofVerdict([Opens(record, entry!, out var opened), new(false, $"The proof is none. {e.Message}")], null, [], entry, opened);
        }

        var (believed, _, fork) = KeySuccessions.Follow(trusted, (record.Successions ?? []).OfType<string>());
        Checked[] checks = [Opens(record, entry!, out var id), IsIncluded(record, entry!, read), fork is null ? IsSigned(read, believed) : new(false, fork.Message)];
        return new ProofVerdict(checks, read, fork is null ? read.Note.VerifiedBy(believed.At(read.Checkpoint.Size)) : [], entry, id);
    }

    /// <summary>
    /// SHA-256 of salt, kind, line feed, time to the millisecond, line feed and body (services/audit, README). With a salt of one length and a kind in one line it says one
    /// thing only.
    /// </summary>
    public static byte[] CommitmentTo(ReadOnlySpan<byte> salt, string kind, DateTimeOffset heardAt, ReadOnlySpan<byte> body)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(salt);
        sha.AppendData(Encoding.UTF8.GetBytes($"{kind}\n{Text(heardAt)}\n"));
        sha.AppendData(body);
        return sha.GetHashAndReset();
    }

    /// <returns>Why it could not be; null when it was read.</returns>
    private static string? TryRead(ProvenRecord record, out LoggedEntry? entry)
    {
        entry = null;
        if (record.Status == "pending") return "The record is not in the log yet: ask for its proof again in a second.";
        if (record.Entry is null) return "There is no entry in it.";
        try
        {
            entry = LoggedEntry.Read(record.Entry);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private static Checked Opens(ProvenRecord record, LoggedEntry entry, out string? id)
    {
        id = null;
        if (record.Opening is not { Kind: { } kind, Body: { } body, Salt: { Length: SaltLength } salt } opening
            || kind.Length == 0 || kind.Any(c => !char.IsAsciiLetterLower(c) && c != '-'))
            return new(false, "There is nothing in it that could open the commitment: a kind, a body and a salt of 32 bytes.");
        var commitment = CommitmentTo(salt, kind, opening.HeardAt, body);
        if (entry.Commitment is null) return new(false, "The entry announces a key and commits to no record.");
        if (record.Told is { } told)
        {
            if (!IsTold(told, commitment, entry.Commitment)) return new(false, $"The commitment does not open to this record, a {kind}: it is not among those that the entry is for.");
        }
        else if (!commitment.AsSpan().SequenceEqual(entry.Commitment))
        {
            return new(false, $"The commitment does not open to this record, a {kind}: of the record, its time and the salt, one is another.");
        }

        var what = Members(body);
        id = what.Id;
        var among = record.Told is null ? "" : string.Create(CultureInfo.InvariantCulture, $", as number {record.Told.Index + 1} of the {record.Told.Size} of its entry");
        return new(true, $"The commitment opens to this record: {kind}{After(" ", what.Id)}{After(" of site ", what.Site)}, heard {Text(opening.HeardAt)}{among}.");
    }

    private static bool IsTold(ToldAmong told, byte[] commitment, byte[] root) =>
        told is { Root: { Length: NodeHash.Length } claimed, Proof: { } proof } && claimed.AsSpan().SequenceEqual(root)
        && proof.All(hash => hash is { Length: NodeHash.Length })
        && TreeProof.IncludesAt(NodeHash.OfEntry(commitment), told.Index, told.Size, NodeHash.Of(root), [.. proof.Select(hash => NodeHash.Of(hash))]);

    private static Checked IsIncluded(ProvenRecord record, LoggedEntry entry, InclusionProofNote proof)
    {
        var (log, place) = (proof.Checkpoint.Origin, string.Create(CultureInfo.InvariantCulture, $"index {proof.Index}"));
        if (!TreeProof.IncludesAt(NodeHash.OfEntry(record.Entry), proof.Index, proof.Checkpoint.Size, proof.Checkpoint.Root, proof.Proof))
            return new(false, $"The entry is not in the log {log} at {place}: the hashes of the proof do not lead from it to the checkpoint's root.");
        // What stands beside the proof is under no signature.
        var isTold = (record.Index ?? proof.Index) == proof.Index && (record.Class ?? entry.Class) == entry.Class && (record.At ?? entry.At) == entry.At;
        return isTold ? new(true, $"The entry is in the log {log} at {place}: class {entry.Class}, taken {Text(entry.At)}.")
            : new(false, $"The entry is in the log {log} at {place}, class {entry.Class}, taken {Text(entry.At)}; but index, class or time beside it say otherwise.");
    }

    private static Checked IsSigned(InclusionProofNote proof, BelievedKeys trusted)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"{proof.Checkpoint.Size}");
        return SignedCheckpoint.WhyNot(proof.Note, proof.Checkpoint, trusted) is { } why
            ? new(false, $"The checkpoint of {size} entries cannot be trusted: {why}")
            : new(true, $"The checkpoint of {size} entries is signed by {string.Join(" and ", proof.Note.VerifiedBy(trusted.At(proof.Checkpoint.Size)).Select(SignedCheckpoint.NameOf))}.");
    }

    private static (string? Id, string? Site) Members(byte[] body)
    {
        try
        {
            var read = System.Text.Unicode.Utf8.IsValid(body) ? JsonNode.Parse(body) as JsonObject : null;
            return (Word(read?["id"]), Word(read?["site"]) ?? Word((read?["receipt"] as JsonObject)?["site"]));
        }
        // ArgumentException where a name comes twice.
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return (null, null);
        }
    }

    private static string? Word(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) && !text.Any(char.IsControl) ? text : null;

    private static string After(string begin, string? text) => text is null ? "" : begin + text;

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
