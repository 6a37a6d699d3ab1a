using Consent.ServiceDefaults;
using MailKit.Net.Smtp;
using MimeKit;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Hands mails to a mail server. Both calls throw <see cref="MailUnavailableException"/>. Neither can be given up by the caller: whoever hangs up
/// at the right moment would have a mail sent of which nobody takes count.
/// </summary>
public interface IMailer
{
    MailboxAddress From { get; }

    /// <returns>True when the mail server has taken the mail; false when it takes none for this mailbox, which is told to nobody.</returns>
    Task<bool> SendAsync(MimeMessage mail);

    /// <summary>The same conversation without a mail: what fails before one is handed over fails here too.</summary>
    Task RehearseAsync();
}

/// <summary>Not now: the mail server takes no mail. Says what sort of failure it was, and nothing that the server said, who repeats addresses.</summary>
/// <param name="mayBeOut">It failed in the midst of the mail, which may have been taken all the same.</param>
public sealed class MailUnavailableException(string message, bool mayBeOut) : Exception(message), IUnavailable
{
    public bool MayBeOut { get; } = mayBeOut;
}

/// <summary>Mails by SMTP, in a conversation for each. A server that has less encryption than was set, or another name than its certificate, gets none.</summary>
public sealed class Mailer(MailSettings settings, ILogger<Mailer> log) : IMailer, IDisposable
{
    /// <summary>Conversations at once; mail servers do not let one client have many.</summary>
    private const int MostAtOnce = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly SemaphoreSlim _turns = new(MostAtOnce);

    public MailboxAddress From => settings.From;

    public async Task<bool> SendAsync(MimeMessage mail)
    {
        ArgumentNullException.ThrowIfNull(mail);
        var (isTaken, failure) = await ConverseAsync(mail);
        return failure is null ? isTaken : throw failure;
    }

    public async Task RehearseAsync()
    {
        if ((await ConverseAsync(null)).Failure is { } failure) throw failure;
    }

    public void Dispose() => _turns.Dispose();

    /// <returns>Whether a mail was taken, and what went wrong; null for nothing.</returns>
    private async Task<(bool IsTaken, MailUnavailableException? Failure)> ConverseAsync(MimeMessage? mail)
    {
        using var patience = new CancellationTokenSource(Patience);
        var isHanding = false;
        try
        {
            await _turns.WaitAsync(patience.Token);
            try
            {
                // As all else here that speaks TLS: to ask third parties about revocation fails where they are out of reach.
                using var client = new SmtpClient { CheckCertificateRevocation = false };
                await client.ConnectAsync(settings.Host, settings.Port, settings.Tls, patience.Token);
                if (settings is { User: { } user, Password: { } password }) await client.AuthenticateAsync(user, password, patience.Token);
                if (mail is null)
                {
                    await client.NoOpAsync(patience.Token);
                }
                else
                {
                    isHanding = true;
                    await client.SendAsync(mail, patience.Token);
                    isHanding = false;
                }
                await client.DisconnectAsync(quit: true, patience.Token);
            }
            finally
            {
                _turns.Release();
            }
            return (mail is not null, null);
        }
        catch (SmtpCommandException e) when (IsOfTheMailbox(e))
        {
            log.LogWarning("The mail server refused a recipient ({Code}); whoever asked had the answer that all get.", (int)e.StatusCode);
            return (false, null);
        }
        catch (Exception e)
        {
            var reason = e is SmtpCommandException { StatusCode: var code } ? $"it answered {(int)code}" : e.GetType().Name;
            return (false, new MailUnavailableException($"The mail server {settings} takes no mail: {reason}.", isHanding && e is not SmtpCommandException));
        }
    }

    /// <summary>
    /// A recipient who is refused, for good or for now, as one who cannot be verified. Not what is a matter of policy (RFC 3463, 3.8), such as a relay that
    /// is denied, or too many mails: that would silently meet every mail.
    /// </summary>
    private static bool IsOfTheMailbox(SmtpCommandException e) =>
        e.ErrorCode is SmtpErrorCode.RecipientNotAccepted && !e.Message.Contains("5.7.", StringComparison.Ordinal) && !e.Message.Contains("4.7.", StringComparison.Ordinal);
}
