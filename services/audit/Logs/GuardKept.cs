using System.Security.Cryptography;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>
/// Compares a log with the checkpoint of it that is kept outside of the data, and keeps its newest there: before that is shown, and before anything more is signed. What was
/// signed for must be in the log; a log of which nothing is left is no exception, and begins anew under another name only (<c>Audit:LogSuffix</c>). Where nothing is kept of
/// a log that has signed, or has keys, nothing is signed either.
/// </summary>
internal sealed class GuardKept(KeptCheckpoints kept, ILogSigners signers, LogSettings settings, ILogger logger)
{
    /// <summary>Null, or why nothing may be signed for the log any more, with what to do.</summary>
    public async Task<string?> FaultOfAsync(DerivedLog one, CancellationToken cancel)
    {
        var name = one.State.Name;
        one.IsBehind = false;
        try
        {
            var before = kept.Read(name);
            if (before is null && IsGone(one) && WhyNotAccepted(one) is { } gone) return gone;
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

            // Before a key is made, and for a log of before there were markers.
            if (!kept.HasBegun(name)) kept.Begin(name);
            if (one.State.Note is { } newest && (before is null || newest != one.Kept.Note) && one.SignedSize >= one.Kept.Size)
            {
                kept.Keep(name, newest);
                one.Kept = (newest, one.SignedSize);
            }

            return null;
        }
        catch (BrokenTilesException e)
        {
            return $"the tiles of the log {name} cannot be read, and its kept checkpoint not be compared with them ({e.Message.TrimEnd('.')}): put them back, or stop audit and delete its folder "
                + "audit/logs in Data: they are made anew at the next start from what was heard";
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

    /// <summary>
    /// Whether something was signed that is not kept here any more, or may have been. Each checkpoint is kept before the next is signed, so that a log that began in this folder may lack
    /// its first one. Keys are looked for before the marker, which another process may be making: it makes keys afterwards.
    /// </summary>
    private bool IsGone(DerivedLog one)
    {
        var isSomethingHere = one.State.Size > 0 || HasKeys(one.State.Name);
        return one.Kept.Size > 0 || one.State.Checkpoints > 1 || (isSomethingHere && !kept.HasBegun(one.State.Name));
    }

    /// <summary>
    /// What is in the data may be older than what was signed, which nobody can tell here. So it takes the place of what is gone by the word of an operator alone, and where a key that is here
    /// signed it. Otherwise why it does not; it is still what was signed for then, and may be shown.
    /// </summary>
    private string? WhyNotAccepted(DerivedLog one)
    {
        var (name, size) = (one.State.Name, one.SignedSize);
        if (one.State.Note is not null && !IsOurs(one))
            return $"the kept checkpoint of the log {name} is gone, and no key that is here signed the newest in the data: put back the kept checkpoint, or the keys, from their own backup";
        one.IsBehind = one.State.Note is not null;
        if (!settings.Accepts(name, size))
            return $"the kept checkpoint of the log {name} is gone, and the data, with {size} entries that were signed for, may be older than it: put back the folder Audit:Checkpoints; or compare with what a monitor "
                + $"has seen, and set Audit:AcceptCheckpoint to {name}@{size} where nobody has seen more; or begin new logs with Audit:LogSuffix";
        one.Kept = ("", 0);
        one.IsBehind = false;
        logger.LogWarning("The kept checkpoint of the log {Log} was gone. The one in the data, of {Size} entries, is kept in its place, as Audit:AcceptCheckpoint says.", name, size);
        return null;
    }

    private bool HasKeys(string log)
    {
        try
        {
            return signers.Held(log).Count > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            return true;
        }
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
