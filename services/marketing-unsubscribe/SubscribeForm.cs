namespace Consent.MarketingUnsubscribe;

/// <summary>
/// A form with which people subscribe to a topic: a page that runs no script, behind a plain link or in a frame on the site's own pages, and where the site's
/// own form may be sent to (FORM.md). It tells nobody whether an address is known, and subscribes nobody: the owner of the address is asked by mail.
/// </summary>
internal static class SubscribeForm
{
    private const string Path = "/s/{site}/{topic}";

    /// <summary>Of the page.</summary>
    public static string PathOf(string site, string topic) => $"/s/{Uri.EscapeDataString(site)}/{Uri.EscapeDataString(topic)}";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head],
            (string site, string topic, HttpRequest request, SubscribeForms forms, CancellationToken cancel) => forms.AnswerAsync(site, topic, request, null, cancel));
        endpoints.MapPost(Path, HandleAsync);
    }

    private static async Task<IResult> HandleAsync(string site, string topic, HttpRequest request, SubscribeForms forms, CancellationToken cancel)
    {
        var (form, problem) = await OneClickUnsubscribe.ReadFormAsync(request, cancel);
        return problem ?? await forms.AnswerAsync(site, topic, request, form, cancel);
    }
}
