using System.IO.Compression;
using System.Security.Cryptography;
using Consent.Contracts;
using Consent.VerifiableLog;

namespace Consent.Audit.Evidence;

/// <summary>
/// A receipt with all that proves it, as a ZIP that is verified without asking anybody: the files of <see cref="EvidenceFiles"/>, <c>manifest.json</c> with the SHA-256 of each, and
/// <c>manifest.note</c>, by which the log's keys sign for the manifest. Of one receipt and one checkpoint all bytes are the same each time but those of the note, in which ECDSA
/// has its random part: files are in a fixed order, stored as they are, and dated 1 January 1980.
/// </summary>
internal static class EvidencePackage
{
    /// <summary>The note's first line. Its text has two lines, and that of a checkpoint three or more: neither signature passes for the other.</summary>
    public const string Form = "consent.evidence/v1";
    private static readonly DateTimeOffset Dated = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the package. It is made in memory, some 100 kB, so that what leaves is whole.</summary>
    public static async Task WriteAsync(Stream to, ReceiptEvidence evidence, CancellationToken cancel) => await to.WriteAsync(Pack(All(evidence)), cancel);

    /// <summary>All files in their order.</summary>
    internal static IReadOnlyList<EvidenceFile> All(ReceiptEvidence evidence)
    {
        var files = EvidenceFiles.Of(evidence);
        var listed = files.Select(file => new Listed(file.Name, file.Bytes.Length, HashOf(file.Bytes))).ToList();
        var receipt = evidence.Trace.Receipt;
        var manifest = ContractJson.Write(new Manifest(
            Form, receipt.Id, receipt.Site, receipt.Controller, evidence.Checkpoint.Origin, evidence.Receipt.Index, evidence.Checkpoint.Size, listed));
        var note = SignedNote.Sign($"{Form}\n{HashOf(manifest)}  manifest.json\n", [.. evidence.Signers]);
        return [.. files, new EvidenceFile("manifest.json", manifest), EvidenceFile.Of("manifest.note", note.ToString())];
    }

    private static byte[] Pack(IReadOnlyList<EvidenceFile> files)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in files)
            {
                var entry = zip.CreateEntry(file.Name, CompressionLevel.NoCompression);
                entry.LastWriteTime = Dated;
                using var content = entry.Open();
                content.Write(file.Bytes);
            }
        }

        return packed.ToArray();
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <param name="Index">Of the receipt's entry.</param>
    /// <param name="Size">Of the log under the checkpoint.</param>
    private sealed record Manifest(string Form, string Receipt, string Site, string Controller, string Log, long Index, long Size, IReadOnlyList<Listed> Files);

    private sealed record Listed(string Name, long Bytes, string Sha256);
}
