using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>Finds out which page a link shows now, and in which language. Reads only.</summary>
public sealed class UnsubscribePages(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, UnsubscribeTokens tokens, OptOuts optOuts, AskHere askHere)
{
    /// <param name="state">What was just done; null to tell how things stand.</param>
    /// <param name="secret">Of the page on which it was; null for a page that begins anew.</param>
    /// <param name="canUndo">Whether that can be taken back with the secret.</param>
    internal async Task<IResult> ShowAsync(
        string token, HttpRequest request, CancellationToken cancel, UnsubscribeState? state = null, string? secret = null, bool canUndo = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (tokens.Read(token) is not { } link) return Unknown(request);
        var declaration = declarations.InForce(link.Site)?.Declaration;
        var language = PageLanguage.Choose(
            request.Query["language"], link.Language, request.Headers.AcceptLanguage, declaration?.Languages[0]);

        // Whoever has a key that was revoked can make links to any address: they show neither it nor how it stands.
        var isRevoked = tokens.IsRevoked(token, link);
        var (stands, isFinal) = isRevoked ? (UnsubscribeState.Ask, true) : await StandsAsync(link, declaration, cancel);
        var view = new UnsubscribePage.View(
            State: state ?? stands,
            Token: token,
            Proof: tokens.PageProof(token)!,
            Secret: secret ?? PagePress.NewSecret(),
            CanUndo: canUndo,
            IsFinal: isFinal,
            Masked: isRevoked ? null : ContactAddress.Mask(link.Address),
            Topic: declaration is null ? null : TopicOnChannel.Find(declaration, link.Topic, null)?.Told,
            Others: [.. TopicOnChannel.AllOf(declaration).Where(topic => topic.Id != link.Topic).Select(topic => topic.Told)],
            Controller: declaration?.Controller,
            Preferences: isRevoked ? $"/preferences/{link.Site}" : $"/u/{Uri.EscapeDataString(token)}/preferences");
        return new HtmlPage(StatusCodes.Status200OK, language, UnsubscribePage.Of(view, language));
    }

    /// <summary>Of every link that does not open, whatever is wrong with it.</summary>
    internal IResult Unknown(HttpRequest request)
    {
        var language = PageLanguage.Choose(request.Query["language"], null, request.Headers.AcceptLanguage, null);
        return new HtmlPage(StatusCodes.Status404NotFound, language, UnsubscribePage.OfUnknownLink(language, askHere.In(declarations)));
    }

    private async Task<(UnsubscribeState State, bool IsFinal)> StandsAsync(UnsubscribeLink link, Declaration? declaration, CancellationToken cancel)
    {
        if (await optOuts.SuppressionAsync(link, cancel) is not { } own) return (UnsubscribeState.Ask, true);
        var isFinal = own.IsFinal;
        foreach (var topic in TopicOnChannel.AllOf(declaration).Select(t => t.Id).Prepend(MarketingRecord.Everything))
        {
            if (await optOuts.SuppressionAsync(link with { Topic = topic }, cancel) is not { } stopped) return (UnsubscribeState.Done, own.IsFinal);
            isFinal &= stopped.IsFinal;
        }
        return (UnsubscribeState.AllDone, isFinal);
    }
}
