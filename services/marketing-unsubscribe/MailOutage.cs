using MimeKit;

namespace Consent.MarketingUnsubscribe;

/// <summary>A confirmation mail, and its place in the <see cref="MailPace"/>.</summary>
public sealed record DueMail(MimeMessage Mail, SentMail Count);

/// <summary>
/// Has failures of mail meet everybody alike, so that none tells whether an address was due a mail. After one that failed, all are refused until that very
/// mail is taken, which whoever comes next tries again, whether or not a mail is due to him: were it his own that is tried, the answers would tell. It
/// stays in memory until then. One that fails for longer than a minute may itself be at fault: from then on one that is due is tried in its place.
/// </summary>
public sealed class MailOutage(IMailer mailer, MailPace pace, MailLimits limits, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan MayBeItsOwnFault = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _one = new(1);
    private Failed? _failed;

    /// <summary>Timestamp of the last conversation in which nothing failed.</summary>
    private long _lastWell;

    public MailboxAddress From => mailer.From;

    /// <summary>To be called before it matters whose address it is. Throws <see cref="MailUnavailableException"/> while mails fail.</summary>
    public async Task TryAgainAsync()
    {
        try
        {
            if (_failed is not null) await OneAtATimeAsync(null);
        }
        catch (MailUnavailableException) when (_failed is { } failed && time.GetElapsedTime(failed.Since) > MayBeItsOwnFault)
        {
            // It is tried once more, or another in its place, when it is known whether one is due.
        }
    }

    /// <summary>
    /// Throws <see cref="MailUnavailableException"/> when it fails; also where no mail is due, as far as that shows without one: the mail server is asked,
    /// unless it was well a moment ago.
    /// </summary>
    /// <returns>Whether it was taken; false where none is due, and for a mailbox that there is not.</returns>
    public async Task<bool> SendAsync(DueMail? due)
    {
        if (_failed is not null) return await OneAtATimeAsync(due);
        if (due is not null) return await HandAsync(due);
        if (time.GetElapsedTime(Volatile.Read(ref _lastWell)) <= limits.AnswerAfter) return false;
        await mailer.RehearseAsync();
        Volatile.Write(ref _lastWell, time.GetTimestamp());
        return false;
    }

    public void Dispose() => _one.Dispose();

    /// <summary>While mails fail: the one that failed; or the one that is due, in its place.</summary>
    private async Task<bool> OneAtATimeAsync(DueMail? due)
    {
        // The others need not wait for what most likely fails.
        if (!await _one.WaitAsync(TimeSpan.Zero))
        {
            if (due is not null) pace.GiveBack(due.Count, mayBeOut: false);
            throw new MailUnavailableException("No mail is taken, and it is just being tried again.", mayBeOut: false);
        }
        try
        {
            var failed = _failed;
            if ((due ?? failed?.Mail) is not { } mail) return false;
            var isTaken = await HandAsync(mail);
            if (failed is not null && mail != failed.Mail) pace.GiveBack(failed.Mail.Count, mayBeOut: false);
            _failed = null;
            return due is not null && isTaken;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<bool> HandAsync(DueMail mail)
    {
        try
        {
            var isTaken = await mailer.SendAsync(mail.Mail);
            Volatile.Write(ref _lastWell, time.GetTimestamp());
            return isTaken;
        }
        catch (MailUnavailableException e)
        {
            var kept = Interlocked.CompareExchange(ref _failed, new Failed(mail, time.GetTimestamp()), null)?.Mail ?? mail;
            if (kept != mail) pace.GiveBack(mail.Count, e.MayBeOut);
            throw;
        }
    }

    private sealed record Failed(DueMail Mail, long Since);
}
