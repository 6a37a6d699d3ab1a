using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <param name="IsPinned">It rests on keys that were given, and not on those in the package.</param>
/// <param name="Checkpoint">Under which the receipt's proof stands, true or not.</param>
internal sealed record EvidenceVerdict(IReadOnlyList<Checked> Checks, bool IsPinned, string? Receipt, long? Index, Checkpoint? Checkpoint, IReadOnlyList<NoteVerifierKey> Signers)
{
    /// <summary>All holds, by whatever keys: of a package that rests on its own, a forger's is as consistent as a true one.</summary>
    public bool IsConsistent => Checks.All(check => check.Holds);

    public bool Verifies => IsPinned && IsConsistent;
}

/// <summary>
/// Checks an evidence package by its own bytes and trusted keys, and asks nobody: that its files are those that were signed for, that the receipt stands in the log, that the text is the
/// one that the receipt names, and that each acknowledgement is about this receipt and stands in the log. Pure.
/// </summary>
internal sealed class CheckEvidence
{
    private readonly IReadOnlyDictionary<string, byte[]> _files;
    private readonly BelievedKeys _trusted;
    private readonly List<Checked> _checks = [];

    /// <summary>The text of the checkpoint in the file of that name, without signatures: a cosignature may come between two proofs. Null when there is none.</summary>
    private readonly string? _checkpoint;

    /// <summary>Proofs under another: of a log that was forked, each history can have a valid one.</summary>
    private readonly List<string> _elsewhere = [];

    private CheckEvidence(IReadOnlyDictionary<string, byte[]> files, BelievedKeys? pinned)
    {
        (_files, _checkpoint) = (files, CheckpointIn(files));
        (_trusted, _, var fork) = KeySuccessions.Follow(pinned ?? BelievedKeys.Of(KeysIn(files)), SuccessionsIn(files));
        if (fork is not null) _checks.Add(new(false, fork.Message));
    }

    /// <param name="pinned">Null where none were given: then the package is held against the keys that it brings itself.</param>
    public static EvidenceVerdict Of(IReadOnlyDictionary<string, byte[]> files, BelievedKeys? pinned) => new CheckEvidence(files, pinned).Run(pinned is not null);

    private EvidenceVerdict Run(bool isPinned)
    {
        var manifest = CheckManifest.Of(_files, _trusted, _checks);
        if (manifest is null || Proof("receipt") is not (var opened, var verdict)) return new EvidenceVerdict(_checks, isPinned, manifest?.Receipt, null, null, []);
        var heard = JsonIn("receipt.json");
        var receipt = heard?["receipt"] as JsonObject;
        Check(
            opened?.Kind == "consent-changed" && verdict.RecordId == manifest.Receipt && (receipt is null || Word(receipt["id"]) == manifest.Receipt)
            && _files.GetValueOrDefault("receipt.json") is { } body && body.AsSpan().SequenceEqual(opened?.Body),
            $"receipt.json is what the log commits to, byte for byte: receipt {manifest.Receipt}.", "receipt.json is not what the log commits to, or another receipt than the manifest names.");
        if (receipt is null) _checks.Add(new(false, "receipt.json has no receipt in it."));
        else CheckTold(receipt);

        if (receipt is not null && verdict.Proof is { } place)
            Check(
                (manifest.Log, manifest.Index, manifest.Size) == (place.Checkpoint.Origin, place.Index, place.Checkpoint.Size)
                && manifest.Site is not null && manifest.Site == Word(receipt["site"]) && manifest.Controller is not null && manifest.Controller == Word(receipt["controller"]),
                $"manifest.json names the receipt's place in the log, its site {manifest.Site} and its controller {manifest.Controller}.",
                "manifest.json names another log, index, size, site or controller than the receipt and its proof.");
        var isIts = _files.GetValueOrDefault("checkpoint") is { } checkpoint && verdict.Proof?.Note.ToString() == Encoding.UTF8.GetString(checkpoint);
        if (!isIts || _elsewhere.Count == 0) Check(isIts, "The proofs rest on the checkpoint in the file checkpoint, all of them.", "checkpoint is not the one on which the proofs rest.");
        foreach (var name in _elsewhere) _checks.Add(new(false, $"{name}: its proof rests on another checkpoint than the file checkpoint."));
        return new EvidenceVerdict(_checks, isPinned, manifest.Receipt, verdict.Proof?.Index, verdict.Proof?.Checkpoint, verdict.Signers);
    }

