using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>Finds out which page a link shows now, and in which language. Reads only.</summary>
public sealed class UnsubscribePages(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, UnsubscribeTokens tokens, MarketingLog log)
{
    public async Task<IResult> ShowAsync(string token, HttpRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var link = tokens.Read(token);
        var declaration = link is null ? null : declarations.InForce(link.Site)?.Declaration;
        var language = PageLanguage.Choose(
            request.Query["language"], link?.Language, request.Headers.AcceptLanguage, declaration?.Languages[0]);
        if (link is null) return new HtmlPage(StatusCodes.Status404NotFound, language, UnsubscribePage.OfUnknownLink(language));

        var newest = await log.LatestAsync(link.Site, link.SubjectId, cancel);
        var view = new UnsubscribePage.View(
            Token: token,
            Proof: tokens.PageProof(token)!,
            Masked: link.Masked,
            Topic: declaration?.FindTopic(link.Topic),
            Controller: declaration?.Controller,
            IsSuppressed: newest?.Topics.GetValueOrDefault(link.Topic) is { Status: TopicStatus.Suppressed });
        return new HtmlPage(StatusCodes.Status200OK, language, UnsubscribePage.Of(view, language));
    }
}
