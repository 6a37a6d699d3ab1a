using System.Security.Claims;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Connectors;

/// <summary>Why a connector cannot be spoken to just now.</summary>
/// <param name="Outcome">See <see cref="CallOutcome"/>.</param>
internal sealed record FailingAnswer(DateTimeOffset Since, string? Outcome, int? Status, DateTimeOffset? NextAttemptAt);

/// <summary>A connector as its owner sees it; without its secret.</summary>
/// <param name="Url">Absent when it is unreadable: PUT it anew, as for the lists; and once it was deleted.</param>
/// <param name="Events">Where its webhooks go, below the address of the gateway.</param>
/// <param name="WalkedAt">When the last comparison of all contacts began that came to its end.</param>
/// <param name="WebhookSecret">Told when it is made or rotated.</param>
internal sealed record ConnectorAnswer(
    string Id, string Site, string System, string? Name, string? Url, IReadOnlyDictionary<string, string>? Lists, string WithoutBasis, string Status, DateTimeOffset CreatedAt,
    string Events, long Contacts, long Pending, long GivenUp, DateTimeOffset? WalkedAt, FailingAnswer? Failing, string? WebhookSecret = null)
{
    public static ConnectorAnswer Of(Connector connector, ConnectorFigures? figures = null, string? webhookSecret = null)
    {
        var row = connector.Row;
        return new(
            row.Id, row.Site, row.System, row.Name, connector.Account?.Url.AbsoluteUri, connector.Account?.Lists,
            row.StopsWithoutBasis ? ConnectorRequest.Stop : ConnectorRequest.Leave, connector.Status, At(row.CreatedAt)!.Value, $"/v1/connectors/{row.Id}/events",
            figures?.Contacts ?? 0, figures?.Pending ?? 0, figures?.GivenUp ?? 0, At(row.WalkedAt),
            At(row.FailingSince) is { } since ? new FailingAnswer(since, row.LastOutcome, row.LastStatus, At(row.NotBefore)) : null, webhookSecret);
    }

    private static DateTimeOffset? At(long? milliseconds) => milliseconds is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}

/// <summary>Whose connector it is: a token opens the connectors of the sites that it opens. Another's is answered as one that does not exist.</summary>
internal static class ConnectorTenancy
{
    public static Connector? Open(this ConnectorBook connectors, IDeclarations declarations, ClaimsPrincipal user, string id) =>
        connectors.OpenAny(declarations, user, id) is { IsDeleting: false } connector ? connector : null;

    /// <summary>Also one that was deleted, and waits for the last of its opt-outs.</summary>
    public static Connector? OpenAny(this ConnectorBook connectors, IDeclarations declarations, ClaimsPrincipal user, string id) =>
        connectors.Find(id) is { } connector && declarations.Open(user, connector.Site) is not null ? connector : null;

    public static ProblemHttpResult Unknown() => Problems.Because(404, "unknown-connector", "There is no such connector.",
        "Check the id in the address; GET /v1/connectors lists those that your token may see.");
}
