using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The preference centre: <c>/preferences/{site}</c> sends the owner of an address a link by mail, and behind that link, <c>/p/{token}</c>, he sees and changes
/// what he is sent, for an hour. A link of an opt-out leads to the first of them alone. However often a scanner, a preview or a browser that looks ahead fetches
/// either, nothing changes.
/// </summary>
internal static class PreferenceRoutes
{
    private static readonly string[] Fetching = [HttpMethods.Get, HttpMethods.Head];

    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton(provider => new PreferenceTokens(provider.GetRequiredKeyedService<IdentifierKeys>(MarketingUnsubscribeSetup.Service)));
        services.AddSingleton<PreferenceRequests>();
        services.AddSingleton<PreferenceRequestPages>();
        services.AddSingleton<PreferenceStates>();
        services.AddSingleton<PreferenceSaving>();
        services.AddSingleton<PreferencePages>();
    }

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/preferences/{site}", Fetching, (string site, HttpRequest request, PreferenceRequestPages pages) => pages.Show(site, request));
        endpoints.MapPost("/preferences/{site}",
            (string site, HttpRequest request, PreferenceRequestPages pages, CancellationToken cancel) => pages.HandleAsync(site, request, cancel));
        endpoints.MapMethods("/u/{token}/preferences", Fetching, (string token, HttpRequest request, PreferenceRequestPages pages) => pages.ShowOfLink(token, request));
        endpoints.MapMethods("/p/{token}", Fetching,
            (string token, HttpRequest request, PreferencePages pages, CancellationToken cancel) => pages.AnswerAsync(token, request, null, cancel));
        endpoints.MapPost("/p/{token}", SaveAsync);
        // Of a link that was cut behind its beginning, or torn by a slash, the page still helps.
        endpoints.MapMethods("/p/{**rest}", Fetching,
            (HttpRequest request, PreferencePages pages, CancellationToken cancel) => pages.AnswerAsync("", request, null, cancel));
    }

    private static async Task<IResult> SaveAsync(string token, HttpRequest request, PreferencePages pages, CancellationToken cancel)
    {
        var (form, problem) = await OneClickUnsubscribe.ReadFormAsync(request, cancel);
        return problem ?? await pages.AnswerAsync(token, request, form, cancel);
    }
}
