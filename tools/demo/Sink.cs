using System.Collections.Concurrent;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.Demo;

/// <summary>
/// Stands for the analytics product behind the analytics gate: keeps the last few hits that were passed on, with every header,
/// so that one can see that neither a visitor id nor a full IP address arrives here.
/// </summary>
internal static class Sink
{
    private const int Kept = 50;
    private const int LargestHit = 16 * 1024;

    public static void MapSink(this IEndpointRouteBuilder endpoints)
    {
        var hits = new ConcurrentQueue<Hit>();
        endpoints.MapPost("/sink", async (string? site, HttpContext context) =>
        {
            if (context.Request.ContentLength is not <= LargestHit) return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
            JsonElement body;
            try
            {
                body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body, cancellationToken: context.RequestAborted);
            }
            catch (JsonException)
            {
                return Results.BadRequest();
            }
            var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString());
            hits.Enqueue(new Hit(context.RequestServices.GetService<TimeProvider>()?.Now() ?? TimeProvider.System.Now(), site ?? SiteIn(body), headers, body));
            while (hits.Count > Kept) hits.TryDequeue(out _);
            return Results.NoContent();
        });
        endpoints.MapGet("/sink", (string? site) =>
            Results.Json(hits.Where(h => site is null || h.Site == site).Reverse(), ContractJson.Options));
    }

    private static string? SiteIn(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("site", out var site) && site.ValueKind == JsonValueKind.String
            ? site.GetString()
            : null;

    private sealed record Hit(DateTimeOffset ReceivedAt, string? Site, IReadOnlyDictionary<string, string> Headers, JsonElement Body);
}
