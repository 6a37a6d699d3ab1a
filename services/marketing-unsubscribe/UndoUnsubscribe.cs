namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Takes back, for ten minutes, what was pressed on a page, on that page: its form holds the secret with which it was pressed. Everything is
/// then as it was before; nothing is added that was not there.
/// </summary>
internal static class UndoUnsubscribe
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/u/{token}/undo", HandleAsync);
        endpoints.MapMethods("/u/{token}/undo", [HttpMethods.Get, HttpMethods.Head],
            (string token, HttpRequest request, UnsubscribePages pages, CancellationToken cancel) => pages.ShowAsync(token, request, cancel));
    }

    private static async Task<IResult> HandleAsync(
        string token, HttpRequest request, UnsubscribeTokens tokens, UnsubscribePages pages, OptOuts optOuts, CancellationToken cancel)
    {
        var (form, problem) = await OneClickUnsubscribe.ReadFormAsync(request, cancel);
        if (problem is not null) return problem;
        if (tokens.Read(token) is not { } link) return pages.Unknown(request);
        if (tokens.IsRevoked(token, link) || PagePress.Of(form[ConfirmUnsubscribe.SecretField]) is not { } press) return await pages.ShowAsync(token, request, cancel);
        var isDone = await optOuts.UndoAsync(link, press, cancel);
        var isStopped = await optOuts.SuppressionAsync(link, cancel) is not null;
        // What was stopped otherwise too stays so, and the page tells it as it stands.
        return await pages.ShowAsync(token, request, cancel, (isDone, isStopped) switch
        {
            (true, false) => UnsubscribeState.Undone,
            (false, true) => UnsubscribeState.TooLate,
            _ => null,
        });
    }
}