    private void CheckTold(JsonObject receipt)
    {
        var (id, hash, trace) = (Word(receipt["id"]), Word(receipt["declaration"]), JsonIn("trace.json"));
        var canonical = _files.GetValueOrDefault("declaration.json");
        if (hash is null || canonical is null) _checks.Add(new(true, hash is null ? "The receipt names no declaration: a \"no\" needs none." : "declaration.json is not in the package: of the text there is its hash alone."));
        else Check(CheckManifest.HashOf(canonical) == hash, $"declaration.json is what the receipt names: its SHA-256 is {hash}.", "declaration.json is not the text that the receipt names: its SHA-256 is another.");
        if (_files.ContainsKey("text.json"))
            Check(CheckShownText.Holds(JsonIn("text.json"), JsonIn("declaration.json"), Word(receipt["language"])),
                CheckShownText.IsIn(JsonIn("declaration.json"), Word(receipt["language"])) ? "text.json has the words of declaration.json, in the receipt's language."
                    : "text.json has the words of declaration.json in its first language. The receipt names none that it has, so which of its texts was shown is not known.",
                "text.json has other words than declaration.json, or another language than the receipt.");
        Check(Member(Member(trace, "trace"), "receipt") is JsonObject told && receipt.All(member => JsonNode.DeepEquals(member.Value, told[member.Key])),
            "trace.json tells of this receipt.", "trace.json tells of another receipt than receipt.json.");

        if (_files.ContainsKey("proofs/declaration.json") && Proof("declaration") is (var published, _))
            Check(canonical is not null && published?.Kind == "declaration-published" && CanonicalIn(published.Body) is { } declared && declared.AsSpan().SequenceEqual(canonical),
                "declaration: it is the publication of declaration.json.", "declaration: it is the publication of another text than declaration.json.");
        if (_files.ContainsKey("proofs/cause.json") && Proof("cause") is (_, var cause))
            Check(cause.RecordId is not null && cause.RecordId == Word(receipt["causedBy"]), "cause: it is what led to the receipt.", "cause: it is not what the receipt names as its cause.");
        foreach (var name in _files.Keys.Where(file => file.StartsWith("proofs/delivery-", StringComparison.Ordinal) && file.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            CheckDelivery(name, id, trace);
    }

    private void CheckDelivery(string file, string? receipt, JsonObject? trace)
    {
        var name = file["proofs/".Length..^".json".Length];
        if (Proof(name) is not (var opened, _)) return;
        var body = opened?.Body is { } bytes ? Parsed(bytes) : null;
        var subscriber = Word(body?["subscriber"]);
        var listed = trace?["proofs"] is JsonArray proofs ? proofs.FirstOrDefault(p => Word(Member(p, "file")) == file) : null;
        Check(opened?.Kind == "consent-applied" && receipt is not null && Word(body?["recordId"]) == receipt && subscriber is not null && Word(Member(listed, "subscriber")) == subscriber,
            $"{name}: {subscriber} applied this receipt at {Word(body?["appliedAt"])}, by its own word.", $"{name}: it is the acknowledgement of another receipt, or of another subscriber than trace.json says.");
    }

    /// <summary>Null when a file is missing or none; then it was said.</summary>
    private (Opening? Opened, ProofVerdict Verdict)? Proof(string name)
    {
        var (json, note) = ($"proofs/{name}.json", $"proofs/{name}.tlog-proof");
        if (_files.GetValueOrDefault(json) is not { } bytes || _files.GetValueOrDefault(note) is not { } text)
        {
            _checks.Add(new(false, $"{name}: {json} or {note} is missing."));
            return null;
        }

        try
        {
            var record = ProvenRecord.Read(bytes);
            var verdict = CheckProof.Of(record, record.Proof ?? "", _trusted);
            _checks.AddRange(verdict.Checks.Select(check => check with { Says = $"{name}: {check.Says}" }));
            if (verdict.Proof is { } under && under.Note.Text != _checkpoint) _elsewhere.Add(name);
            if (!text.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(record.Proof ?? ""))) _checks.Add(new(false, $"{name}: {note} is another proof than {json} has."));
            return (record.Opening, verdict);
        }
        catch (FormatException e)
        {
            _checks.Add(new(false, $"{name}: {json} is none. {e.Message}"));
            return null;
        }
    }

    private void Check(bool holds, string says, string otherwise) => _checks.Add(new(holds, holds ? says : otherwise));

    private JsonObject? JsonIn(string file) => _files.GetValueOrDefault(file) is { } bytes ? Parsed(bytes) : null;

    private static JsonObject? Parsed(byte[] bytes)
    {
        try
        {
            // What is no text at all is found out by the parser only when a word of it is asked for.
            return System.Text.Unicode.Utf8.IsValid(bytes) ? JsonNode.Parse(bytes, null, new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static byte[]? CanonicalIn(byte[]? publication)
    {
        try
        {
            return publication is not null && Parsed(publication)?["declaration"] is JsonObject published ? CanonicalJson.Write(published["declaration"]) : null;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private static JsonNode? Member(JsonNode? of, string name) => (of as JsonObject)?[name];

    private static string? Word(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) && !text.Any(char.IsControl) ? text : null;

    /// <summary>By which the keys of the package follow from older ones, as all its proofs bring them: what one of them tells may contradict another.</summary>
    private static IEnumerable<string> SuccessionsIn(IReadOnlyDictionary<string, byte[]> files) =>
        files.Where(file => file.Key.StartsWith("proofs/", StringComparison.Ordinal) && file.Key.EndsWith(".json", StringComparison.Ordinal))
            .SelectMany(file => SuccessionsIn(file.Value)).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> SuccessionsIn(byte[] proof)
    {
        try
        {
            return (ProvenRecord.Read(proof).Successions ?? []).OfType<string>();
        }
        catch (FormatException)
        {
            return [];
        }
    }

    private static string? CheckpointIn(IReadOnlyDictionary<string, byte[]> files)
    {
        try
        {
            return files.GetValueOrDefault("checkpoint") is { } bytes ? SignedNote.Parse(bytes).Text : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Those that can be read: of the rest nothing is verified.</summary>
    private static List<KeyTerm> KeysIn(IReadOnlyDictionary<string, byte[]> files)
    {
        var keys = new List<KeyTerm>();
        foreach (var line in Encoding.UTF8.GetString(files.GetValueOrDefault("keys") ?? []).Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(1_000))
        {
            try
            {
                if (KeyTerm.Parse(line) is { } term) keys.Add(term);
            }
            catch (FormatException)
            {
                // It verifies nothing then, and the file is another than was signed for.
            }
        }

        return keys;
    }
}
