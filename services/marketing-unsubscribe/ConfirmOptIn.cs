namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The second step of an opt-in: the link in the confirmation mail shows what will be sent, and to whom; the button there confirms it. Scanners that
/// fetch change nothing, however often, and one that posts blindly does nothing but see the page again, as at <see cref="ConfirmUnsubscribe"/>.
/// </summary>
internal static class ConfirmOptIn
{
    public const string ProofField = "proof";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/c/{token}/confirm", HandleAsync);
        // Whoever reloads the address of the answer sees the state as it is.
        foreach (var path in (string[])["/c/{token}", "/c/{token}/confirm"]) endpoints.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], ShowAsync);
        // Of a link that was cut behind its beginning, or torn by a slash, the page still helps.
        endpoints.MapMethods("/c/{**rest}", [HttpMethods.Get, HttpMethods.Head],
            (HttpRequest request, ConfirmationPages pages, CancellationToken cancel) => pages.AnswerAsync("", request, null, cancel));
    }

    private static Task<IResult> ShowAsync(string token, HttpRequest request, ConfirmationPages pages, CancellationToken cancel) =>
        pages.AnswerAsync(token, request, null, cancel);

    private static async Task<IResult> HandleAsync(string token, HttpRequest request, ConfirmationPages pages, CancellationToken cancel)
    {
        var (form, problem) = await OneClickUnsubscribe.ReadFormAsync(request, cancel);
        return problem ?? await pages.AnswerAsync(token, request, form[ProofField], cancel);
    }
}
