using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Tests.Support.Cosmos;

/// <summary>What is asked about documents of one container. The caller holds the lock.</summary>
internal static class CosmosDocuments
{
    private const int LongestDocument = 2 * 1024 * 1024;

    public static CosmosAnswer Create(StoredContainer container, CosmosCall call, DateTimeOffset at)
    {
        var (body, partition, range) = Sent(container, call);
        var id = body.GetProperty("id").GetString()!;
        if (id.Length is 0 or > 1023 || id.AsSpan().ContainsAny("/\\?#")) throw new RefusedException($"an id that is empty, too long, or has a character that ids may not have: {id}");
        if (call.Length > LongestDocument) return Of(range, container, CosmosAnswer.Failed(413, "Request size is too large."));
        if (range.Find(partition, id) is not null) return Of(range, container, CosmosAnswer.Failed(409, "Resource with specified id or name already exists.") with { Charge = 1.6 });
        var stored = container.Put(range, partition, id, body, at);
        return Of(range, container, Written(201, stored, call, CosmosCharges.Create(body, container.Indexed)));
    }

    public static CosmosAnswer Replace(StoredContainer container, CosmosCall call, string id, DateTimeOffset at)
    {
        var (body, partition, range) = Sent(container, call);
        if (body.GetProperty("id").GetString() != id) throw new RefusedException("a document that is given another id");
        if (call.Length > LongestDocument) return Of(range, container, CosmosAnswer.Failed(413, "Request size is too large."));
        var there = range.Find(partition, id);
        if (there is null) return Of(range, container, CosmosAnswer.Failed(404, "Resource Not Found."));
        if (call.Header("If-Match") is { } match && match != "*" && match != there.ETag)
        {
            return Of(range, container, CosmosAnswer.Failed(412, "One of the specified pre-condition is not met.") with { Charge = 1.6 });
        }
        var stored = container.Put(range, partition, id, body, at);
        return Of(range, container, Written(200, stored, call, CosmosCharges.Replace(body, container.Indexed)));
    }

    public static CosmosAnswer Read(StoredContainer container, CosmosCall call, string id)
    {
        var partition = call.Partition ?? throw new RefusedException("a document without its partition key");
        var range = container.RangeOf(partition);
        var asOf = SeenBy(call, range);
        var there = range.Find(partition, id, asOf);
        if (there is null) return Of(range, container, CosmosAnswer.Failed(404, "Resource Not Found."), asOf);
        var answer = call.Header("If-None-Match") == there.ETag ? new CosmosAnswer(304) : new CosmosAnswer(200, there.Body.GetRawText(), Charge: CosmosCharges.Read(there.Body));
        answer.Headers["etag"] = there.ETag;
        return Of(range, container, answer, asOf);
    }

    /// <summary>In one partition; what a page leaves over is told as of the moment of the first page.</summary>
    /// <param name="pageBytes">So large may a page become, unless its first document is larger.</param>
    public static CosmosAnswer Query(StoredContainer container, CosmosCall call, DateTimeOffset at, int pageBytes)
    {
        var text = call.Body.GetProperty("query").GetString()!;
        var (_, run) = CosmosQueries.Find(text) ?? throw new RefusedException($"a query that is not in the table: {text}");
        var partition = call.Partition ?? throw new RefusedException($"a query over several partitions: {text}");
        if (CosmosQueries.OrderOf(text) is { } path && !container.HasIndexOf(path)) return CosmosAnswer.Failed(400, $"The order-by item's path {path} is excluded from the index.");
        var range = container.RangeOf(partition);
        var (asOf, from) = (SeenBy(call, range), 0);
        if (call.Header("x-ms-continuation") is { } goesOn) (asOf, from) = (long.Parse(goesOn.Split('+')[0], null), int.Parse(goesOn.Split('+')[1], null));
        var documents = range.In(partition, asOf).Select(d => d.Body).ToList();
        var parameters = call.Body.TryGetProperty("parameters", out var sent) ? sent.EnumerateArray().ToDictionary(p => p.GetProperty("name").GetString()!, p => p.GetProperty("value")) : [];
        var found = run(new QueryView(documents, parameters, at)).Skip(from).ToList();
        var bytes = 0;
        var page = found.Take(Max(call)).TakeWhile((d, i) => (bytes += d.ToJsonString().Length) <= pageBytes || i == 0).ToList();
        var body = new JsonObject { ["_rid"] = container.Rid, ["Documents"] = new JsonArray([.. page]), ["_count"] = page.Count }.ToJsonString();
        var read = CosmosQueries.ChoosesBy(text).Any(container.HasIndexOf) ? page.Count : documents.Count;
        var answer = new CosmosAnswer(200, body, Charge: CosmosCharges.Query(read, body.Length));
        answer.Headers["x-ms-item-count"] = page.Count.ToString(null, null);
        // Without it the client, where it asks without a plan, throws a first page of several away and asks anew with one.
        answer.Headers["x-ms-cosmos-query-requiresdistribution"] = "False";
        if (found.Count > page.Count) answer.Headers["x-ms-continuation"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Min(asOf, range.Lsn)}+{from + page.Count}");
        return Of(range, container, answer, asOf);
    }

