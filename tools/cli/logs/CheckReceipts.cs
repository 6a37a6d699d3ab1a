using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <param name="Id">Of the receipt.</param>
/// <param name="Why">A sentence.</param>
internal sealed record MissingReceipt(string Id, string Why);

/// <param name="Pending">Heard less than a minute ago, and not in the log yet.</param>
/// <param name="Named">Those that are missing, 1,000 of them at most.</param>
internal sealed record ReceiptsChecked(long Listed, long Proven, long Pending, long Missing, IReadOnlyList<MissingReceipt> Named);

/// <summary>
/// Asks for the proof of each receipt that audit lists, and finds those that the log does not have: whose proof there is none of after a minute, is no proof, is of another record or
/// another log, or rests on a checkpoint that is no part of the log that was checked.
/// </summary>
internal sealed class CheckReceipts(LogSource source, SignedCheckpoint signed, IReadOnlyList<NoteVerifierKey> trusted)
{
    private const int PageSize = 500, AtOnce = 16, MostNamed = 1000;

    /// <summary>What a receipt promises.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromMinutes(1);
    private readonly TileReader _tiles = new(source.Reader);
    private readonly Dictionary<string, bool> _follows = new(StringComparer.Ordinal);

    /// <param name="gateway">Its address.</param>
    /// <param name="looked">Is told how many were looked at.</param>
    public async Task<ReceiptsChecked> RunAsync(Uri gateway, Action<long>? looked, CancellationToken cancel)
    {
        var (sums, named, after) = (new ReceiptsChecked(0, 0, 0, 0, []), new List<MissingReceipt>(), 0L);
        for (var more = true; more;)
        {
            var page = PageOf(await AskAsync(new Uri(gateway, $"/v1/audit/receipts?after={after}&limit={PageSize}"), cancel), after);
            (after, more) = (page.Next, page.More);
            foreach (var some in page.Receipts!.Chunk(AtOnce))
            {
                var answers = await Task.WhenAll(some.Select(one => AskAsync(new Uri(gateway, $"/v1/audit/proofs/{Uri.EscapeDataString(one.Id)}"), cancel)));
                foreach (var (receipt, answer) in some.Zip(answers))
                {
                    var why = answer is null ? "Audit lists it, and knows of no proof." : await WhyNotAsync(receipt.Id, answer, cancel);
                    var isPending = why is not null && IsPending(answer) && TimeProvider.System.GetUtcNow() - receipt.HeardAt < Promised;
                    var isMissing = why is not null && !isPending;
                    if (isMissing && named.Count < MostNamed) named.Add(new MissingReceipt(receipt.Id, why!));
                    sums = sums with
                    {
                        Listed = sums.Listed + 1,
                        Proven = sums.Proven + (why is null ? 1 : 0),
                        Pending = sums.Pending + (isPending ? 1 : 0),
                        Missing = sums.Missing + (isMissing ? 1 : 0),
                    };
                }
            }

            looked?.Invoke(sums.Listed);
        }

        return sums with { Named = named };
    }

    private static Page PageOf(JsonNode? answer, long after)
    {
        try
        {
            // One that does not go on would be asked for again and again.
            if (answer.Deserialize<Page>(GatewayClient.Json) is { Receipts: { } receipts } page
                && (!page.More || page.Next > after) && receipts.All(one => one is { Id: not null })) return page;
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new RefusedException("What came is no list of receipts. Does --gateway name a gateway of Consent?");
    }

    private static bool IsPending(JsonNode? answer) => answer is JsonObject told && told["status"] is JsonValue status && status.TryGetValue(out string? text) && text == "pending";

    /// <summary>A sentence; null when it is proved.</summary>
    private async Task<string?> WhyNotAsync(string id, JsonNode answer, CancellationToken cancel)
    {
        if (IsPending(answer)) return "It was heard more than a minute ago, and is not in the log.";
        ProofVerdict verdict;
        try
        {
            var record = ProvenRecord.Read(System.Text.Encoding.UTF8.GetBytes(answer.ToJsonString(GatewayClient.Json)));
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

    /// <summary>Null where it is not known.</summary>
    private async Task<JsonNode?> AskAsync(Uri address, CancellationToken cancel)
    {
        using var answer = await source.Http.GetAsync(address, cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        var told = await GatewayClient.ReadJsonAsync(answer, cancel);
        if ((int)answer.StatusCode >= 500) answer.EnsureSuccessStatusCode();
        return answer.IsSuccessStatusCode ? told : throw new RefusedException(GatewayClient.Reason(answer, told));
    }

    private sealed record Page(IReadOnlyList<Listed>? Receipts, long Next, bool More);

    private sealed record Listed(string Id, DateTimeOffset HeardAt);
}
