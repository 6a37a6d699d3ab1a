using System.Security.Authentication;
using SmtpServer;

namespace Consent.MailGate;

/// <summary>Speaks SMTP (RFC 5321) with the mailers, by the library SmtpServer. No mail is taken from whom is not signed in.</summary>
internal sealed class ServeMail(GateSettings settings, SignIn signIn, AcceptRecipients recipients, AcceptMail mail, ILogger<ServeMail> log) : BackgroundService
{
    /// <summary>
    /// Refusals in a row, which the library counts as failed commands: at the last it hangs up, in the midst of a mailing's recipients. It tells
    /// the rest behind each of our sentences.
    /// </summary>
    private const int MostRefusals = 10_000;
    private const int MostSignIns = 5;

    /// <summary>Each may hold a mail in memory.</summary>
    private const int MostSessions = 100;
    private static readonly TimeSpan LongestSession = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var sessions = new LimitSessions(MostSessions, settings.SignInWithin);
        var parts = new SmtpServer.ComponentModel.ServiceProvider();
        parts.Add(sessions);
        parts.Add(signIn);
        parts.Add(recipients);
        parts.Add(mail);
        var server = new SmtpServer.SmtpServer(Options(), parts);
        server.SessionFaulted += (_, session) => log.LogInformation("A session broke off ({Kind}).", session.Exception.GetType().Name);
        log.LogInformation("Takes mail on {Address}.", settings.Listen);
        await server.StartAsync(stoppingToken);
    }

    private ISmtpServerOptions Options() => new SmtpServerOptionsBuilder()
        .ServerName(settings.Name)
        .MaxMessageSize(settings.LargestMail, MaxMessageSizeHandling.Strict)
        .MaxRetryCount(MostRefusals)
        .MaxAuthenticationAttempts(MostSignIns)
        .Endpoint(at =>
        {
            // None: whatever the system holds to be safe today.
            at.Endpoint(settings.Listen).AuthenticationRequired(true).AllowUnsecureAuthentication(settings.IsOnLoopback)
                .SessionTimeout(LongestSession).SupportedSslProtocols(SslProtocols.None);
            if (settings is { Certificate: { } certificate, CertificateKey: { } key }) at.Certificate(new CertificateFiles(certificate, key, log));
        })
        .Build();
}
