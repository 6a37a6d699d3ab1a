using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>Finds out which page the link to somebody's preferences shows now, and in which language; saves, where its button was pressed.</summary>
internal sealed class PreferencePages(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, PreferenceTokens tokens, PreferenceStates states, PreferenceSaving saving,
    PreferenceRequests requests, TimeProvider time)
{
    /// <param name="form">That was sent; null where the page was fetched.</param>
    public async Task<IResult> AnswerAsync(string token, HttpRequest request, IFormCollection? form, CancellationToken cancel)
    {
        var asked = tokens.Open(token);
        var found = asked is null ? null : declarations.InForce(asked.Site);
        var language = PageLanguage.Choose(request.Query["language"], asked?.Language, request.Headers.AcceptLanguage, found?.Declaration.Languages[0]);
        if (asked is null) return new HtmlPage(StatusCodes.Status404NotFound, language, UnsubscribePage.OfUnknownLink(language));

        // Who was asked was another controller than the site has now: it was not he whom the person meant.
        var inForce = found?.Declaration.Controller.Id == asked.Controller ? found : null;
        if (inForce is null || asked.RequestedAt + PreferenceLink.Lifetime < time.Now())
        {
            var again = requests.IsOn ? new KnownAddress(token, asked.Address, asked.Language, tokens.PageProof(token, PreferenceRequestPages.Again)) : null;
            return new HtmlPage(StatusCodes.Status410Gone, language, PreferencePage.OfExpiredLink(language, inForce?.Declaration, again));
        }

        var textLanguage = ConfirmationPages.TextLanguage(inForce.Declaration, language, asked.Language);
        var added = await SaveAsync(inForce, asked, token, form, textLanguage, cancel);
        var state = await states.ReadAsync(inForce, asked.Address, cancel);
        var page = PreferenceForm.PageOf(state.AsOf, PreferenceForm.TextOf(inForce, textLanguage), state.Subscribed);
        var view = new PreferencePage.View(
            Token: token,
            Proof: tokens.PageProof(token, page),
            Page: page,
            Masked: EmailAddress.Mask(asked.Address),
            Declaration: inForce.Declaration,
            TextLanguage: textLanguage,
            State: state,
            IsSaved: added?.All(id => state.StandingOf(id) is PreferenceStanding.Subscribed));
        return new HtmlPage(StatusCodes.Status200OK, language, PreferencePage.Of(view, language));
    }

    /// <returns>What was ticked anew; null where nothing was saved: the form is not of this token's page.</returns>
    private async Task<IReadOnlyList<string>?> SaveAsync(
        PublishedDeclaration inForce, PreferenceLink asked, string token, IFormCollection? form, string language, CancellationToken cancel)
    {
        if (form is null || !tokens.IsPageProof(token, form[PreferenceForm.PageField].ToString(), form[PreferenceForm.ProofField])) return null;
        return PreferenceForm.Read(form) is { } pressed ? await saving.SaveAsync(inForce, asked, pressed, language, cancel) : null;
    }
}
