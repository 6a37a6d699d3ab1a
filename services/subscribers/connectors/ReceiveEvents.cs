using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Connectors;

/// <summary>
/// <c>POST /v1/connectors/{id}/events[/{secret}]</c>: webhooks of mailing systems, without a token of ours; each proves in its maker's way that it is the
/// system's. 200 means that the opt-outs in it are on our disk. What else it tells is passed over.
/// </summary>
internal static class ReceiveEvents
{
    private const int LargestBody = 1 << 20;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost($"{ManageConnectors.Path}/{{id}}/events/{{**secret}}", HandleAsync);
        endpoints.MapGet($"{ManageConnectors.Path}/{{id}}/events/{{**secret}}", AnswerValidator);
    }

    private static async Task<IResult> HandleAsync(
        string id, string? secret, HttpRequest request, ConnectorBook connectors, MailingSystems systems, BringOptOuts bring,
        [FromKeyedServices(ConnectorsSetup.Service)] WakeUp wakeUp, CancellationToken cancel)
    {
        if (connectors.Find(id) is not { IsDeleting: false } connector) return ConnectorTenancy.Unknown();
        if (connector.Account is not { } account)
            return Problems.Because(503, "connector-unreadable", "The account of the connector does not open.", "Send it again later: an operator has to put the key back.");
        var (body, tooLarge) = await JsonBody.ReadBytesAsync(request, LargestBody);
        if (tooLarge is not null) return tooLarge;
        try
        {
            if (await systems.Of(connector).HearAsync(account, new WebhookCall(secret ?? "", request.Headers, body), cancel) is not { } told)
                return Problems.Because(401, "webhook-not-proven", "This webhook does not prove that it comes from the mailing system.",
                    "Set the secret of the connector where the mailing system wants it; see the README of connectors.");
            // It was deleted meanwhile: whoever is told 404 knows that nobody heard.
            if (!await bring.KeepAsync(connector, told, cancel)) return ConnectorTenancy.Unknown();
        }
        catch (CallFailedException)
        {
            return Problems.Because(503, "webhook-not-checked", "It could not be checked that this webhook comes from the mailing system.", "Send it again later.");
        }
        wakeUp.Call();
        return TypedResults.Ok();
    }

    /// <summary>Mailchimp asks once by GET whether the address is there; it is told no more than that.</summary>
    private static IResult AnswerValidator(string id, ConnectorBook connectors) => connectors.Find(id) is { IsDeleting: false } ? TypedResults.Ok() : ConnectorTenancy.Unknown();
}
