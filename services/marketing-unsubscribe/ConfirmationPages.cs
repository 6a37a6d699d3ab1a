using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>Finds out which page the link of a confirmation mail shows now, and in which language; confirms, where the page's button was pressed.</summary>
public sealed class ConfirmationPages(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, ConfirmationTokens tokens, UnsubscribeTokens optOutTokens, OptIns optIns,
    TimeProvider time)
{
    /// <param name="proof">The page's value, with which its button was pressed; null where none was.</param>
    internal async Task<IResult> AnswerAsync(string token, HttpRequest request, string? proof, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var asked = tokens.Open(token);
        var found = asked is null ? null : declarations.InForce(asked.Site);
        var language = PageLanguage.Choose(
            request.Query["language"], asked?.Language, request.Headers.AcceptLanguage, found?.Declaration.Languages[0]);
        if (asked is null) return new HtmlPage(StatusCodes.Status404NotFound, language, ConfirmOptInPage.OfUnknownLink(language));

        // Who asked was another controller than the site has now: it was not he whom the person meant.
        var inForce = found?.Declaration.Controller.Id == asked.Controller ? found : null;
        if (inForce is not { Declaration.Retired: false } || TopicOnChannel.Find(inForce.Declaration, asked.Topic, null) is not { } topic
            || asked.RequestedAt + Confirmation.Lifetime < time.Now())
            return new HtmlPage(StatusCodes.Status410Gone, language, ConfirmOptInPage.OfExpiredLink(language, inForce?.Declaration.Controller));

        var shown = OptInProof.On(inForce, topic.Declared, TextLanguage(inForce.Declaration, language, asked.Language), asked.Source, time.Now()) with
        {
            RequestedAt = asked.RequestedAt,
            MailHash = asked.MailHash,
            OfAge = asked.OfAge ? true : null,
        };
        if (tokens.IsPageProof(token, shown, proof)) await optIns.RecordAsync(inForce, asked.Address, topic.Id, shown, cancel);

        var state = await optIns.StateAsync(inForce, asked.Address, topic.Id, asked.RequestedAt, cancel);
        var view = new ConfirmOptInPage.View(
            State: state,
            Token: token,
            Proof: tokens.PageProof(token, shown),
            Masked: EmailAddress.Mask(asked.Address),
            Topic: topic.Told,
            TextLanguage: shown.Language,
            Controller: inForce.Declaration.Controller,
            OptOutPath: state is ConfirmState.Done ? OptOutPath(asked, language) : "");
        return new HtmlPage(StatusCodes.Status200OK, language, ConfirmOptInPage.Of(view, language));
    }

    /// <summary>
    /// In which language of the declaration the page shows the topic, and so what its press stands for: in the page's own; else in the same tongue as spoken
    /// elsewhere, that of the mail before others; else in that of the mail.
    /// </summary>
    internal static string TextLanguage(Declaration declaration, string page, string ofMail)
    {
        var declared = declaration.Languages.Contains(ofMail) ? declaration.Languages.Prepend(ofMail).ToList() : [.. declaration.Languages];
        return declared.Find(tag => string.Equals(tag, page, StringComparison.OrdinalIgnoreCase))
            ?? declared.Find(tag => string.Equals(tag.Split('-')[0], page, StringComparison.OrdinalIgnoreCase))
            ?? declared[0];
    }

    private string OptOutPath(Confirmation asked, string language) =>
        $"/u/{LinkToken.Seal(optOutTokens.KeyOf(asked.Controller, asked.Site), new UnsubscribeLink(asked.Controller, asked.Site, asked.Topic, asked.Address, Language: language))}";
}
