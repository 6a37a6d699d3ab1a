using System.Security.Cryptography;
using System.Text.Json;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>What a package says of itself. Everything in it is a claim until its note was verified.</summary>
/// <param name="Log">Name of the log, which is that of its keys.</param>
internal sealed record EvidenceManifest(string? Form, string? Receipt, string? Site, string? Controller, string? Log, long Index, long Size, IReadOnlyList<ListedFile?>? Files);

internal sealed record ListedFile(string? Name, long Bytes, string? Sha256);

/// <summary>Checks that a package has the files that were signed for, all of them and no other. Pure.</summary>
internal static class CheckManifest
{
    public const string Json = "manifest.json", Note = "manifest.note";

    /// <summary>Services/audit, README: the first line of the note, whose second is as <c>sha256sum</c> writes it.</summary>
    private const string Form = "consent.evidence/v1";

    /// <returns>Null when there is none that can be read; then <paramref name="checks"/> says why.</returns>
    public static EvidenceManifest? Of(IReadOnlyDictionary<string, byte[]> files, BelievedKeys trusted, List<Checked> checks)
    {
        if (files.GetValueOrDefault(Json) is not { } bytes || files.GetValueOrDefault(Note) is not { } note)
        {
            checks.Add(new(false, $"{(files.ContainsKey(Json) ? Note : Json)} is missing: nothing tells what was signed for."));
            return null;
        }

        var manifest = Read(bytes);
        checks.Add(IsSigned(note, bytes, manifest, trusted));
        if (manifest is null)
        {
            checks.Add(new(false, $"{Json} cannot be read, or is of another form than {Form}."));
            return null;
        }

        var faults = Faults(files, manifest.Files!).ToList();
        checks.AddRange(faults);
        if (faults.Count == 0) checks.Add(new(true, $"All {manifest.Files!.Count} files are those that were signed for, and there is no other."));
        return manifest;
    }

    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static EvidenceManifest? Read(byte[] bytes)
    {
        try
        {
            var read = JsonSerializer.Deserialize<EvidenceManifest>(bytes, GatewayClient.Json);
            return read is { Form: Form, Receipt: not null, Log: not null, Files: { } listed } && listed.All(file => file is { Name: { } name, Sha256: not null } && ReadEvidence.IsName(name)) ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<Checked> Faults(IReadOnlyDictionary<string, byte[]> files, IReadOnlyList<ListedFile?> listed)
    {
        var named = new HashSet<string>(StringComparer.Ordinal) { Json, Note };
        foreach (var file in listed.OfType<ListedFile>())
        {
            if (!named.Add(file.Name!)) yield return new(false, $"{file.Name} is listed twice in {Json}.");
            else if (files.GetValueOrDefault(file.Name!) is not { } bytes) yield return new(false, $"{file.Name} is missing.");
            else if (bytes.Length != file.Bytes || HashOf(bytes) != file.Sha256) yield return new(false, $"{file.Name} is not the file that was signed for.");
        }

        foreach (var more in files.Keys.Where(name => !named.Contains(name))) yield return new(false, $"{more} is in the package and was not signed for.");
    }

    /// <summary>By keys that had not ended at the size of the log that the manifest names, which is held against the receipt's proof.</summary>
    private static Checked IsSigned(byte[] signed, byte[] bytes, EvidenceManifest? manifest, BelievedKeys trusted)
    {
        SignedNote note;
        try
        {
            note = SignedNote.Parse(signed);
        }
        catch (FormatException e)
        {
            return new(false, $"{Note} is none. {e.Message}");
        }

        if (note.Text != $"{Form}\n{HashOf(bytes)}  {Json}\n") return new(false, $"{Json} is not the one that {Note} was signed for.");
        var signers = manifest is null ? [] : note.VerifiedBy(trusted.At(manifest.Size)).Where(key => key.Type != NoteKeyType.Cosignature && key.Name == manifest.Log).ToList();
        if (signers.Count == 0 && manifest is not null && trusted.EndedSigners(note, manifest.Log, manifest.Size) is { Count: > 0 } ended)
            return new(false, $"{Note} cannot be trusted: {SignedCheckpoint.EndedSays(ended)}");
        return signers.Count > 0
            ? new(true, $"The manifest is signed by {string.Join(" and ", signers.Select(SignedCheckpoint.NameOf))}.")
            : new(false, $"{Note} is not signed by a key of the log that is trusted, or a signature in it is wrong.");
    }
}
