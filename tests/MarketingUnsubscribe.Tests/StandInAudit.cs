using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Audit as marketing asks it to note a look; what it was asked, and with whose token.</summary>
internal sealed class StandInAudit
{
    public ConcurrentQueue<(string Token, JsonElement Look)> Noted { get; } = new();

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = StatusCodes.Status204NoContent;

    public IResult Take(HttpRequest request, JsonElement look)
    {
        Noted.Enqueue((request.Headers.Authorization.ToString(), look));
        return TypedResults.StatusCode(Status);
    }
}
