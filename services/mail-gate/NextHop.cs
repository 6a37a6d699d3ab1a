using System.Text.RegularExpressions;
using MailKit.Net.Smtp;
using MimeKit;

namespace Consent.MailGate;

/// <summary>
/// Hands mails on, in a conversation for each. A mail server that has less encryption than was set, or another name than its certificate, gets none.
/// It takes a mail for all of its recipients or is not given it: were one refused and the mail sent to the others, no single answer would be true.
/// </summary>
public sealed partial class NextHop(NextHopSettings settings, GateSettings gate, ILogger<NextHop> log) : IDisposable
{
    /// <summary>Conversations at once; mail servers do not let one client have many.</summary>
    private const int MostAtOnce = 20;

    /// <summary>Less than the ten minutes for which senders wait for the answer to a mail (RFC 5321, 4.5.3.2.6), or they would send it twice.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly SemaphoreSlim _turns = new(MostAtOnce);

    /// <summary>Completes when the next mail server has answered for the mail. Cannot be given up: it may have the mail already.</summary>
    public async Task<HandOver> HandOverAsync(MimeMessage mail, MailboxAddress from, IReadOnlyList<MailboxAddress> to)
    {
        ArgumentNullException.ThrowIfNull(mail);
        ArgumentNullException.ThrowIfNull(to);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _turns.WaitAsync(patience.Token);
            try
            {
                // As all else here that speaks TLS: to ask third parties about revocation fails where they are out of reach.
                using var client = new SmtpClient { CheckCertificateRevocation = false, LocalDomain = gate.Name };
                await client.ConnectAsync(settings.Host, settings.Port, settings.Tls, patience.Token);
                if (settings is { User: { } user, Password: { } password }) await client.AuthenticateAsync(user, password, patience.Token);
                await client.SendAsync(FormatOptions.Default, mail, from, to, patience.Token);
                await LeaveAsync(client, patience.Token);
                return HandOver.Taken;
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (SmtpCommandException e) when (e.ErrorCode is not SmtpErrorCode.UnexpectedStatusCode && (int)e.StatusCode is >= 500 and < 600)
        {
            log.LogWarning("The next mail server refused a mail ({Code}).", (int)e.StatusCode);
            // Of one recipient it may be about the address; of several nobody could tell about which, and each would be taken for a dead one.
            return new HandOver((int)e.StatusCode, to.Count == 1 && Told().Match(e.Message) is { Success: true } told ? told.Value : "5.7.0");
        }
        catch (NotSupportedException)
        {
            log.LogWarning("The next mail server takes no addresses beyond ASCII.");
            return new HandOver(553, "5.6.7");
        }
        catch (Exception e)
        {
            var reason = e is SmtpCommandException { StatusCode: var code } ? $"it answered {(int)code}" : e.GetType().Name;
            log.LogWarning("The next mail server {Server} takes no mail: {Reason}.", settings, reason);
            return HandOver.Away;
        }
    }

    public void Dispose() => _turns.Dispose();

    /// <summary>It has the mail, whatever becomes of the farewell.</summary>
    private async Task LeaveAsync(SmtpClient client, CancellationToken cancel)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancel);
        }
        catch (Exception e)
        {
            log.LogDebug("A conversation with the next mail server did not end in order ({Kind}).", e.GetType().Name);
        }
    }

    [GeneratedRegex(@"^5\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")]
    private static partial Regex Told();
}

/// <param name="Code">With which it answered: 250 when it has taken the mail, of the fifth hundred when it refused it for good; 0 when it could not be asked, or not now.</param>
/// <param name="Status">Of a refusal, as in RFC 3463; null otherwise.</param>
public sealed record HandOver(int Code, string? Status)
{
    public static HandOver Taken { get; } = new(250, null);

    public static HandOver Away { get; } = new(0, null);

    public bool IsTaken => Code == 250;

    public bool IsRefused => Code >= 500;
}
