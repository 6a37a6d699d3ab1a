using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The button on the page. Its form holds a value that only that page has, so that a scanner which posts blindly to every address
/// does nothing but see the page again.
/// </summary>
internal static class ConfirmUnsubscribe
{
    public const string ProofField = "proof";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/u/{token}/confirm", HandleAsync);
        // Whoever reloads the address of the answer sees the state as it is.
        endpoints.MapMethods("/u/{token}/confirm", [HttpMethods.Get, HttpMethods.Head],
            (string token, HttpRequest request, UnsubscribePages pages, CancellationToken cancel) => pages.ShowAsync(token, request, cancel));
    }

    private static async Task<IResult> HandleAsync(
        string token, HttpRequest request, UnsubscribeTokens tokens, UnsubscribePages pages, MarketingLog log, TimeProvider time,
        CancellationToken cancel)
    {
        var (form, problem) = await OneClickUnsubscribe.ReadFormAsync(request, cancel);
        if (problem is not null) return problem;
        if (tokens.Read(token) is { } link && tokens.IsPageProof(token, form[ConfirmUnsubscribe.ProofField]))
        {
            await log.AppendAsync(
                link.Site, link.SubjectId, newest => MarketingDecisions.OptOut(newest, link, "unsubscribe-page", time.Now()), cancel);
        }
        return await pages.ShowAsync(token, request, cancel);
    }
}
