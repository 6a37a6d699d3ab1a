using System.Collections.Concurrent;
using System.Security.Cryptography;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>
/// Compares a log with the checkpoint of it that is kept outside of the data, and keeps its newest there: before that is shown, and before anything more is signed. What was
/// signed for must be in the log; a log of which nothing is left is no exception, and begins anew under another name only (<c>Audit:LogSuffix</c>).
/// </summary>
internal sealed class GuardKept(KeptCheckpoints kept, ILogSigners signers, ILogger logger)
{
    private readonly ConcurrentDictionary<string, string> _gone = new(StringComparer.Ordinal);

    /// <summary>What an operator is to know though checkpoints are signed. For any thread.</summary>
    public IEnumerable<string> Warnings => _gone.Values;

    /// <summary>Null, or why nothing may be signed for the log any more, with what to do.</summary>
    public async Task<string?> FaultOfAsync(DerivedLog one, CancellationToken cancel)
    {
        var name = one.State.Name;
        one.IsBehind = false;
        try
        {
            var before = kept.Read(name);
            if (before is null && IsGone(one) && Replaced(one) is { } gone) return gone;
            if (before is not null && before.ToString() != one.Kept.Note)
            {
                var signed = Checkpoint.Parse(before.Text);
                one.IsBehind = signed.Size > one.State.Size;
                if (one.IsBehind)
                    return $"{signed.Size} entries of the log {name} were signed for, and the data have {one.State.Size}: put back newer data, or begin new logs with Audit:LogSuffix";
                if (signed.Origin != one.Origin || await one.RootAtAsync(signed.Size, cancel) != signed.Root)
                    return $"the log {name} is not the one that was signed for at {signed.Size} entries: put back the data that were, or begin new logs with Audit:LogSuffix";
                one.Kept = (before.ToString(), signed.Size);
            }

            if (one.State.Note is { } newest && (before is null || newest != one.Kept.Note) && one.SignedSize >= one.Kept.Size)
            {
                kept.Keep(name, newest);
                one.Kept = (newest, one.SignedSize);
            }

            return null;
        }
        catch (FormatException)
        {
            return $"the kept checkpoint of the log {name} cannot be read: put it back from a copy, or begin new logs with the setting Audit:LogSuffix";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the checkpoint of the log {name} cannot be kept outside of the data ({e.GetType().Name}): set Audit:Checkpoints to a folder that can be written";
        }
    }

    /// <summary>Each checkpoint is kept before the next is signed: of a log with two of them, or one that was seen there, something was kept.</summary>
    private static bool IsGone(DerivedLog one) => one.State.Note is not null && (one.State.Checkpoints > 1 || one.Kept.Size > 0);

    /// <summary>
    /// What is in the data takes its place where a key that is here signed it: those who have neither the keys nor the log cannot have made it. It may be older than what was
    /// kept, though, which nobody can tell here: so it is said, until the service is started again. Otherwise why it does not.
    /// </summary>
    private string? Replaced(DerivedLog one)
    {
        var name = one.State.Name;
        if (!IsOurs(one)) return $"the kept checkpoint of the log {name} is gone, and no key that is here signed the newest in the data: put back the kept checkpoint, or the keys, from their own backup";
        one.Kept = ("", 0);
        _gone[name] = $"the kept checkpoint of the log {name} was gone, and is the one in the data again: compare with what a monitor has seen, for nothing here tells whether the data are the newest";
        logger.LogWarning("The kept checkpoint of the log {Log} was gone from its folder. The one in the data, of {Size} entries, is kept in its place.", name, one.SignedSize);
        return null;
    }

    private bool IsOurs(DerivedLog one)
    {
        try
        {
            return SignedNote.Parse(one.State.Note!).VerifiedBy([.. signers.Held(one.State.Name).Select(signer => signer.Key)]).Count > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            return false;
        }
    }
}
