using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Consent.VerifiableLog;

namespace Consent.Cli.Tests.Logs;

/// <summary>What audit answers at <c>/v1/audit/proofs/{id}</c>, made here from its README.</summary>
internal static class SampleProof
{
    public const string HeardAt = "2026-06-03T12:00:00.123Z";
    private static readonly DateTimeOffset Taken = new(2026, 6, 3, 12, 20, 1, TimeSpan.Zero);

    /// <summary>Appends the receipt's entry, signs, and proves it.</summary>
    public static async Task<JsonObject> OfReceiptAsync(SampleLog log, string id)
    {
        var body = $$$"""{"id":"{{{id}}}","receipt":{"id":"{{{id}}}","site":"baker","version":1}}""";
        var salt = RandomNumberGenerator.GetBytes(32);
        return await ProveAsync(log, "decision", Opening("consent-changed", body, salt), Commitment("consent-changed", body, salt), null);
    }

    /// <summary>The second of three acknowledgements in one entry.</summary>
    public static async Task<JsonObject> OfAcknowledgementAsync(SampleLog log)
    {
        const string Body = """{"id":"receipt-1.newsletter","subscriber":"newsletter","source":"consent","recordId":"receipt-1"}""";
        var salt = RandomNumberGenerator.GetBytes(32);
        byte[][] all = [RandomNumberGenerator.GetBytes(32), Commitment("consent-applied", Body, salt), RandomNumberGenerator.GetBytes(32)];
        NodeHash[] leaves = [.. all.Select(one => NodeHash.OfEntry(one))];
        var root = NodeHash.OfChildren(NodeHash.OfChildren(leaves[0], leaves[1]), leaves[2]).ToArray();
        var told = new JsonObject { ["index"] = 1, ["size"] = 3, ["root"] = Base64(root), ["proof"] = new JsonArray(Base64(leaves[0].ToArray()), Base64(leaves[2].ToArray())) };
        return await ProveAsync(log, "delivery", Opening("consent-applied", Body, salt), root, told);
    }

    public static string Base64(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    private static JsonObject Opening(string kind, string body, byte[] salt) =>
        new() { ["kind"] = kind, ["heardAt"] = HeardAt, ["body"] = Base64(Encoding.UTF8.GetBytes(body)), ["salt"] = Base64(salt) };

    private static byte[] Commitment(string kind, string body, byte[] salt) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes($"{kind}\n{HeardAt}\n{body}")]);

    private static async Task<JsonObject> ProveAsync(SampleLog log, string its, JsonObject opening, byte[] commitment, JsonObject? told)
    {
        var (index, entry) = (log.Size, SampleLog.EntryAt(Taken, its, commitment));
        await log.AppendAsync(entry);
        log.Sign();
        var answer = new JsonObject
        {
            ["status"] = "included",
            ["class"] = its,
            ["at"] = Taken.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["index"] = index,
            ["entry"] = Base64(entry),
            ["opening"] = opening,
        };
        if (told is not null) answer["told"] = told;
        answer["proof"] = (await log.ProofAsync(index)).ToString();
        return answer;
    }
}
