using System.Security.Claims;
using Consent.ServiceDefaults;

namespace Consent.Webhooks;

/// <param name="Id">The webhook-id under which it is sent.</param>
/// <param name="Status"><c>pending</c> (held, when its endpoint is gone), <c>delivered</c>, <c>superseded</c> or <c>given-up</c>.</param>
/// <param name="LastStatus">The HTTP status of the last attempt; absent when none came.</param>
/// <param name="NextAttemptAt">The earliest moment of the next attempt; absent for what has ended.</param>
internal sealed record DeliveryAnswer(
    string Id, string Type, string Status, DateTimeOffset QueuedAt, int Attempts, DateTimeOffset? LastAttemptAt, int? LastStatus, string? LastOutcome,
    DateTimeOffset? NextAttemptAt, DateTimeOffset? EndedAt)
{
    public static DeliveryAnswer Of(DeliveryRow row) => new(
        row.Event, row.Type, row.Status, At(row.QueuedAt)!.Value, row.Attempts, At(row.LastAt), row.LastStatus, row.LastOutcome,
        row.Status == DeliveryStatus.Pending ? At(row.NextAt) : null, At(row.EndedAt));

    private static DateTimeOffset? At(long? milliseconds) => milliseconds is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}

/// <summary>
/// <c>GET /v1/webhooks/endpoints/{id}/deliveries</c>, newest first: what was sent, how often it was tried, and how that ended. Query:
/// <c>status</c>, <c>limit</c> (1 to 500, 100 unless given) and <c>before</c>, which takes <c>next</c> of the page before.
/// </summary>
internal static class ListDeliveries
{
    private const int MostOfPage = 500;

    private sealed record Answer(IReadOnlyList<DeliveryAnswer> Deliveries, long? Next);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/v1/webhooks/endpoints/{id}/deliveries", Handle).RequireScope("consent");

    private static IResult Handle(
        string id, string? status, string? limit, string? before, ClaimsPrincipal user, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations,
        EndpointBook book, DeliveryQueue queue)
    {
        if (book.Open(declarations, user, id) is null) return EndpointTenancy.Unknown();
        if (status is not (null or DeliveryStatus.Pending or DeliveryStatus.Delivered or DeliveryStatus.Superseded or DeliveryStatus.GivenUp))
            return Problems.Because(400, "delivery-status", "The status is unknown.", "Use pending, delivered, superseded or given-up, or leave status out.");
        if (!int.TryParse(limit ?? "100", out var most) || most is < 1 or > MostOfPage)
            return Problems.Because(400, "page-limit", "The limit is out of range.", $"Use a limit from 1 to {MostOfPage}.");
        long? from = null;
        if (before is not null)
        {
            if (!long.TryParse(before, out var place)) return Problems.Because(400, "page-place", "The place in the list is malformed.", "Use the value of next in the page before.");
            from = place;
        }
        var page = queue.List(id, status, from, most);
        return TypedResults.Ok(new Answer([.. page.Select(DeliveryAnswer.Of)], page.Count == most ? page[^1].Seq : null));
    }
}
