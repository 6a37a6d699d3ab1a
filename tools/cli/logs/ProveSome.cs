using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>
/// Asks for the proof of one receipt, which opens it and is noted in the log as a look at somebody, and checks it as <c>consent verify</c> does; and that it rests on a checkpoint of the
/// log that was checked, for the entry that was told before.
/// </summary>
internal sealed class ProveSome(LogSource source, SignedCheckpoint signed, BelievedKeys trusted)
{
    private readonly TileReader _tiles = new(source.Reader);
    private readonly Dictionary<string, bool> _follows = new(StringComparer.Ordinal);

    /// <summary>A sentence; null when it is proved.</summary>
    public async Task<string?> WhyNotAsync(Uri gateway, string id, long index, CancellationToken cancel)
    {
        using var answer = await source.Http.GetAsync(new Uri(gateway, $"/v1/audit/proofs/{Uri.EscapeDataString(id)}"), cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound) return "Audit lists it, and knows of no proof.";
        var told = await GatewayClient.ReadJsonAsync(answer, cancel);
        if ((int)answer.StatusCode >= 500) answer.EnsureSuccessStatusCode();
        if (!answer.IsSuccessStatusCode) throw new RefusedException(GatewayClient.Reason(answer, told));
        if (told is JsonObject pending && pending["status"] is JsonValue status && status.TryGetValue(out string? text) && text == "pending")
            return "It is told to be in the log, and its proof to be pending.";
        ProofVerdict verdict;
        try
        {
            var record = ProvenRecord.Read(Encoding.UTF8.GetBytes(told?.ToJsonString(GatewayClient.Json) ?? "null"));
            verdict = CheckProof.Of(record, record.Proof ?? "", trusted);
        }
        catch (FormatException e)
        {
            return e.Message;
        }

        if (!verdict.Verifies) return string.Join(' ', verdict.Checks.Where(check => !check.Holds).Select(check => check.Says));
        if (verdict.RecordId != id) return $"Its proof is of another record, {verdict.RecordId ?? "without an id"}.";
        var proof = verdict.Proof!;
        if (proof.Checkpoint.Origin != signed.Checkpoint.Origin) return $"It is in another log, {proof.Checkpoint.Origin}.";
        if (proof.Index != index) return $"It is told to be entry {index} of the log, and its proof is of entry {proof.Index}.";
        return await FollowsAsync(proof.Checkpoint, cancel) ? null
            : $"Its proof rests on a checkpoint of {proof.Checkpoint.Size} entries that is no part of this log: somebody is shown another one.";
    }

    /// <summary>Whether one of the two trees begins with the other. The log may have grown since it was checked.</summary>
    private async Task<bool> FollowsAsync(Checkpoint other, CancellationToken cancel)
    {
        if (_follows.TryGetValue(other.Text, out var known)) return known;
        var (first, second) = other.Size <= signed.Checkpoint.Size ? (other, signed.Checkpoint) : (signed.Checkpoint, other);
        bool follows;
        try
        {
            follows = TreeProof.IsConsistent(first.Size, first.Root, second.Size, second.Root, await _tiles.ConsistencyAsync(first.Size, second.Size, cancel));
        }
        catch (FormatException)
        {
            follows = false;
        }

        return _follows[other.Text] = follows;
    }
}
