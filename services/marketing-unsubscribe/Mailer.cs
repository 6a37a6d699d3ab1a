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

    /// <summary>Completes when the mail server has taken the mail; or when it has no such mailbox, which is told to nobody.</summary>
    Task SendAsync(MimeMessage mail);

    /// <summary>The same conversation for as long, without a mail: so that an answer takes as long whether one was sent or not, and fails alike.</summary>
    Task RehearseAsync();
}

/// <summary>Not now: the mail server takes no mail. Says what sort of failure it was, and nothing that the server said, who repeats addresses.</summary>
/// <param name="mayBeOut">It failed in the midst of the mail, which may have been taken all the same.</param>
public sealed class MailUnavailableException(string message, bool mayBeOut) : Exception(message), IUnavailable
{
    public bool MayBeOut { get; } = mayBeOut;
}

/// <summary>Mails by SMTP, in a conversation for each. A server that has less encryption than was set, or another name than its certificate, gets none.</summary>
public sealed class Mailer(MailSettings settings, TimeProvider time, ILogger<Mailer> log) : IMailer, IDisposable
{
    /// <summary>Conversations at once; mail servers do not let one client have many.</summary>
    private const int MostAtOnce = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly SemaphoreSlim _turns = new(MostAtOnce);

    /// <summary>Ticks that the last mail took, without connecting.</summary>
    private long _lastTook;

    public MailboxAddress From => settings.From;

    public async Task SendAsync(MimeMessage mail)
    {
        ArgumentNullException.ThrowIfNull(mail);
        if (await ConverseAsync(mail) is { } failure) throw failure;
    }

    public async Task RehearseAsync()
    {
        if (await ConverseAsync(null) is { } failure) throw failure;
    }

    public void Dispose() => _turns.Dispose();

    /// <returns>What went wrong; null for nothing.</returns>
    private async Task<MailUnavailableException?> ConverseAsync(MimeMessage? mail)
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
                var began = time.GetTimestamp();
                if (mail is null)
                {
                    await client.NoOpAsync(patience.Token);
                    var rest = TimeSpan.FromTicks(Volatile.Read(ref _lastTook)) - time.GetElapsedTime(began);
                    if (rest > TimeSpan.Zero) await Task.Delay(rest, time, patience.Token);
                }
                else
                {
                    isHanding = true;
                    await client.SendAsync(mail, patience.Token);
                    isHanding = false;
                    Volatile.Write(ref _lastTook, time.GetElapsedTime(began).Ticks);
                }
                await client.DisconnectAsync(quit: true, patience.Token);
            }
            finally
            {
                _turns.Release();
            }
            return null;
        }
        catch (SmtpCommandException e) when (IsUnknownMailbox(e))
        {
            log.LogWarning("The mail server refused a recipient ({Code}); whoever asked had the answer that all get.", (int)e.StatusCode);
            return null;
        }
        catch (Exception e)
        {
            var reason = e is SmtpCommandException { StatusCode: var code } ? $"it answered {(int)code}" : e.GetType().Name;
            return new MailUnavailableException($"The mail server {settings} takes no mail: {reason}.", isHanding && e is not SmtpCommandException);
        }
    }

    /// <summary>Not what is a matter of policy (RFC 3463, 3.8), such as a relay that is denied: that would silently meet every mail.</summary>
    private static bool IsUnknownMailbox(SmtpCommandException e) =>
        e is { ErrorCode: SmtpErrorCode.RecipientNotAccepted, StatusCode: SmtpStatusCode.MailboxUnavailable or SmtpStatusCode.MailboxNameNotAllowed }
        && !e.Message.Contains("5.7.", StringComparison.Ordinal);
}
