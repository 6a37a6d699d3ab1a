using System.Security.Claims;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Connectors;

/// <summary><c>/v1/connectors</c>: makes, lists, shows, changes and deletes connectors of the sites that the token opens.</summary>
internal static class ManageConnectors
{
    private const int LargestBody = 32 * 1024;
    public const string Path = "/v1/connectors";

    private sealed record ListAnswer(IReadOnlyList<ConnectorAnswer> Connectors);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(Path, CreateAsync).RequireScope("marketing");
        endpoints.MapGet(Path, List).RequireScope("marketing");
        endpoints.MapGet($"{Path}/{{id}}", Show).RequireScope("marketing");
        endpoints.MapPut($"{Path}/{{id}}", ChangeAsync).RequireScope("marketing");
        endpoints.MapDelete($"{Path}/{{id}}", DeleteAsync).RequireScope("marketing");
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context, ClaimsPrincipal user, [FromKeyedServices(ConnectorsSetup.Service)] IDeclarations declarations, ConnectorBook connectors,
        MailingSystems systems, ConnectorSettings settings, [FromKeyedServices(ConnectorsSetup.Service)] WakeUp wakeUp, CancellationToken cancel)
    {
        var (body, problem) = await JsonBody.ReadAsync<ConnectorRequest>(context.Request, LargestBody);
        if (body is null) return problem!;
        if (declarations.Open(user, body.Site ?? "") is not { } inForce) return Problems.UnknownSite();
        if (systems.Find(body.System ?? "") is not { } system)
            return Problems.Invalid("connector-system", "The kind of mailing system is unknown.", $"Set system to one of {string.Join(", ", systems.Names)}.");
        if (!settings.AreSet)
            return Problems.Because(503, "connectors-unset", "Connectors are not set up here.",
                "Ask the operator of this service to set Connectors:Marketing, and a token of scope marketing in Connectors:Token or Connectors:TokenFile.");
        var (account, wrong) = body.Check(system, inForce.Declaration, null, settings);
        if (account is null) return wrong!;
        if (await connectors.CreateAsync(inForce.Declaration.Site, system.Name, body.Name, account, body.WithoutBasis == ConnectorRequest.Stop, cancel) is not { } made)
            return Problems.Because(409, "too-many-connectors", "The site has too many connectors.",
                $"Delete one that is not used any more: a site has at most {ConnectorBook.MostPerSite}.");
        wakeUp.Call();
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"{Path}/{made.Id}", ConnectorAnswer.Of(made, null, account.WebhookSecret));
    }

    private static IResult List(
        ClaimsPrincipal user, string? site, [FromKeyedServices(ConnectorsSetup.Service)] IDeclarations declarations, ConnectorBook connectors, ConnectorStore store)
    {
        var figures = WatchConnectors.Figures(store).ToDictionary(f => f.Connector, StringComparer.Ordinal);
        return TypedResults.Ok(new ListAnswer(
        [
            .. connectors.All().Where(c => (site is null || c.Site == site) && declarations.Open(user, c.Site) is not null)
                .Select(c => ConnectorAnswer.Of(c, figures.GetValueOrDefault(c.Id))),
        ]));
    }

    private static IResult Show(
        string id, ClaimsPrincipal user, [FromKeyedServices(ConnectorsSetup.Service)] IDeclarations declarations, ConnectorBook connectors, ConnectorStore store) =>
        connectors.OpenAny(declarations, user, id) is { } connector
            ? TypedResults.Ok(ConnectorAnswer.Of(connector, WatchConnectors.Figures(store).FirstOrDefault(f => f.Connector == id)))
            : ConnectorTenancy.Unknown();

    /// <summary>Everything but site and system anew; what is known of contacts stays where the system and the lists do, and all are compared again.</summary>
    private static async Task<IResult> ChangeAsync(
        string id, HttpContext context, ClaimsPrincipal user, [FromKeyedServices(ConnectorsSetup.Service)] IDeclarations declarations, ConnectorBook connectors,
        MailingSystems systems, ConnectorSettings settings, [FromKeyedServices(ConnectorsSetup.Service)] WakeUp wakeUp, CancellationToken cancel)
    {
        if (connectors.Open(declarations, user, id) is not { } connector) return ConnectorTenancy.Unknown();
        var (body, problem) = await JsonBody.ReadAsync<ConnectorRequest>(context.Request, LargestBody);
        if (body is null) return problem!;
        if (declarations.Open(user, connector.Site) is not { } inForce) return ConnectorTenancy.Unknown();
        var (account, wrong) = body.Check(systems.Of(connector), inForce.Declaration, connector.Account, settings);
        if (account is null) return wrong!;
        await connectors.UpdateAsync(connector, body.Name, account, body.WithoutBasis == ConnectorRequest.Stop, cancel);
        wakeUp.Call();
        return connectors.Find(id) is { } changed
            ? TypedResults.Ok(ConnectorAnswer.Of(changed, null, connector.Account is null ? account.WebhookSecret : null))
            : ConnectorTenancy.Unknown();
    }

    /// <summary>204 when it is gone; 202, with how it stands, while opt-outs that it heard from there are still to be brought here.</summary>
    private static async Task<IResult> DeleteAsync(
        string id, ClaimsPrincipal user, [FromKeyedServices(ConnectorsSetup.Service)] IDeclarations declarations, ConnectorBook connectors, ConnectorStore store,
        CancellationToken cancel)
    {
        if (connectors.OpenAny(declarations, user, id) is null) return ConnectorTenancy.Unknown();
        await connectors.DeleteAsync(id, cancel);
        return connectors.Find(id) is { } left
            ? TypedResults.Accepted($"{Path}/{id}", ConnectorAnswer.Of(left, WatchConnectors.Figures(store).FirstOrDefault(f => f.Connector == id)))
            : TypedResults.NoContent();
    }
}
