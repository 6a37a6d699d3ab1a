using System.Buffers;
using Consent.Contracts;
using Consent.ServiceDefaults;
using MimeKit;
using MimeKit.Utils;
using SmtpServer;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Consent.MailGate;

/// <summary>
/// Judges a mail when all of it is there, and hands it on; 250 follows the next mail server's own. The recipients are asked about once more: who
/// opted out while the mail was on its way gets it no more.
/// </summary>
internal sealed class AcceptMail(
    [FromKeyedServices(MailGateSetup.Service)] IDeclarations declarations, MayReceive mayReceive, NextHop next, CountMail count, GateSettings settings,
    TimeProvider time, ILogger<AcceptMail> log) : MessageStore
{
    /// <summary>RFC 5321, 6.3.</summary>
    private const int MostHops = 100;

    /// <summary>Nested parts cost the parser a call each, and real mails have a few.</summary>
    private static readonly ParserOptions Options = new() { MaxMimeDepth = 32 };

    public override async Task<SmtpResponse> SaveAsync(
        ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            if (SendingStream.Of(context.Authentication.User, declarations) is not { } stream) return Replies.NotNow;
            var (reply, outcome) = await JudgeAsync(stream, context, transaction, buffer, cancellationToken);
            count.Add(stream, outcome, transaction.To.Count);
            return reply;
        }
        catch (Exception e)
        {
            // The server itself would answer 554 and give no reason.
            log.LogError("A mail was put off ({Kind}).", e.GetType().Name);
            return Replies.NotNow;
        }
    }

    private async Task<(SmtpResponse Reply, string Outcome)> JudgeAsync(
        SendingStream stream, ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancel)
    {
        using var bytes = new MemoryStream(buffer.ToArray());
        using var mail = Read(bytes, cancel);
        if (mail is null) return (Replies.Unreadable, MailOutcome.Unreadable);
        if (mail.Headers.Count(h => h.Id is HeaderId.Received) >= MostHops) return (Replies.Circle, MailOutcome.Unreadable);
        if (stream.Class is MailClass.Marketing && UnsubscribeHeaders.WhyNot(mail.Headers) is { } lack) return (Replies.Lacks(stream, lack), MailOutcome.WithoutHeaders);

        // All of them were addresses when they were accepted.
        var from = Envelope.AddressOf(transaction.From)!;
        List<MailboxAddress> to = [.. transaction.To.Select(recipient => Envelope.RecipientOf(recipient)!)];
        try
        {
            var why = await mayReceive.WhyNotAsync(stream, [.. to.Select(recipient => recipient.Address)], cancel);
            if (why.Any(reason => reason is not null)) return (Replies.Changed, MailOutcome.TryAgain);
        }
        catch (MarketingAwayException)
        {
            return (Replies.NotNow, MailOutcome.TryAgain);
        }

        // RFC 5321, 4.4, without the name of the machine that it came from, which is nobody's business.
        mail.Headers.Insert(0, HeaderId.Received, $"by {settings.Name} with {(context.Pipe.IsSecure ? "ESMTPSA" : "ESMTPA")} id {RandomId.New()}; {DateUtils.FormatDate(time.Now())}");
        return await next.HandOverAsync(mail, from, to) switch
        {
            { IsTaken: true } => (SmtpResponse.Ok, MailOutcome.HandedOver),
            { IsRefused: true } refusal => (Replies.RefusedOnward(refusal), MailOutcome.RefusedOnward),
            _ => (Replies.NextAway, MailOutcome.TryAgain),
        };
    }

    private static MimeMessage? Read(Stream mail, CancellationToken cancel)
    {
        try
        {
            return MimeMessage.Load(Options, mail, persistent: true, cancel);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
