using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Takes back a press of the button, for ten minutes, on the page that answered it: its form holds the ticket. Everything is then as it was
/// before; nothing is added that was not there, so that a link, and whoever has it, can still only reduce.
/// </summary>
internal static class UndoUnsubscribe
{
    public const string TicketField = "undo";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/u/{token}/undo", HandleAsync);
        endpoints.MapMethods("/u/{token}/undo", [HttpMethods.Get, HttpMethods.Head],
            (string token, HttpRequest request, UnsubscribePages pages, CancellationToken cancel) => pages.ShowAsync(token, request, cancel));
    }

    private static async Task<IResult> HandleAsync(
        string token, HttpRequest request, UnsubscribeTokens tokens, UnsubscribePages pages, OptOuts optOuts, TimeProvider time, CancellationToken cancel)
    {
        var (form, problem) = await OneClickUnsubscribe.ReadFormAsync(request, cancel);
        if (problem is not null) return problem;
        if (tokens.Read(token) is not { } link || !form.ContainsKey(TicketField)) return await pages.ShowAsync(token, request, cancel);
        var isDone = tokens.OpenUndo(token, form[TicketField], time.Now()) is { } ticket && await optOuts.UndoAsync(link, ticket, cancel);
        return await pages.ShowAsync(token, request, isDone ? UnsubscribeState.Undone : UnsubscribeState.TooLate, null, cancel);
    }
}
