using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Connectors;

/// <summary>
/// <c>POST /v1/connectors/{id}/test</c>: asks the mailing system for a page of contacts, and for what changed, and marketing for nobody, and tells how that
/// went. Nothing is written anywhere.
/// </summary>
internal static class TestConnector
{
    /// <param name="Contacts">On the first page.</param>
    private sealed record Answer(Tried Read, Tried? ReadChanges, Tried Marketing, int? Contacts);

    /// <param name="Outcome"><c>done</c>, or see <see cref="CallOutcome"/>.</param>
    private sealed record Tried(string Outcome, int? Status = null);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost($"{ManageConnectors.Path}/{{id}}/test", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string id, ClaimsPrincipal user, [FromKeyedServices(ConnectorsSetup.Service)] IDeclarations declarations, ConnectorBook connectors, MailingSystems systems,
        AskMarketing marketing, TimeProvider time, CancellationToken cancel)
    {
        if (connectors.Open(declarations, user, id) is not { } connector) return ConnectorTenancy.Unknown();
        if (connector.Account is not { } account)
            return Problems.Because(409, "connector-unreadable", "The account of the connector does not open.", "PUT it anew, or have the operator put the key back.");
        var (system, page) = (systems.Of(connector), (ContactPage?)null);
        var read = await TryAsync(async () => page = await system.ReadAsync(account, null, null, cancel));
        var changes = system.TellsChanges ? await TryAsync(async () => await system.ReadAsync(account, time.Now(), null, cancel)) : null;
        var asked = await TryAsync(async () => await marketing.CheckAsync(connector.Site, account.Lists.Keys.First(), [], cancel));
        return TypedResults.Ok(new Answer(read, changes, asked, page?.Contacts.Count));
    }

    private static async Task<Tried> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return new("done");
        }
        catch (CallFailedException failed)
        {
            return new(failed.Outcome, failed.Status);
        }
    }
}
