using Consent.Contracts;
using Consent.UnsubscribeLinks;
using MimeKit;

namespace Consent.MarketingUnsubscribe;

/// <summary>Writes a confirmation mail with its two links: one that confirms, and an ordinary opt-out link for whom wants none of this.</summary>
public sealed class WriteConfirmation(ConfirmationTokens tokens, UnsubscribeTokens optOuts, PublicUrl publicUrl)
{
    public MimeMessage To(string address, ConfirmationMail text, Declaration declaration, string topic, OptInProof asked, MailboxAddress from, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(declaration);
        ArgumentNullException.ThrowIfNull(asked);
        var (controller, site) = (declaration.Controller.Id, declaration.Site);
        var confirm = tokens.Seal(new Confirmation(controller, site, topic, address, asked.Language, asked.Source, now, text.Hash, asked.OfAge is true));
        var optOut = LinkToken.Seal(optOuts.KeyOf(controller, site), new UnsubscribeLink(controller, site, topic, address, Language: asked.Language));
        var to = publicUrl.Value.GetLeftPart(UriPartial.Authority);
        return text.To(address, $"{to}/c/{confirm}", $"{to}/u/{optOut}", from, now);
    }
}
