using System.Text.Encodings.Web;
using Consent.Contracts;
using MimeKit;
using MimeKit.Utils;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The mail that asks the owner of an address whether he wants a topic: who asks, for what, one link, and that nothing need be done; under it another
/// link, where he can end all mail of the sender. It fetches nothing and tells nobody that it was read. Pure.
/// </summary>
/// <param name="language">Of the declaration; the words are in that of the pages' which is nearest.</param>
public sealed class ConfirmationMail(Declaration declaration, Topic topic, string language)
{
    private readonly string _language = language;
    private readonly string _ofWords = PageLanguage.Choose(language, null, null, declaration.Languages[0]);
    private readonly string _sender = OneLine(declaration.Controller.Name);
    private readonly string _email = OneLine(declaration.Controller.Email);
    private readonly string _name = OneLine(topic.Name.In(language));
    private readonly string _description = OneLine(topic.Description.In(language));

    public string Subject => Words.About(Words.ConfirmTitle, _name);

    /// <summary>What everybody is told by it. The HTML says the same in the same words.</summary>
    public MailText Told => new(Subject, TextWith("", ""));

    /// <summary>Of what is <see cref="Told"/>: see <see cref="MailText.Hash"/>.</summary>
    public string Hash => Told.Hash;

    private PageWords Words => PageWords.In(_ofWords);

    private string Asked
    {
        get
        {
            var asked = Words.About(Words.MailAsked.Replace("{sender}", _sender, StringComparison.Ordinal), _name);
            // Many a controller's name ends with a full stop of its own.
            return asked.EndsWith("..", StringComparison.Ordinal) ? asked[..^1] : asked;
        }
    }

    /// <param name="from">Its name, else the controller's.</param>
    public MimeMessage To(string address, string confirm, string optOut, MailboxAddress from, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(from);
        var mail = new MimeMessage
        {
            // Not the name of this machine, which is nobody's business.
            MessageId = MimeUtils.GenerateMessageId(from.Domain),
            Date = now,
            Subject = Subject,
            Body = new BodyBuilder { TextBody = TextWith(confirm, optOut), HtmlBody = HtmlWith(confirm, optOut) }.ToMessageBody(),
        };
        mail.From.Add(new MailboxAddress(string.IsNullOrWhiteSpace(from.Name) ? _sender : from.Name, from.Address));
        mail.To.Add(new MailboxAddress(null, address));
        // RFC 3834, 5: no answering machine answers it.
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        return mail;
    }

    private string TextWith(string confirm, string optOut) => $"""
        {Asked}

        {_name}
        {_description}

        {Words.MailOpen}
        {confirm}

        {Words.ConfirmNothing}

        {_sender}
        {Words.Questions} {_email}

        {Words.AllTitle}
        {optOut}

        """;

    private string HtmlWith(string confirm, string optOut) => $"""
        <!doctype html>
        <html lang="{_ofWords}">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Html(Subject)}</title></head>
        <body style="max-width:34rem;margin:1.5rem auto;padding:0 1rem;font:1.0625rem/1.55 Arial,sans-serif">
        <p>{Html(Asked)}</p>
        <p lang="{Html(_language)}"><strong>{Html(_name)}</strong><br>{Html(_description)}</p>
        <p><a href="{Html(confirm)}">{Html(Words.MailOpen)}</a></p>
        <p>{Html(Words.ConfirmNothing)}</p>
        <p>{Html(_sender)}<br>{Html(Words.Questions)} {Html(_email)}</p>
        <p><a href="{Html(optOut)}">{Html(Words.AllTitle)}</a></p>
        </body>
        </html>

        """;

    private static string Html(string text) => HtmlEncoder.Default.Encode(text);

    /// <summary>Of a text of the declaration: its line breaks would begin headers of their own, or paragraphs in our name.</summary>
    private static string OneLine(string text) =>
        string.Join(' ', new string([.. text.Select(c => char.IsControl(c) || char.IsWhiteSpace(c) ? ' ' : c)]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
