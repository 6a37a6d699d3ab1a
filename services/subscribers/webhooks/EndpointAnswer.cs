using System.Security.Claims;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Webhooks;

/// <summary>An endpoint as its owner sees it.</summary>
/// <param name="Url">Absent when it is unreadable: PUT it anew.</param>
/// <param name="Secret">Told once, when it is made or rotated.</param>
internal sealed record EndpointAnswer(
    string Id, string Site, string? Url, string Mode, string? Description, string Status, DateTimeOffset CreatedAt, DateTimeOffset? GoneAt,
    long Pending, long GivenUp, string? Secret = null)
{
    public static EndpointAnswer Of(WebhookEndpoint endpoint, EndpointFigures? figures = null, string? secret = null) => new(
        endpoint.Id, endpoint.Site, endpoint.Url?.AbsoluteUri, endpoint.Mode, endpoint.Description, endpoint.Status, endpoint.CreatedAt, endpoint.GoneAt,
        figures?.Pending ?? 0, figures?.GivenUp ?? 0, secret);
}

/// <summary>Whose endpoint it is: a token opens the endpoints of the sites that it opens. Another's is answered as one that does not exist.</summary>
internal static class EndpointTenancy
{
    public static WebhookEndpoint? Open(this EndpointBook endpoints, IDeclarations declarations, ClaimsPrincipal user, string id) =>
        endpoints.Find(id) is { } endpoint && declarations.Open(user, endpoint.Site) is not null ? endpoint : null;

    public static ProblemHttpResult Unknown() => Problems.Because(404, "unknown-endpoint", "There is no such webhook endpoint.",
        "Check the id in the address; GET /v1/webhooks/endpoints lists those that your token may see.");

    public static ProblemHttpResult UnknownDelivery() => Problems.Because(404, "unknown-delivery", "The endpoint has no such delivery.",
        "Check the id in the address; GET /v1/webhooks/endpoints/{id}/deliveries lists them, those of the last 30 days.");
}
