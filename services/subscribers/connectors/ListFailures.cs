using System.Security.Claims;
using Consent.ServiceDefaults;

namespace Consent.Connectors;

/// <summary>
/// <c>GET /v1/connectors/{id}/failures</c>: changes that were given up, newest first, at most 500. They are tried again when the person decides anew, or the
/// connector is resumed.
/// </summary>
internal static class ListFailures
{
    private const int Most = 500;

    private sealed record Answer(IReadOnlyList<Failure> Failures);

    /// <param name="SubjectId">The pseudonym of the person; absent for one who is known no more.</param>
    /// <param name="Outcome">See <see cref="CallOutcome"/>.</param>
    private sealed record Failure(string? SubjectId, string? Outcome, int? Status, int Attempts, DateTimeOffset QueuedAt, DateTimeOffset? LastAttemptAt);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet($"{ManageConnectors.Path}/{{id}}/failures", Handle).RequireScope("marketing");

    private static IResult Handle(
        string id, ClaimsPrincipal user, [FromKeyedServices(ConnectorsSetup.Service)] IDeclarations declarations, ConnectorBook connectors, ContactBook contacts) =>
        connectors.Open(declarations, user, id) is null
            ? ConnectorTenancy.Unknown()
            : TypedResults.Ok(new Answer(
            [
                .. contacts.GivenUpOf(id, Most).Select(f => new Failure(
                    f.Subject, f.Work.LastOutcome, f.Work.LastStatus, f.Work.Attempts, DateTimeOffset.FromUnixTimeMilliseconds(f.Work.QueuedAt),
                    f.Work.LastAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null)),
            ]));
}
