using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>Finds out which page the link to somebody's preferences shows now, and in which language; saves, where its button was pressed.</summary>
internal sealed class PreferencePages(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, PreferenceTokens tokens, PreferenceStates states, PreferenceSaving saving,
    PreferenceRequests requests, AskHere askHere, TimeProvider time)
{
    /// <param name="form">That was sent; null where the page was fetched.</param>
    public async Task<IResult> AnswerAsync(string token, HttpRequest request, IFormCollection? form, CancellationToken cancel)
    {
        var asked = tokens.Open(token);
        var found = asked is null ? null : declarations.InForce(asked.Site);
        var language = PageLanguage.Choose(request.Query["language"], asked?.Language, request.Headers.AcceptLanguage, found?.Declaration.Languages[0]);
        if (asked is null) return new HtmlPage(StatusCodes.Status404NotFound, language, UnsubscribePage.OfUnknownLink(language, askHere.In(declarations)));

        // Who was asked was another controller than the site has now: it was not he whom the person meant.
        var inForce = found?.Declaration.Controller.Id == asked.Controller ? found : null;
        if (inForce is null || asked.RequestedAt + PreferenceLink.Lifetime < time.Now())
        {
            // What he stops is stopped at any age: the link proves the address, and a "no" is never refused.
            if (found is not null) await ReduceAsync(found, asked, token, form, cancel);
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

    private async Task ReduceAsync(PublishedDeclaration inForce, PreferenceLink asked, string token, IFormCollection? form, CancellationToken cancel)
    {
        if (Pressed(token, form) is not { } pressed) return;
        // Of no text that is shown now, and with nothing ticked anew: nothing is added, and how often is not chosen.
        var less = pressed with { Text = "", Ticked = pressed.Ticked.Intersect(pressed.Was, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal), Frequencies = new Dictionary<string, string>() };
        await saving.SaveAsync(inForce, asked, less, asked.Language ?? inForce.Declaration.Languages[0], cancel);
    }

    private PreferenceForm? Pressed(string token, IFormCollection? form) =>
        form is not null && tokens.IsPageProof(token, form[PreferenceForm.PageField].ToString(), form[PreferenceForm.ProofField]) ? PreferenceForm.Read(form) : null;

    /// <returns>What was ticked anew; null where nothing was saved: the form is not of this token's page.</returns>
    private async Task<IReadOnlyList<string>?> SaveAsync(
        PublishedDeclaration inForce, PreferenceLink asked, string token, IFormCollection? form, string language, CancellationToken cancel) =>
        Pressed(token, form) is { } pressed ? await saving.SaveAsync(inForce, asked, pressed, language, cancel) : null;
}
