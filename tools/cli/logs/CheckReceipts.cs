using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Cli.Logs;

/// <param name="Id">Of the receipt.</param>
/// <param name="Why">A sentence.</param>
internal sealed record MissingReceipt(string Id, string Why);

/// <param name="Proven">They stand in the log, each as an entry of its own.</param>
/// <param name="Opened">Of these, how many were opened besides, and held against their entry.</param>
/// <param name="Pending">Heard less than a minute ago, and not in the log yet.</param>
/// <param name="Named">Those that are missing, 1,000 of them at most.</param>
internal sealed record ReceiptsChecked(long Listed, long Proven, long Opened, long Pending, long Missing, IReadOnlyList<MissingReceipt> Named);

/// <summary>
/// Asks where each receipt that audit lists stands in the log, and finds those that it does not have: of which no entry is told after a minute, or one that is another receipt's, is
/// none of a decision, or is of another moment. Nobody's receipt is opened for that. Of some, chosen by chance when all were told, the proof is asked for and checked to its last byte
/// (<see cref="ProveSome"/>). Of some it asks again, for a minute by its own watch: of what is told to have been heard at a time that has not come yet, which would be on its way for ever, and
/// of entries behind the checkpoint that is shown, which may come after them. In memory for a page of receipts, those that it waits for, and a bit for each entry of the log.
/// </summary>
/// <param name="some">How many are opened.</param>
internal sealed class CheckReceipts(LogSource source, SignedCheckpoint signed, BelievedKeys trusted, int some, TimeProvider time)
{
    private const int PageSize = 500, MostNamed = 1000, MostWaiting = 10_000;

    /// <summary>What a receipt promises.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromMinutes(1), Again = TimeSpan.FromSeconds(2);
    private readonly ToldEntries _entries = new(source.Reader, signed, trusted);
    private readonly List<ToldReceipt> _chosen = [];
    private readonly List<MissingReceipt> _named = [];
    private readonly List<WaitingReceipt> _waiting = [];
    private ReceiptsChecked _sums = new(0, 0, 0, 0, 0, []);

    /// <param name="gateway">Its address.</param>
    /// <param name="looked">Is told how many were looked at.</param>
    public async Task<ReceiptsChecked> RunAsync(Uri gateway, Action<long>? looked, CancellationToken cancel)
    {
        var after = 0L;
        for (var more = true; more;)
        {
            var page = await ListAsync(gateway, after, cancel);
            if (page.Receipts is { Count: > 0 } receipts) await JudgeAsync(gateway, receipts, await IncludedAsync(gateway, [.. receipts.Select(r => r.Id)], cancel), after, cancel);
            (after, more) = (page.Next, page.More);
            looked?.Invoke(_sums.Listed);
            if (_waiting.Count > 0 && (!more || _waiting.Count >= MostWaiting)) await WaitAsync(gateway, cancel);
        }

        var prove = new ProveSome(source, signed, trusted);
        foreach (var one in _chosen)
        {
            var why = await prove.WhyNotAsync(gateway, one.Id, one.Index, cancel);
            // Erased since it was listed.
            if (why is not null && !await IsListedAsync(gateway, one.Id, one.After, cancel)) _sums = _sums with { Listed = _sums.Listed - 1, Proven = _sums.Proven - 1 };
            else if (why is null) _sums = _sums with { Opened = _sums.Opened + 1 };
            else Miss(one.Id, why, wasProven: true);
        }

        return _sums with { Named = _named };
    }

    private async Task JudgeAsync(Uri gateway, IReadOnlyList<Listed> receipts, IReadOnlyList<Included> told, long after, CancellationToken cancel)
    {
        HashSet<string>? still = null;
        foreach (var (receipt, answer) in receipts.Zip(told))
        {
            var (isPending, age) = (answer.Status == "pending", time.GetUtcNow() - receipt.HeardAt);
            var why = await WhyNotAsync(answer, "It was heard more than a minute ago, and is not in the log.", cancel);
            // Erased between the two questions: then it is listed no more.
            if (IsUnknown(answer) && !(still ??= [.. (await ListAsync(gateway, after, cancel)).Receipts!.Select(r => r.Id)]).Contains(receipt.Id)) continue;
            _sums = _sums with { Listed = _sums.Listed + 1 };
            if (why is null) Prove(receipt.Id, answer, after);
            else if (isPending && age >= TimeSpan.Zero && age < Promised) _sums = _sums with { Pending = _sums.Pending + 1 };
            else if (isPending ? age < TimeSpan.Zero : IsAhead(answer)) _waiting.Add(new WaitingReceipt(receipt.Id, after, time.GetTimestamp()));
            else Miss(receipt.Id, why, wasProven: false);
        }
    }