    /// <summary>The newest version of what changed in one range since the <c>etag</c> that is sent, which is the number of a page's last change.</summary>
    /// <param name="tellsOwnNumber">See <see cref="CosmosStandIn.FeedTellsItsOwnNumber"/>.</param>
    public static CosmosAnswer Feed(StoredContainer container, CosmosCall call, int pageBytes, bool tellsOwnNumber)
    {
        if (call.Header("A-IM") is not ("Incremental Feed" or "Incremental feed")) throw new RefusedException("a list of documents that is not the change feed");
        var id = call.Header("x-ms-documentdb-partitionkeyrangeid") ?? throw new RefusedException("a change feed that names no range");
        if (container.Range(id) is not { } range) return CosmosAnswer.Failed(410, "The range is gone.", 1002);
        var part = call.Header("x-ms-start-epk") is { } min && call.Header("x-ms-end-epk") is { } max ? range with { Min = min, Max = max } : null;
        var asOf = SeenBy(call, range);
        var after = call.Header("If-None-Match") switch { null => Before(call, range), "*" => range.Lsn, var etag => long.Parse(etag.Trim('"'), null) };
        var text = new StringBuilder($$"""{"_rid":"{{container.Rid}}","Documents":[""");
        var (count, last, most) = (0, after, Max(call));
        foreach (var change in range.After(after, asOf))
        {
            if (count == most || (count > 0 && text.Length >= pageBytes)) break;
            last = change.Lsn;
            if (part?.Has(EffectiveKey.Of(change.Partition)) == false) continue;
            if (count++ > 0) text.Append(',');
            text.Append(change.Body.GetRawText().AsSpan()[..^1]).Append(CultureInfo.InvariantCulture, $$""","_lsn":{{change.Lsn}}}""");
        }
        if (count == 0) last = Math.Max(tellsOwnNumber ? 0 : last, Math.Min(asOf, range.Lsn));
        var body = text.Append(CultureInfo.InvariantCulture, $$"""],"_count":{{count}}}""").ToString();
        var answer = count == 0 ? new CosmosAnswer(304) : new CosmosAnswer(200, body, Charge: CosmosCharges.Feed(body.Length));
        answer.Headers["x-ms-item-count"] = count.ToString(null, null);
        answer.Headers["etag"] = FormattableString.Invariant($"\"{last}\"");
        return Of(range, container, answer, asOf);
    }

    /// <summary>The number of the last change before the time that is sent; without one, that before the first change.</summary>
    private static long Before(CosmosCall call, StoredRange range)
    {
        if (call.Header("If-Modified-Since") is not { } text) return 0;
        var since = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeSeconds();
        return range.Changes.TakeWhile(change => change.Body.GetProperty("_ts").GetInt64() < since).LastOrDefault()?.Lsn ?? 0;
    }

    private static (JsonElement Body, string Partition, StoredRange Range) Sent(StoredContainer container, CosmosCall call)
    {
        var partition = call.Partition ?? throw new RefusedException("a document without its partition key");
        var path = container.Settings["partitionKey"]!["paths"]![0]!.GetValue<string>().TrimStart('/');
        if (!call.Body.TryGetProperty(path, out var inside) || inside.GetString() != partition) throw new RefusedException($"a document whose {path} is not the partition key that was sent: the store answers 400");
        return (call.Body, partition, container.RangeOf(partition));
    }

    private static CosmosAnswer Written(int status, Stored stored, CosmosCall call, double charge) =>
        new(status, string.Equals(call.Header("Prefer"), "return=minimal", StringComparison.OrdinalIgnoreCase) ? "" : stored.Body.GetRawText(), Charge: charge)
        {
            Headers = new(StringComparer.OrdinalIgnoreCase) { ["etag"] = stored.ETag },
        };

    /// <summary>Up to which change a reader sees: what its session token names at least; the rest when the range lags behind not at all.</summary>
    private static long SeenBy(CosmosCall call, StoredRange range)
    {
        var known = 0L;
        foreach (var token in (call.Header("x-ms-session-token") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (id, run, lsn) = (token.Split(':')[0], token.Split(':')[^1].Split('#')[0], token.Split('#')[1]);
            if (id != range.Id && !range.Parents.Contains(id)) throw new RefusedException($"a session token of range {id} for range {range.Id}");
            if (run == range.Run.ToString(null, null)) known = Math.Max(known, long.Parse(lsn, null));
        }
        return range.Lag == 0 ? long.MaxValue : Math.Max(known, range.Lsn - range.Lag);
    }

    private static int Max(CosmosCall call) => int.Parse(call.Header("x-ms-max-item-count") ?? "100", null) is var max and > 0 ? max : 100;

    /// <param name="asOf">How far the replica was that answered: a session learns no more of it.</param>
    private static CosmosAnswer Of(StoredRange range, StoredContainer container, CosmosAnswer answer, long asOf = long.MaxValue)
    {
        var lsn = Math.Min(asOf, range.Lsn);
        answer.Headers["x-ms-session-token"] = range.TokenOf(lsn);
        answer.Headers["lsn"] = lsn.ToString(null, null);
        answer.Headers["x-ms-documentdb-partitionkeyrangeid"] = range.Id;
        answer.Headers["x-ms-content-path"] = container.Rid;
        answer.Headers["x-ms-alt-content-path"] = container.Path;
        return answer;
    }
}
