namespace Consent.VerifiableLog.Tests;

/// <summary>What someone can do to the files of a log.</summary>
internal static class Tampering
{
    /// <summary>In the three bundles of a log of 600 entries, and nowhere else.</summary>
    public static void ChangeEntries(string folder, Action<List<byte[]>> deed)
    {
        string[] files = [.. ((string[])["000", "001", "002.p/88"]).Select(bundle => Path.Combine(folder, "tile", "entries", bundle))];
        List<byte[]> entries = [.. files.SelectMany(file => EntryBundle.Read(File.ReadAllBytes(file))).Select(entry => entry.ToArray())];
        deed(entries);
        foreach (var (file, bundle) in files.Zip(entries.Chunk(EntryBundle.MostEntries)))
            File.WriteAllBytes(file, EntryBundle.Write([.. bundle.Select(entry => new ReadOnlyMemory<byte>(entry))]));
    }

    public static void FlipBit(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>The signatures in a note, as if these keys had made them.</summary>
    public static string UnderIdOf(LogKeys keys, string note)
    {
        var signed = SignedNote.Parse(note);
        var lines = signed.Signatures.Zip(keys.Signers, (line, signer) => new NoteSignature(signer.Key.Name, signer.Key.Id, line.Signature.Span));
        return $"{signed.Text}\n{string.Concat(lines.Select(line => $"{line}\n"))}";
    }
}
