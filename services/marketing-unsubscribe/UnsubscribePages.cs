using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>Finds out which page a link shows now, and in which language. Reads only.</summary>
public sealed class UnsubscribePages(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, UnsubscribeTokens tokens, OptOuts optOuts)
{
    public Task<IResult> ShowAsync(string token, HttpRequest request, CancellationToken cancel) => ShowAsync(token, request, null, null, cancel);

    /// <param name="state">What was just done; null to show how things stand.</param>
    /// <param name="undo">What takes that back.</param>
    internal async Task<IResult> ShowAsync(string token, HttpRequest request, UnsubscribeState? state, UndoTicket? undo, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var link = tokens.Read(token);
        var declaration = link is null ? null : declarations.InForce(link.Site)?.Declaration;
        var language = PageLanguage.Choose(
            request.Query["language"], link?.Language, request.Headers.AcceptLanguage, declaration?.Languages[0]);
        if (link is null) return new HtmlPage(StatusCodes.Status404NotFound, language, UnsubscribePage.OfUnknownLink(language));

        var isSuppressed = await optOuts.IsSuppressedAsync(link, cancel);
        var view = new UnsubscribePage.View(
            State: !isSuppressed ? state is UnsubscribeState.Undone ? UnsubscribeState.Undone : UnsubscribeState.Ask : state ?? UnsubscribeState.Done,
            Token: token,
            Proof: tokens.PageProof(token)!,
            Masked: EmailAddress.Mask(link.Address),
            Topic: declaration?.FindTopic(link.Topic),
            Others: [.. (declaration?.Topics ?? []).Where(t => t.Id != link.Topic)],
            Controller: declaration?.Controller,
            Undo: undo is null ? null : tokens.SealUndo(token, undo));
        return new HtmlPage(StatusCodes.Status200OK, language, UnsubscribePage.Of(view, language));
    }
}
