using Consent.ServiceDefaults;
using SmtpServer;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Consent.MailGate;

/// <summary>Refuses whom the stream may not send to, one by one, while the mail itself is not there yet: the others get it all the same.</summary>
internal sealed class AcceptRecipients(
    [FromKeyedServices(MailGateSetup.Service)] IDeclarations declarations, MayReceive mayReceive, CountMail count) : MailboxFilter
{
    private const int MostRecipients = 1000;
    private const string Accepted = "consent.recipients";

    public override Task<bool> CanAcceptFromAsync(ISessionContext context, IMailbox from, int size, CancellationToken cancellationToken)
    {
        context.Properties[Accepted] = 0;
        return Envelope.AddressOf(from) is null ? throw new SmtpResponseException(Replies.NoSender) : Task.FromResult(true);
    }

    public override async Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken)
    {
        if (SendingStream.Of(context.Authentication.User, declarations) is not { } stream) throw new SmtpResponseException(Replies.NotNow);
        if (Envelope.RecipientOf(to) is not { } recipient) throw Refused(stream, MailOutcome.NoAddress, Replies.NoAddress);
        if (context.Properties[Accepted] is not int accepted || accepted >= MostRecipients) throw new SmtpResponseException(Replies.TooMany);
        string? why;
        try
        {
            why = (await mayReceive.WhyNotAsync(stream, [recipient.Address], cancellationToken))[0];
        }
        catch (MarketingAwayException)
        {
            throw Refused(stream, MailOutcome.TryAgain, Replies.NotNow);
        }

        if (why is not null) throw Refused(stream, MailOutcome.NotPermitted, Replies.NotPermitted(stream, why));
        context.Properties[Accepted] = accepted + 1;
        return true;
    }

    private SmtpResponseException Refused(SendingStream stream, string outcome, SmtpResponse reply)
    {
        count.Add(stream, outcome, 1);
        return new SmtpResponseException(reply);
    }
}
