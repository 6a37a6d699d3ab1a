using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Storage;

/// <summary>
/// <c>GET /v1/deliveries/{source}</c>: who subscribes to what a service publishes, and what each has not applied yet.
/// <c>GET …/records/{id}</c>: what became of one record at each. <c>POST …/subscribers/{name}/retire</c> with a <c>reason</c>, and
/// <c>…/readmit</c>. Scope <c>operator</c>. <c>{source}</c> is the publishing service's name.
/// </summary>
public static class DeliveryEndpoints
{
    private const int LongestReason = 500;
    private const int LargestBody = 16 * 1024;

    public static void MapDeliveries(this IEndpointRouteBuilder endpoints, string service)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var (ledger, lease, retire) = (
            endpoints.ServiceProvider.GetRequiredKeyedService<DeliveryLedger>(service), endpoints.ServiceProvider.GetRequiredKeyedService<RelayLease>(service),
            endpoints.ServiceProvider.GetRequiredKeyedService<RetireSubscriber>(service));
        var group = endpoints.MapGroup($"/v1/deliveries/{service}").RequireScope("operator");
        group.MapGet("", async (CancellationToken cancel) =>
            TypedResults.Ok(new Standing(service, lease.IsHeld, await ledger.SubscribersAsync(cancel))));
        group.MapGet("records/{id}", async (string id, CancellationToken cancel) =>
            await ledger.DeliveriesOfAsync(id, cancel) is { Count: > 0 } found ? (IResult)TypedResults.Ok(new OfRecord(id, found)) : UnknownRecord());
        group.MapPost("subscribers/{name}/retire", (string name, HttpContext http, CancellationToken cancel) => RetireAsync(retire, name, http, cancel));
        group.MapPost("subscribers/{name}/readmit", async (string name, HttpContext http, CancellationToken cancel) =>
            await retire.RunAsync(name, null, By(http), cancel) ? (IResult)TypedResults.NoContent() : UnknownSubscriber());
    }

    private static async Task<IResult> RetireAsync(RetireSubscriber retire, string name, HttpContext http, CancellationToken cancel)
    {
        var (wish, problem) = await JsonBody.ReadAsync<Wish>(http.Request, LargestBody);
        if (wish is null) return problem!;
        if (wish.Reason is not { } reason || reason.Trim().Length is 0 or > LongestReason)
            return Problems.Invalid("retire-reason", "The reason is missing or too long.", $"Give a reason of 1 to {LongestReason} characters: it is kept in the audit.");
        return await retire.RunAsync(name, reason.Trim(), By(http), cancel) ? TypedResults.NoContent() : UnknownSubscriber();
    }

    private static string By(HttpContext http) => http.User.FindFirst("sub")?.Value ?? "unnamed";

    private static IResult UnknownSubscriber() => Problems.Because(404, "unknown-subscriber", "No such subscriber is in the registry.", "GET /v1/deliveries/{source} names those that are.");

    private static IResult UnknownRecord() => Problems.Because(404, "unknown-record", "Nothing is known of the deliveries of this record.",
        "Use the id of a receipt, a declaration's publication or a tombstone that this service recorded; what concerns no subscriber has no deliveries.");

    private sealed record Wish(string? Reason);

    /// <param name="Relaying">Whether this replica is the one that relays.</param>
    private sealed record Standing(string Source, bool Relaying, IReadOnlyList<SubscriberStatus> Subscribers);

    private sealed record OfRecord(string RecordId, IReadOnlyList<Delivery> Deliveries);
}
