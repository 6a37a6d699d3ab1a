using System.Security.Claims;
using Consent.ServiceDefaults;

namespace Consent.Webhooks;

/// <summary>
/// <c>POST /v1/webhooks/endpoints/{id}/rotate-secret</c>: a new secret, told this once. For a day every message bears a signature by each
/// of the two, so that the receiver can change over when it likes.
/// </summary>
internal static class RotateSecret
{
    private sealed record Answer(string Secret, DateTimeOffset PreviousValidUntil);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/webhooks/endpoints/{id}/rotate-secret", HandleAsync).RequireScope("consent");

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, ClaimsPrincipal user, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations, EndpointBook book,
        CancellationToken cancel)
    {
        if (book.Open(declarations, user, id) is null) return EndpointTenancy.Unknown();
        if (await book.RotateAsync(id, cancel) is not var (secret, until))
            return Problems.Because(409, "too-many-secrets", "Five secrets of this endpoint are valid already.",
                "Wait until the oldest has run out, 24 hours after it was rotated out.");
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Answer(secret, until));
    }
}
