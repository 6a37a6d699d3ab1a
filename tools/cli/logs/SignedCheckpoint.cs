using System.Globalization;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>A checkpoint that a trusted key of its own log signed.</summary>
/// <param name="Signers">Those of the trusted keys, and of their successors, that signed it, witnesses among them.</param>
internal sealed record SignedCheckpoint(Checkpoint Checkpoint, SignedNote Note, IReadOnlyList<NoteVerifierKey> Signers)
{
    /// <summary>The newest of a log. Throws <see cref="LogFaultException"/> when there is none that can be trusted.</summary>
    public static async Task<SignedCheckpoint> ReadAsync(ILogReader log, IReadOnlyList<NoteVerifierKey> trusted, CancellationToken cancel)
    {
        try
        {
            if (await log.ReadAsync("checkpoint", cancel) is not { } bytes) throw new LogFaultException(LogFault.Checkpoint, "The log has no checkpoint.");
            var note = SignedNote.Parse(bytes.Span);
            var checkpoint = Checkpoint.Parse(note.Text);
            // Only of a log whose keys were succeeded since is more to be read than the checkpoint.
            var believed = WhyNot(note, checkpoint, trusted) is null ? trusted : await KeySuccessions.ReadAsync(log, checkpoint, trusted, cancel);
            return WhyNot(note, checkpoint, believed) is { } why
                ? throw new LogFaultException(LogFault.Signature, $"The checkpoint of {checkpoint.Size} entries of {checkpoint.Origin} cannot be trusted: {why}")
                : new SignedCheckpoint(checkpoint, note, note.VerifiedBy(believed));
        }
        catch (FormatException e)
        {
            throw new LogFaultException(LogFault.Checkpoint, $"What the log has as its checkpoint is none. {e.Message}");
        }
    }

    /// <summary>Why a note is not believed, as half a sentence; null when it is. Pure.</summary>
    public static string? WhyNot(SignedNote note, Checkpoint checkpoint, IReadOnlyList<NoteVerifierKey> trusted)
    {
        if (note.VerifiedBy(trusted).Any(key => key.Type != NoteKeyType.Cosignature && key.Name == checkpoint.Origin)) return null;
        var named = trusted.Where(key => note.Signatures.Any(line => line.KeyId == key.Id && line.Name == key.Name)).ToList();
        if (named.Count == 0) return "none of its signatures is by a key that you gave.";
        if (named.Find(key => key.CanVerify && !key.Verifies(note)) is { } wrong) return $"the signature by {NameOf(wrong)} is wrong.";
        return named.Exists(key => key.CanVerify) ? $"it is signed by no key of {checkpoint.Origin}, only by keys of other names."
            : "it is signed with Ed25519 only, which needs OpenSSL 3 here.";
    }

    /// <summary>Who a key is, for people: <c>consent.example/log/bakkers (Ed25519, 1f2e3d4c)</c>.</summary>
    public static string NameOf(NoteVerifierKey key) =>
        $"{key.Name} ({(key.Type == NoteKeyType.Ecdsa ? "ECDSA" : key.Type.ToString())}, {key.Id.ToString("x8", CultureInfo.InvariantCulture)})";

    public string SignerNames => string.Join(" and ", Signers.Select(NameOf));
}
