using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Connectors;

/// <summary><c>POST /v1/connectors/{id}/rotate-secret</c>: a new secret for webhooks, told this once; the one before is good for nothing from now on.</summary>
internal static class RotateWebhookSecret
{
    private sealed record Answer(string WebhookSecret);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost($"{ManageConnectors.Path}/{{id}}/rotate-secret", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, ClaimsPrincipal user, [FromKeyedServices(ConnectorsSetup.Service)] IDeclarations declarations, ConnectorBook connectors,
        CancellationToken cancel)
    {
        if (connectors.Open(declarations, user, id) is not { } connector) return ConnectorTenancy.Unknown();
        if (connector.Account is not { } account)
            return Problems.Because(409, "connector-unreadable", "The account of the connector does not open.", "PUT it anew; the answer tells a new secret, too.");
        var secret = RandomId.New();
        await connectors.UpdateAsync(connector, connector.Row.Name, account with { WebhookSecret = secret }, connector.Row.StopsWithoutBasis, cancel);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Answer(secret));
    }
}
