using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Tests.Support.Cosmos;

/// <summary>A container: its settings as they were sent, and its ranges. The caller holds the lock.</summary>
internal sealed class StoredContainer(string database, string name, string rid, JsonNode settings, string? throughput)
{
    public string Database { get; } = database;

    public string Name { get; } = name;

    public string Rid { get; } = rid;

    /// <summary>Partition key, indexing policy, time to live.</summary>
    public JsonNode Settings { get; } = settings;

    /// <summary>What it was made with: the number, or the text of the autoscale settings.</summary>
    public string? Throughput { get; } = throughput;

    public List<StoredRange> Ranges { get; private set; } = [new("0", "", Border, []), new("1", Border, "FF", [])];

    /// <summary>Of the list of ranges.</summary>
    public int Version { get; private set; } = 1;

    public string Path => $"dbs/{Database}/colls/{Name}";

    /// <summary>Paths that are indexed; all of a document's when nothing is excluded.</summary>
    public int Indexed => Settings["indexingPolicy"]?["includedPaths"]?.AsArray().Count(p => p!["path"]!.GetValue<string>() != "/*") ?? 10;

    /// <summary>Whether a path is indexed; <c>id</c> and the time of change are, whatever the policy says.</summary>
    public bool HasIndexOf(string path)
    {
        if (path is "/id" or "/_ts" || Settings["indexingPolicy"] is not { } policy) return true;
        bool Names(string list, string wanted) => policy[list]?.AsArray().Any(p => p!["path"]!.GetValue<string>() == wanted) == true;
        return Names("includedPaths", path + "/?") || (!Names("excludedPaths", path + "/?") && !Names("excludedPaths", "/*"));
    }

    private static string Border => "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";

    public StoredRange RangeOf(string partition)
    {
        var key = EffectiveKey.Of(partition);
        return Ranges.Find(r => r.Has(key))!;
    }

    public StoredRange? Range(string id) => Ranges.Find(r => r.Id == id);

    public Stored Put(StoredRange range, string partition, string id, JsonElement body, DateTimeOffset at)
    {
        var lsn = range.Lsn + 1;
        var document = JsonObject.Create(body)!;
        document["_rid"] = DocumentRid(Rid, lsn);
        document["_self"] = $"{Path}/docs/{id}/";
        document["_etag"] = $"\"{range.Id}-{range.Run}-{lsn:x8}\"";
        document["_attachments"] = "attachments/";
        document["_ts"] = at.ToUnixTimeSeconds();
        var stored = new Stored(partition, id, lsn, JsonSerializer.SerializeToElement(document));
        range.Add(stored);
        return stored;
    }

    public void Split(string id)
    {
        var range = Range(id) ?? throw new ArgumentException($"There is no range {id}.", nameof(id));
        var next = Ranges.SelectMany(r => r.Parents.Append(r.Id)).Max(x => int.Parse(x, null)) + 1;
        var (lower, upper) = range.Split($"{next}", $"{next + 1}");
        Replace([.. Ranges.Where(r => r.Id != id), lower, upper]);
    }

    public void LoseTail(string id, int changes) => Replace([.. Ranges.Select(r => r.Id == id ? r.Without(changes) : r)]);

    public void Replace(List<StoredRange> ranges) => (Ranges, Version) = ([.. ranges.OrderBy(r => r.Min, StringComparer.Ordinal)], Version + 1);

    /// <summary>Four bytes of the database, four of the container with their first bit set: the SDK takes them apart.</summary>
    public static string RidOf(int database, int container)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(bytes, database);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), 0x8000_0000u | (uint)container);
        return Convert.ToBase64String(bytes).Replace('/', '-');
    }

    /// <summary>The container's part of it.</summary>
    public static int NumberIn(string rid) => (int)(BinaryPrimitives.ReadUInt32BigEndian(Convert.FromBase64String(rid.Replace('-', '/')).AsSpan(4)) & 0x7FFF_FFFF);

    public static string RidOf(int database)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, database);
        return Convert.ToBase64String(bytes).Replace('/', '-');
    }

    private static string DocumentRid(string container, long lsn)
    {
        var bytes = new byte[16];
        Convert.FromBase64String(container.Replace('-', '/')).CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), lsn);
        return Convert.ToBase64String(bytes).Replace('/', '-');
    }
}
