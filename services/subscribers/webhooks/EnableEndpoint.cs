using System.Security.Claims;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Webhooks;

/// <summary>
/// <c>POST /v1/webhooks/endpoints/{id}/enable</c>: an endpoint that answered 410 is called again, and what was held for it goes out. For
/// one that is not gone: what waits for its next attempt is tried now.
/// </summary>
internal static class EnableEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/webhooks/endpoints/{id}/enable", HandleAsync).RequireScope("consent");

    private static async Task<IResult> HandleAsync(
        string id, ClaimsPrincipal user, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations, EndpointBook book, DeliveryQueue queue,
        WakeUp wakeUp, CancellationToken cancel)
    {
        if (book.Open(declarations, user, id) is null) return EndpointTenancy.Unknown();
        await queue.EnableAsync(id, cancel);
        wakeUp.Call();
        return book.Find(id) is { } enabled ? TypedResults.Ok(EndpointAnswer.Of(enabled)) : EndpointTenancy.Unknown();
    }
}
