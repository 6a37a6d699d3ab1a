using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.VerifiableLog;

namespace Consent.Cli.Tests.Logs;

/// <summary>What audit answers at <c>/v1/audit/evidence/{id}</c>, made here from its README: receipt, text, publication and one acknowledgement, all under one checkpoint.</summary>
internal sealed class SampleEvidence
{
    public const string Applied = """{"id":"receipt-1.newsletter","subscriber":"newsletter","recordId":"receipt-1","appliedAt":"2026-06-03T12:00:01.000Z"}""";
    private static readonly DateTimeOffset Taken = new(2026, 6, 3, 12, 20, 1, TimeSpan.Zero);
    private readonly SampleLog _log;
    private long _size;
    private long? _index;

    private SampleEvidence(SampleLog log) => _log = log;

    /// <summary>Name → bytes, as they are to be packed.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public static async Task<SampleEvidence> MakeAsync(SampleLog log)
    {
        var made = new SampleEvidence(log);
        await log.GrowAsync(2);
        var declaration = CanonicalJson.Write(JsonNode.Parse("""
            {"site":"baker","languages":["nl","en"],"controller":{"id":"bakkers","name":"De Bakkers"},"topics":[],
             "purposes":[{"id":"statistics","name":{"nl":"Statistiek","en":"Statistics"},"description":{"nl":"Wij tellen.","en":"We count."}}]}
            """));
        var receipt = $$$"""{"id":"receipt-1","site":"baker","controller":"bakkers","declaration":"{{{Hash(declaration)}}}","language":"nl","version":1}""";
        made.Files["receipt.json"] = Encoding.UTF8.GetBytes($$$"""{"id":"receipt-1","receipt":{{{receipt}}}}""");
        made.Files["declaration.json"] = declaration;
        made.Set("text.json", """{"language":"nl","controller":"De Bakkers","purposes":[{"id":"statistics","name":"Statistiek","description":"Wij tellen."}],"topics":[]}""");
        made.Set("trace.json", $$$"""{"trace":{"receipt":{{{receipt}}}},"proofs":[{"file":"proofs/delivery-1.json","record":"receipt-1","subscriber":"newsletter"}]}""");
        made.Set("VERIFY.md", "How to.\n");
        made.Set("cover.html", "<!doctype html>\n");
        await made.ProveAsync(
            ("receipt", "decision", "consent-changed", Encoding.UTF8.GetString(made.Files["receipt.json"])),
            ("declaration", "declaration", "declaration-published", $$$"""{"id":"d1","declaration":{"version":1,"declaration":{{{Encoding.UTF8.GetString(declaration)}}}}}"""),
            ("delivery-1", "delivery", "consent-applied", Applied));
        made._size = log.Size;
        made.Files["checkpoint"] = await File.ReadAllBytesAsync(log.CheckpointFile);
        made.Set("keys", $"{log.Key}\n");
        made.Seal(log.Signer);
        return made;
    }

    public void Set(string name, string text) => Files[name] = Encoding.UTF8.GetBytes(text);

    public string Text(string name) => Encoding.UTF8.GetString(Files[name]);

    /// <summary>Each an entry of its own, an acknowledgement as the only one of its round; then all are signed for, and proved.</summary>
    public async Task ProveAsync(params (string Name, string Class, string Kind, string Body)[] records)
    {
        var made = new List<(string Name, JsonObject Answer)>();
        foreach (var (name, its, kind, body) in records)
        {
            var salt = RandomNumberGenerator.GetBytes(32);
            var commitment = SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes($"{kind}\n{SampleProof.HeardAt}\n{body}")]);
            var root = NodeHash.OfEntry(commitment).ToArray();
            var (index, entry) = (_log.Size, SampleLog.EntryAt(Taken, its, its == "delivery" ? root : commitment));
            await _log.AppendAsync(entry);
            if (name == "receipt") _index ??= index;
            var answer = new JsonObject
            {
                ["status"] = "included",
                ["class"] = its,
                ["at"] = "2026-06-03T12:20:01.000Z",
                ["index"] = index,
                ["entry"] = SampleProof.Base64(entry),
                ["opening"] = new JsonObject
                {
                    ["kind"] = kind,
                    ["heardAt"] = SampleProof.HeardAt,
                    ["body"] = SampleProof.Base64(Encoding.UTF8.GetBytes(body)),
                    ["salt"] = SampleProof.Base64(salt),
                },
            };
            if (its == "delivery") answer["told"] = new JsonObject { ["index"] = 0, ["size"] = 1, ["root"] = SampleProof.Base64(root), ["proof"] = new JsonArray() };
            made.Add((name, answer));
        }

        _log.Sign();
        foreach (var (name, answer) in made)
        {
            var proof = (await _log.ProofAsync((long)answer["index"]!)).ToString();
            answer["proof"] = proof;
            Set($"proofs/{name}.json", answer.ToJsonString());
            Set($"proofs/{name}.tlog-proof", proof);
        }
    }

    /// <summary>Signs for the files as they are now, as whoever has the key could.</summary>
    /// <param name="change">What the manifest says otherwise.</param>
    public void Seal(INoteSigner signer, string receipt = "receipt-1", Action<JsonObject>? change = null)
    {
        Files.Remove("manifest.json");
        Files.Remove("manifest.note");
        var listed = Files.Select(file => (JsonNode)new JsonObject { ["name"] = file.Key, ["bytes"] = file.Value.Length, ["sha256"] = Hash(file.Value) }).ToArray();
        var manifest = new JsonObject
        {
            ["form"] = "consent.evidence/v1",
            ["receipt"] = receipt,
            ["site"] = "baker",
            ["controller"] = "bakkers",
            ["log"] = SampleLog.Origin,
            ["index"] = _index,
            ["size"] = _size,
            ["files"] = new JsonArray(listed),
        };
        change?.Invoke(manifest);
        Set("manifest.json", manifest.ToJsonString());
        Set("manifest.note", SignedNote.Sign($"consent.evidence/v1\n{Hash(Files["manifest.json"])}  manifest.json\n", signer).ToString());
    }

    public byte[] Pack(params (string Name, byte[] Bytes)[] more)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in Files.Select(file => (file.Key, file.Value)).Concat(more))
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }

        return packed.ToArray();
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
