using SmtpServer;
using SmtpServer.Authentication;

namespace Consent.MailGate;

/// <summary>SMTP AUTH (RFC 4954). What a stream is declared to be is looked up for each of its mails, and not here.</summary>
internal sealed class SignIn(StreamCredentials credentials, ILogger<SignIn> log) : UserAuthenticator
{
    public override Task<bool> AuthenticateAsync(ISessionContext context, string user, string password, CancellationToken cancellationToken)
    {
        var isRight = credentials.IsRight(user, password);
        // The name may be anything, and somebody's password too.
        if (!isRight) log.LogWarning("Somebody could not sign in: unknown name, or another password.");
        return Task.FromResult(isRight);
    }
}
