using System.Text;
using Consent.Contracts;

namespace Consent.Audit.Evidence;

internal sealed record EvidenceFile(string Name, byte[] Bytes)
{
    public static EvidenceFile Of(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));
}

/// <summary>What lies in a package beside its manifest, in this order. What is not known is absent, and says so on the cover. Pure.</summary>
internal static class EvidenceFiles
{
    public static IReadOnlyList<EvidenceFile> Of(ReceiptEvidence evidence)
    {
        var files = new List<EvidenceFile>
        {
            EvidenceFile.Of("VERIFY.md", EvidenceManual.Of(evidence)),
            EvidenceFile.Of("cover.html", EvidenceCover.Of(evidence)),
            new("receipt.json", evidence.Body),
        };
        if (evidence.Declaration is { } declaration) files.Add(new EvidenceFile("declaration.json", declaration));
        if (evidence.Declaration is not null && evidence.Trace.Declaration?.Text is { } text) files.Add(new EvidenceFile("text.json", ContractJson.Write(text)));
        files.Add(new EvidenceFile("trace.json", ContractJson.Write(new Told(evidence.Trace, [.. evidence.Proofs.Select(p => new Named(FileOf(p), p.RecordId, p.Subscriber))]))));
        foreach (var part in evidence.Proofs)
        {
            // The same as /v1/audit/proofs/{id} answers, and by itself what other programs read.
            files.Add(new EvidenceFile(FileOf(part), ContractJson.Write(part.Proof)));
            files.Add(EvidenceFile.Of($"proofs/{part.Name}.tlog-proof", part.Proof.Proof));
        }

        files.Add(EvidenceFile.Of("checkpoint", evidence.Note.ToString()));
        files.Add(EvidenceFile.Of("keys", string.Concat(evidence.Keys.Select(key => $"{key}\n"))));
        return files;
    }

    private static string FileOf(ProvenPart part) => $"proofs/{part.Name}.json";

    /// <param name="Proofs">Which file proves what; a step of the story that none is named for was not under the checkpoint yet, or is nobody's entry.</param>
    private sealed record Told(Trace Trace, IReadOnlyList<Named> Proofs);

    private sealed record Named(string File, string Record, string? Subscriber);
}
