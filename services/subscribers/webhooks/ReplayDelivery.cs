using System.Security.Claims;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Webhooks;

/// <summary>
/// <c>POST /v1/webhooks/endpoints/{id}/deliveries/{delivery}/replay</c>: what was given up is tried for three days more, under the same
/// id and with the same data.
/// </summary>
internal static class ReplayDelivery
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/webhooks/endpoints/{id}/deliveries/{delivery}/replay", HandleAsync).RequireScope("consent");

    private static async Task<IResult> HandleAsync(
        string id, string delivery, ClaimsPrincipal user, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations, EndpointBook book,
        DeliveryQueue queue, WakeUp wakeUp, CancellationToken cancel)
    {
        if (book.Open(declarations, user, id) is null) return EndpointTenancy.Unknown();
        if (queue.Find(id, delivery) is not { } found) return EndpointTenancy.UnknownDelivery();
        if (!await queue.ReplayAsync(id, delivery, cancel))
            return Problems.Because(409, "delivery-not-given-up", $"The delivery is {found.Status}.", found.Status switch
            {
                DeliveryStatus.Pending => "Wait: it is tried by itself, or enable its endpoint when that is gone.",
                DeliveryStatus.Superseded => "There is nothing to do: a newer event of the same person, with the whole state, took its place.",
                _ => "There is nothing to do: it arrived.",
            });
        wakeUp.Call();
        return TypedResults.Accepted($"/v1/webhooks/endpoints/{id}/deliveries", DeliveryAnswer.Of(queue.Find(id, delivery) ?? found));
    }
}
