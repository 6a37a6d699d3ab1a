using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Webhooks;

/// <summary><c>POST /v1/webhooks/endpoints/{id}/test</c>: sends a test event, which is queued, signed and retried like any other.</summary>
internal static class SendTest
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/webhooks/endpoints/{id}/test", HandleAsync).RequireScope("consent");

    private static async Task<IResult> HandleAsync(
        string id, ClaimsPrincipal user, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations, EndpointBook book, DeliveryQueue queue,
        WakeUp wakeUp, TimeProvider time, CancellationToken cancel)
    {
        if (book.Open(declarations, user, id) is not { } endpoint) return EndpointTenancy.Unknown();
        var test = WebhookEvents.OfTest(endpoint.Site, id, time.Now());
        await queue.AddTestAsync(test, id, cancel);
        wakeUp.Call();
        return TypedResults.Accepted($"/v1/webhooks/endpoints/{id}/deliveries", DeliveryAnswer.Of(queue.Find(id, test.Id)!));
    }
}