    /// <summary>Asks again about those that are waited for, until there is none, or each has had its minute.</summary>
    private async Task WaitAsync(Uri gateway, CancellationToken cancel)
    {
        while (_waiting.Count > 0)
        {
            await Task.Delay(Again, time, cancel);
            var asked = _waiting.ToList();
            _waiting.Clear();
            foreach (var page in asked.Chunk(PageSize))
            {
                // Before it is asked: what it had a minute ago and more is to be in the answer.
                var isOver = page.Select(one => time.GetElapsedTime(one.Since) >= Promised).ToList();
                var told = await IncludedAsync(gateway, [.. page.Select(one => one.Id)], cancel);
                foreach (var ((one, answer), isLast) in page.Zip(told).Zip(isOver))
                {
                    var why = await WhyNotAsync(answer, "It is told to have been heard later than now, and after a minute it is not in the log.", cancel);
                    if (IsUnknown(answer) && !await IsListedAsync(gateway, one.Id, one.After, cancel)) _sums = _sums with { Listed = _sums.Listed - 1 };
                    else if (why is null) Prove(one.Id, answer, one.After);
                    else if (!isLast && (answer.Status == "pending" || IsAhead(answer))) _waiting.Add(one);
                    else Miss(one.Id, why, wasProven: false);
                }
            }
        }
    }

    /// <param name="pending">What is to be said of one that is not in the log yet.</param>
    private async Task<string?> WhyNotAsync(Included answer, string pending, CancellationToken cancel) =>
        IsTold(answer) ? await _entries.WhyNotAsync(answer, cancel) : IsUnknown(answer) ? "Audit lists it, and says that it knows of no such record." : pending;

    private static bool IsTold(Included answer) => answer is { Status: "included", Index: not null, At: not null };

    private static bool IsUnknown(Included answer) => !IsTold(answer) && answer.Status != "pending";

    private bool IsAhead(Included answer) => IsTold(answer) && answer.Index >= _entries.Size;

    private void Prove(string id, Included answer, long after)
    {
        _sums = _sums with { Proven = _sums.Proven + 1 };
        Choose(new ToldReceipt(id, answer.Index!.Value, after));
    }

    private void Miss(string id, string why, bool wasProven)
    {
        _sums = _sums with { Missing = _sums.Missing + 1, Proven = _sums.Proven - (wasProven ? 1 : 0) };
        if (_named.Count < MostNamed) _named.Add(new MissingReceipt(id, why));
    }

    /// <summary>Each of all receipts as likely as any other, and none that audit could have foreseen.</summary>
    private void Choose(ToldReceipt one)
    {
        if (_chosen.Count < some) _chosen.Add(one);
        else if (some > 0 && RandomNumberGenerator.GetInt32((int)Math.Min(_sums.Proven, int.MaxValue)) is var place && place < some) _chosen[place] = one;
    }

    private async Task<bool> IsListedAsync(Uri gateway, string id, long after, CancellationToken cancel) => (await ListAsync(gateway, after, cancel)).Receipts!.Any(r => r.Id == id);

    private async Task<Page> ListAsync(Uri gateway, long after, CancellationToken cancel)
    {
        using var answer = await source.Http.GetAsync(new Uri(gateway, $"/v1/audit/receipts?after={after}&limit={PageSize}"), cancel);
        // One that does not go on would be asked for again and again.
        return await ReadAsync<Page>(answer, cancel) is { Receipts: { Count: <= PageSize } receipts } page && (!page.More || page.Next > after) && receipts.All(one => one is { Id: not null })
            ? page : throw new RefusedException("What came is no list of receipts. Does --gateway name a gateway of Consent?");
    }

    private async Task<IReadOnlyList<Included>> IncludedAsync(Uri gateway, IReadOnlyList<string> ids, CancellationToken cancel)
    {
        var question = new JsonObject { ["ids"] = new JsonArray(ids.Select(id => (JsonNode?)id).ToArray()) };
        using var answer = await source.Http.PostAsync(new Uri(gateway, "/v1/audit/proofs/included"), question, cancel);
        _entries.LookAgain();
        return await ReadAsync<Answer>(answer, cancel) is { Records: { } told } && told.All(one => one is not null) && told.Select(one => one.Id).SequenceEqual(ids, StringComparer.Ordinal)
            ? told : throw new RefusedException("What came does not say of each receipt whether it is in the log. Is the gateway as new as this program?");
    }

    /// <summary>Null for what is no such answer.</summary>
    private static async Task<T?> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancel) where T : class
    {
        var told = await GatewayClient.ReadJsonAsync(answer, cancel);
        if ((int)answer.StatusCode >= 500) answer.EnsureSuccessStatusCode();
        if (!answer.IsSuccessStatusCode && answer.StatusCode != HttpStatusCode.NotFound) throw new RefusedException(GatewayClient.Reason(answer, told));
        try
        {
            return told.Deserialize<T>(GatewayClient.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Page(IReadOnlyList<Listed>? Receipts, long Next, bool More);

    private sealed record Listed(string Id, DateTimeOffset HeardAt);

    private sealed record Answer(IReadOnlyList<Included>? Records);

    /// <param name="After">Where the page begins on which it was listed.</param>
    private sealed record ToldReceipt(string Id, long Index, long After);

    /// <param name="Since">By this program's watch: when it was told of first.</param>
    private sealed record WaitingReceipt(string Id, long After, long Since);
}
