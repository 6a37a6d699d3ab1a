using Consent.Audit.Logs;
using Consent.VerifiableLog;

namespace Consent.Audit.Pages;

/// <summary>A controller's log as the world sees it, its newest checkpoint checked at this look.</summary>
/// <param name="Keys">Verifier keys that were announced in it, those in force first, and then each that has ended, with its end.</param>
/// <param name="SignedBy">Those that signed the checkpoint; empty when it is not to be believed.</param>
/// <param name="IsRoot">Its root was found again in the tiles.</param>
internal sealed record ShownLog(string Controller, string Name, Checkpoint Checkpoint, IReadOnlyList<KeyTerm> Keys, IReadOnlyList<string> SignedBy, bool IsRoot)
{
    public bool IsRight => IsRoot && SignedBy.Count > 0;

    public static async Task<ShownLog> OfAsync(ServedLog served, CancellationToken cancel)
    {
        var note = SignedNote.Parse(served.Note);
        var checkpoint = Checkpoint.Parse(note.Text);
        var keys = KeyTerms.Of(served);
        var signers = note.VerifiedBy([.. keys.Where(term => term.Covers(checkpoint.Size)).Select(term => term.Key)]).Where(key => key.Type != NoteKeyType.Cosignature && key.Name == checkpoint.Origin);
        return new ShownLog(
            served.Controller, served.Name, checkpoint, keys, [.. signers.Select(key => NameOf(key.Type))], await served.Reader.RootAsync(checkpoint.Size, cancel) == checkpoint.Root);
    }

    /// <summary>As people write it.</summary>
    public static string NameOf(NoteKeyType type) => type switch { NoteKeyType.Ecdsa => "ECDSA P-256", NoteKeyType.Ed25519 => "Ed25519", _ => type.ToString() };
}
