using System.Globalization;
using SmtpServer.Protocol;

namespace Consent.MailGate;

/// <summary>
/// What the gate answers, with the status of RFC 3463. A refusal of ours is 5.7.1, a matter of policy: whoever reads it in returned mail must not
/// take the address for a dead one. None repeats an address; all are ASCII, as SMTP wants them.
/// </summary>
internal static class Replies
{
    public static SmtpResponse NotNow { get; } = new(SmtpReplyCode.Aborted, "4.4.3 Whether this may be sent cannot be asked just now; try again later");

    public static SmtpResponse Changed { get; } = new(SmtpReplyCode.Aborted, "4.7.1 A recipient may no longer be sent this; send the mail again");

    public static SmtpResponse TooMany { get; } = new(SmtpReplyCode.InsufficientStorage, "4.5.3 Too many recipients; send the mail to the others apart");

    public static SmtpResponse NoSender { get; } = new(SmtpReplyCode.MailboxNameNotAllowed, "5.1.7 The sender is not an e-mail address");

    public static SmtpResponse NoAddress { get; } = new(SmtpReplyCode.MailboxNameNotAllowed, "5.1.3 This is not an e-mail address");

    public static SmtpResponse Unreadable { get; } = new(SmtpReplyCode.TransactionFailed, "5.6.0 The mail cannot be read");

    public static SmtpResponse Circle { get; } = new(SmtpReplyCode.TransactionFailed, "5.4.6 The mail goes round in a circle");

    public static SmtpResponse NextAway { get; } = new(SmtpReplyCode.Aborted, "4.4.1 The next mail server takes no mail just now; try again later");

    /// <param name="reason">As the marketing service words it.</param>
    public static SmtpResponse NotPermitted(SendingStream stream, string reason) => new(SmtpReplyCode.MailboxUnavailable, stream.About is { } topic
        ? $"5.7.1 This address may not be sent the topic {topic} ({reason})"
        : $"5.7.1 The stream {stream.Id} is not declared, hence marketing, and this address may not be sent every topic ({reason})");

    /// <param name="lack">See <see cref="UnsubscribeHeaders.WhyNot"/>.</param>
    public static SmtpResponse Lacks(SendingStream stream, string lack) =>
        new(SmtpReplyCode.MailboxUnavailable, $"5.7.1 The stream {stream.Id} is {(stream.About is null ? "not declared, hence marketing," : "marketing,")} and this mail lacks {lack}");

    public static SmtpResponse RefusedOnward(HandOver refusal) =>
        new(SmtpReplyCode.TransactionFailed, string.Create(CultureInfo.InvariantCulture, $"{refusal.Status} The next mail server refused it ({refusal.Code})"));
}
