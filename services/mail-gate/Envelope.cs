using MimeKit;
using SmtpServer.Mail;

namespace Consent.MailGate;

/// <summary>Addresses of an envelope: what is judged, and what is handed on, is one and the same. Pure.</summary>
internal static class Envelope
{
    /// <summary>
    /// The address, as it was given; that of the empty sender (RFC 5321, 4.5.5) has no text. Null for what is not an address as a whole: half of a
    /// text could be one, and another than was judged.
    /// </summary>
    public static MailboxAddress? AddressOf(IMailbox mailbox)
    {
        var address = mailbox.AsAddress() ?? "";
        // What a quoted address holds comes unescaped, a line break too, which would be a command to the next mail server.
        if (address.Any(char.IsControl)) return null;
        try
        {
            return new MailboxAddress(null, address);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    public static MailboxAddress? RecipientOf(IMailbox mailbox) => AddressOf(mailbox) is { Address.Length: > 0 } recipient ? recipient : null;
}
