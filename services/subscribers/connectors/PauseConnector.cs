using System.Security.Claims;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Connectors;

/// <summary>
/// <c>POST /v1/connectors/{id}/pause</c>: nothing is read or carried any more; what comes by webhook is brought here all the same. <c>…/resume</c>: goes on,
/// tries at once what waits or was given up, and compares all contacts.
/// </summary>
internal static class PauseConnector
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost($"{ManageConnectors.Path}/{{id}}/pause", PauseAsync).RequireScope("marketing");
        endpoints.MapPost($"{ManageConnectors.Path}/{{id}}/resume", ResumeAsync).RequireScope("marketing");
    }

    private static async Task<IResult> PauseAsync(
        string id, ClaimsPrincipal user, [FromKeyedServices(ConnectorsSetup.Service)] IDeclarations declarations, ConnectorBook connectors, CancellationToken cancel)
    {
        if (connectors.Open(declarations, user, id) is null) return ConnectorTenancy.Unknown();
        await connectors.PauseAsync(id, cancel);
        return connectors.Find(id) is { } paused ? TypedResults.Ok(ConnectorAnswer.Of(paused)) : ConnectorTenancy.Unknown();
    }

    private static async Task<IResult> ResumeAsync(
        string id, ClaimsPrincipal user, [FromKeyedServices(ConnectorsSetup.Service)] IDeclarations declarations, ConnectorBook connectors,
        [FromKeyedServices(ConnectorsSetup.Service)] WakeUp wakeUp, CancellationToken cancel)
    {
        if (connectors.Open(declarations, user, id) is null) return ConnectorTenancy.Unknown();
        await connectors.ResumeAsync(id, cancel);
        wakeUp.Call();
        return connectors.Find(id) is { } resumed ? TypedResults.Ok(ConnectorAnswer.Of(resumed)) : ConnectorTenancy.Unknown();
    }
}
