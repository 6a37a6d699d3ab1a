namespace Consent.Tests.Support.Cosmos;

/// <summary>The headers that the client is known to send; another one would ask for something that the stand-in does not do: upsert, batch, query plan, triggers.</summary>
internal static class CosmosHeaders
{
    private static readonly HashSet<string> OfTransport = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept", "Accept-Encoding", "Authorization", "Cache-Control", "Connection", "Content-Length", "Content-Type", "Host", "Transfer-Encoding", "User-Agent", "traceparent", "tracestate",
        "Request-Id", "Correlation-Context", "x-ms-activity-id", "x-ms-client-id", "x-ms-cosmos-correlated-activityid", "x-ms-cosmos-sdk-supportedcapabilities",
        "x-ms-cosmos-use-thinclient", "x-ms-date", "x-ms-noretry-449", "x-ms-version",
    };

    private static readonly HashSet<string> Understood = new(StringComparer.OrdinalIgnoreCase)
    {
        "A-IM", "If-Match", "If-Modified-Since", "If-None-Match", "Prefer", "x-ms-consistency-level", "x-ms-continuation", "x-ms-cosmos-intended-collection-rid", "x-ms-cosmos-offer-autopilot-settings",
        "x-ms-documentdb-isquery", "x-ms-documentdb-partitionkey", "x-ms-documentdb-partitionkeyrangeid", "x-ms-end-epk", "x-ms-max-item-count", "x-ms-offer-throughput", "x-ms-read-key-type",
        "x-ms-session-token", "x-ms-start-epk",
    };

    /// <summary>About how a query is run, not about what it answers.</summary>
    private static readonly HashSet<string> OfQueries = new(StringComparer.OrdinalIgnoreCase)
    {
        "x-ms-cosmos-query-optimisticdirectexecute", "x-ms-cosmos-supported-serialization-formats", "x-ms-documentdb-populatequerymetrics", "x-ms-documentdb-query-iscontinuationexpected",
    };

    /// <exception cref="RefusedException">There is one that is not known.</exception>
    public static void RefuseUnknown(CosmosCall call)
    {
        var unknown = call.Names.FirstOrDefault(n => !OfTransport.Contains(n) && !Understood.Contains(n) && !OfQueries.Contains(n));
        if (unknown is not null) throw new RefusedException($"an unknown header: {unknown}: {call.Header(unknown)}");
    }
}
