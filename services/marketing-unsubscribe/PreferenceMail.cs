using System.Text.Encodings.Web;
using Consent.Contracts;
using MimeKit;
using MimeKit.Utils;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The mail with the link to somebody's preferences: who sends it and why, one link, and that nothing need be done; under it another link, where he can
/// end all mail of the sender. It says nothing of what the address is sent, fetches nothing and tells nobody that it was read. Pure.
/// </summary>
/// <param name="language">One of the pages'.</param>
public sealed class PreferenceMail(Controller controller, string language)
{
    private readonly string _sender = OneLine(controller.Name);
    private readonly string _email = OneLine(controller.Email);

    public string Subject => Words.Preferences.Title;

    /// <summary>As <see cref="ConfirmationMail.Told"/>.</summary>
    public MailText Told => new(Subject, TextWith("", ""));

    /// <summary>Of what is <see cref="Told"/>: see <see cref="MailText.Hash"/>.</summary>
    public string Hash => Told.Hash;

    private PageWords Words => PageWords.In(language);

    private string Asked
    {
        get
        {
            var asked = Words.Preferences.MailAsked.Replace("{sender}", _sender, StringComparison.Ordinal);
            // Many a controller's name ends with a full stop of its own.
            return asked.EndsWith("..", StringComparison.Ordinal) ? asked[..^1] : asked;
        }
    }

    /// <param name="from">Its name, else the controller's.</param>
    public MimeMessage To(string address, string open, string optOut, MailboxAddress from, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(from);
        var mail = new MimeMessage
        {
            // Not the name of this machine, which is nobody's business.
            MessageId = MimeUtils.GenerateMessageId(from.Domain),
            Date = now,
            Subject = Subject,
            Body = new BodyBuilder { TextBody = TextWith(open, optOut), HtmlBody = HtmlWith(open, optOut) }.ToMessageBody(),
        };
        mail.From.Add(new MailboxAddress(string.IsNullOrWhiteSpace(from.Name) ? _sender : from.Name, from.Address));
        mail.To.Add(new MailboxAddress(null, address));
        // RFC 3834, 5: no answering machine answers it.
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        return mail;
    }

    private string TextWith(string open, string optOut) => $"""
        {Asked}

        {Words.Preferences.MailOpen}
        {open}

        {Words.Preferences.MailNothing}

        {_sender}
        {Words.Questions} {_email}

        {Words.AllTitle}
        {optOut}

        """;

    private string HtmlWith(string open, string optOut) => $"""
        <!doctype html>
        <html lang="{language}">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Html(Subject)}</title></head>
        <body style="max-width:34rem;margin:1.5rem auto;padding:0 1rem;font:1.0625rem/1.55 Arial,sans-serif">
        <p>{Html(Asked)}</p>
        <p><a href="{Html(open)}">{Html(Words.Preferences.MailOpen)}</a></p>
        <p>{Html(Words.Preferences.MailNothing)}</p>
        <p>{Html(_sender)}<br>{Html(Words.Questions)} {Html(_email)}</p>
        <p><a href="{Html(optOut)}">{Html(Words.AllTitle)}</a></p>
        </body>
        </html>

        """;

    private static string Html(string text) => HtmlEncoder.Default.Encode(text);

    /// <summary>Of a text of the declaration: its line breaks would begin headers of their own, or paragraphs in our name.</summary>
    private static string OneLine(string text) =>
        string.Join(' ', new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
}
