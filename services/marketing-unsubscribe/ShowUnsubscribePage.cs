namespace Consent.MarketingUnsubscribe;

/// <summary>
/// What a person sees behind the link. However often a scanner, a preview or a browser that looks ahead fetches it, nothing
/// changes.
/// </summary>
internal static class ShowUnsubscribePage
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/u/{token}", [HttpMethods.Get, HttpMethods.Head],
            (string token, HttpRequest request, UnsubscribePages pages, CancellationToken cancel) => pages.ShowAsync(token, request, cancel));
        // Of a link that was cut behind its beginning, or torn by a slash, the page still helps.
        endpoints.MapMethods("/u/{**rest}", [HttpMethods.Get, HttpMethods.Head],
            (HttpRequest request, UnsubscribePages pages, CancellationToken cancel) => pages.ShowAsync("", request, cancel));
    }
}
