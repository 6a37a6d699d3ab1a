using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Tests.Support.Cosmos;

/// <summary>Account, databases, containers and their ranges. The caller holds the lock.</summary>
internal sealed class CosmosMetadata
{
    private readonly Dictionary<string, int> _databases = new(StringComparer.Ordinal);
    private int _made, _databasesMade;

    public List<StoredContainer> Containers { get; } = [];

    /// <summary>The account's regions, first the one for writing; none: one, where it is asked.</summary>
    public IReadOnlyList<(string Name, Uri At)> Regions { get; set; } = [];

    public string Consistency { get; set; } = "Session";

    public StoredContainer? Find(string database, string container) =>
        Containers.Find(c => (c.Database == database && c.Name == container) || c.Rid == container);

    public CosmosAnswer Account(Uri asked)
    {
        var regions = (Regions.Count == 0 ? [("Stand-in", new Uri(asked, "/"))] : Regions).Select(r => new { name = r.Name, databaseAccountEndpoint = r.At.AbsoluteUri }).ToList();
        return new CosmosAnswer(200, JsonSerializer.Serialize(new
        {
            id = "stand-in",
            _rid = "stand-in",
            _self = "",
            media = "//media/",
            addresses = "//addresses/",
            _dbs = "//dbs/",
            writableLocations = regions.Take(1),
            readableLocations = regions,
            enableMultipleWriteLocations = false,
            userReplicationPolicy = new { asyncReplication = false, minReplicaSetSize = 3, maxReplicasetSize = 4 },
            userConsistencyPolicy = new { defaultConsistencyLevel = Consistency },
            systemReplicationPolicy = new { minReplicaSetSize = 3, maxReplicasetSize = 4 },
            readPolicy = new { primaryReadCoefficient = 1, secondaryReadCoefficient = 1 },
            queryEngineConfiguration = """{"maxSqlQueryInputLength":262144,"sqlAllowTop":true}""",
        }));
    }

    public CosmosAnswer? Answer(CosmosCall call) => (call.Method.Method, call.Path) switch
    {
        ("POST", ["dbs"]) => MakeDatabase(call.Body.GetProperty("id").GetString()!),
        ("GET", ["dbs", var database]) => _databases.TryGetValue(database, out var number) ? Told(200, Database(database, number)) : Missing(database),
        ("DELETE", ["dbs", var database]) => DropDatabase(database),
        ("POST", ["dbs", var database, "colls"]) => MakeContainer(database, call),
        ("GET", ["dbs", var database, "colls", var container]) => Find(database, container) is { } found ? Told(200, Container(found)) : Missing(container),
        ("GET", ["dbs", var database, "colls", var container, "pkranges"]) => Find(database, container) is { } found ? Ranges(found, call) : Missing(container),
        _ => null,
    };

    public void Put(string database, StoredContainer container)
    {
        if (!_databases.ContainsKey(database)) _databases[database] = ++_databasesMade;
        Containers.RemoveAll(c => c.Path == container.Path);
        Containers.Add(container);
        _made = Math.Max(_made, StoredContainer.NumberIn(container.Rid));
    }

    private CosmosAnswer MakeDatabase(string name)
    {
        if (_databases.ContainsKey(name)) return CosmosAnswer.Failed(409, "Resource with specified id or name already exists.");
        _databases[name] = ++_databasesMade;
        return Told(201, Database(name, _databases[name]));
    }

    private CosmosAnswer DropDatabase(string name)
    {
        Containers.RemoveAll(c => c.Database == name);
        return _databases.Remove(name) ? new CosmosAnswer(204) : Missing(name);
    }

    private CosmosAnswer MakeContainer(string database, CosmosCall call)
    {
        if (!_databases.TryGetValue(database, out var number)) return Missing(database);
        var settings = JsonNode.Parse(call.Body.GetRawText())!;
        var name = settings["id"]!.GetValue<string>();
        if (Find(database, name) is not null) return CosmosAnswer.Failed(409, "Resource with specified id or name already exists.");
        var key = settings["partitionKey"];
        if (key?["version"]?.GetValue<int>() != 2 || key["paths"]!.AsArray().Count != 1) throw new RefusedException($"a container whose partition key is {key?.ToJsonString()}: one path and version 2 only");
        var made = new StoredContainer(
            database, name, StoredContainer.RidOf(number, ++_made), settings, call.Header("x-ms-cosmos-offer-autopilot-settings") ?? call.Header("x-ms-offer-throughput"));
        Containers.Add(made);
        return Told(201, Container(made));
    }

    private static CosmosAnswer Ranges(StoredContainer container, CosmosCall call)
    {
        var etag = $"\"{container.Version}\"";
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["etag"] = etag };
        if (call.Header("If-None-Match") == etag) return new CosmosAnswer(304) { Headers = headers };
        headers["x-ms-item-count"] = container.Ranges.Count.ToString(null, null);
        return new CosmosAnswer(200, JsonSerializer.Serialize(new
        {
            _rid = container.Rid,
            PartitionKeyRanges = container.Ranges.Select((r, i) => new
            {
                id = r.Id,
                _rid = container.Rid,
                _etag = etag,
                _self = $"{container.Path}/pkranges/{r.Id}/",
                minInclusive = r.Min,
                maxExclusive = r.Max,
                ridPrefix = i,
                throughputFraction = 1.0 / container.Ranges.Count,
                status = "online",
                parents = r.Parents,
                _ts = 0,
            }),
            _count = container.Ranges.Count,
        }))
        { Headers = headers };
    }

    private static JsonObject Database(string name, int number) =>
        new() { ["id"] = name, ["_rid"] = StoredContainer.RidOf(number), ["_self"] = $"dbs/{name}/", ["_etag"] = "\"1\"", ["_colls"] = "colls/", ["_users"] = "users/", ["_ts"] = 0 };

    private static JsonObject Container(StoredContainer container)
    {
        var told = container.Settings.DeepClone().AsObject();
        told["_rid"] = container.Rid;
        told["_self"] = $"{container.Path}/";
        told["_etag"] = "\"1\"";
        told["_ts"] = 0;
        told["_docs"] = "docs/";
        return told;
    }

    private static CosmosAnswer Told(int status, JsonObject body) =>
        new(status, body.ToJsonString()) { Headers = new(StringComparer.OrdinalIgnoreCase) { ["etag"] = "\"1\"" } };

    private static CosmosAnswer Missing(string name) => CosmosAnswer.Failed(404, $"Resource Not Found: {name}.");
}
