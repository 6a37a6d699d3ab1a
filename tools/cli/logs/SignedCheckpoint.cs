using System.Globalization;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>A checkpoint that a trusted key of its own log signed, which had not ended before.</summary>
/// <param name="Keys">Those that were trusted, and what the log told of its keys by then.</param>
internal sealed record SignedCheckpoint(Checkpoint Checkpoint, SignedNote Note, BelievedKeys Keys)
{
    /// <summary>Those of the keys that signed it and may, witnesses among them.</summary>
    public IReadOnlyList<NoteVerifierKey> Signers { get; } = Note.VerifiedBy(Keys.At(Checkpoint.Size));

    public string SignerNames => string.Join(" and ", Signers.Select(NameOf));

    /// <summary>The newest of a log. Throws <see cref="LogFaultException"/> when there is none that can be trusted.</summary>
    public static async Task<SignedCheckpoint> ReadAsync(ILogReader log, BelievedKeys trusted, CancellationToken cancel)
    {
        var (checkpoint, note) = await ReadAsync(log, cancel);
        // Also where a trusted key signed it: it may be one that the log has retired.
        var followed = KeySuccessions.Follow(trusted, await KeySuccessions.ReadAsync(log, cancel), checkpoint);
        if (followed.Fork is { } fork) throw fork;
        // A checkpoint that nobody signed says nothing about what contradicts it.
        var signed = WhyNot(note, checkpoint, trusted) is null ? null : Of(checkpoint, note, followed.Keys);
        try
        {
            await KeySuccessions.DemandAsync(log, followed.Followed, checkpoint, cancel);
        }
        catch (FormatException e)
        {
            throw new LogFaultException(LogFault.Tiles, e.Message, note);
        }

        return signed ?? Of(checkpoint, note, followed.Keys);
    }

    /// <summary>The same with what the entries under it announce. Throws <see cref="LogFaultException"/> when it was signed by a key that had ended there.</summary>
    public SignedCheckpoint With(IEnumerable<AnnouncedKey> announced) => Of(Checkpoint, Note, Keys.With(announced));

    /// <summary>Why a note is not believed, as half a sentence; null when it is. Pure.</summary>
    public static string? WhyNot(SignedNote note, Checkpoint checkpoint, BelievedKeys trusted)
    {
        var believed = trusted.At(checkpoint.Size);
        if (note.VerifiedBy(believed).Any(key => key.Type != NoteKeyType.Cosignature && key.Name == checkpoint.Origin)) return null;
        var named = believed.Where(key => note.Signatures.Any(line => line.KeyId == key.Id && line.Name == key.Name)).ToList();
        if (named.Find(key => key.CanVerify && !key.Verifies(note)) is { } wrong) return $"the signature by {NameOf(wrong)} is wrong.";
        if (trusted.EndedSigners(note, checkpoint.Origin, checkpoint.Size) is { Count: > 0 } ended) return EndedSays(ended);
        if (named.Count == 0) return "none of its signatures is by a key that you gave.";
        return named.Exists(key => key.CanVerify) ? $"it is signed by no key of {checkpoint.Origin}, only by keys of other names."
            : "it is signed with Ed25519 only, which needs OpenSSL 3 here.";
    }

    /// <summary>Half a sentence about something that only these signed.</summary>
    public static string EndedSays(IEnumerable<KeyTerm> ended) =>
        $"it is signed only by {string.Join(" and ", ended.Select(term => string.Create(CultureInfo.InvariantCulture, $"{NameOf(term.Key)}, which ended at {term.Until} entries")))}, where the log "
            + "announced the next key: somebody has a retired key. Keep it, ask the controller, and believe nothing of it meanwhile.";

    /// <summary>Who a key is, for people: <c>consent.example/log/bakkers (Ed25519, 1f2e3d4c)</c>.</summary>
    public static string NameOf(NoteVerifierKey key) =>
        $"{key.Name} ({(key.Type == NoteKeyType.Ecdsa ? "ECDSA" : key.Type.ToString())}, {key.Id.ToString("x8", CultureInfo.InvariantCulture)})";

    private static SignedCheckpoint Of(Checkpoint checkpoint, SignedNote note, BelievedKeys keys)
    {
        if (WhyNot(note, checkpoint, keys) is not { } why) return new SignedCheckpoint(checkpoint, note, keys);
        var says = $"The checkpoint of {checkpoint.Size} entries of {checkpoint.Origin} cannot be trusted: {why}";
        throw keys.EndedSigners(note, checkpoint.Origin, checkpoint.Size).Count > 0
            ? new LogFaultException(LogFault.Ended, says, note)
            : new LogFaultException(LogFault.Signature, says);
    }

    private static async Task<(Checkpoint Checkpoint, SignedNote Note)> ReadAsync(ILogReader log, CancellationToken cancel)
    {
        try
        {
            if (await log.ReadAsync("checkpoint", cancel) is not { } bytes) throw new LogFaultException(LogFault.Checkpoint, "The log has no checkpoint.");
            var note = SignedNote.Parse(bytes.Span);
            return (Checkpoint.Parse(note.Text), note);
        }
        catch (FormatException e)
        {
            throw new LogFaultException(LogFault.Checkpoint, $"What the log has as its checkpoint is none. {e.Message}");
        }
    }
}
