using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Tests.Support.Cosmos;

/// <summary>All that a stand-in holds as one text. The caller holds the lock.</summary>
internal static class CosmosSnapshot
{
    public static string Of(IEnumerable<StoredContainer> containers) => JsonSerializer.Serialize(containers.Select(c => new Kept(
        c.Database, c.Name, c.Rid, c.Settings, c.Throughput, [.. c.Ranges.Select(r => new KeptRange(r.Id, r.Min, r.Max, r.Parents, r.Run, r.Lsn, r.Changes))])));

    /// <summary>Sessions from before ask for nothing that is no more.</summary>
    public static void PutBack(string snapshot, CosmosMetadata metadata)
    {
        foreach (var kept in JsonSerializer.Deserialize<List<Kept>>(snapshot)!)
        {
            var there = metadata.Find(kept.Database, kept.Name);
            var container = new StoredContainer(kept.Database, kept.Name, kept.Rid, kept.Settings, kept.Throughput);
            var run = there?.Ranges.Max(r => r.Run) ?? -1;
            container.Replace([.. kept.Ranges.Select(r => StoredRange.With(r.Id, r.Min, r.Max, r.Parents, r.Changes, Math.Max(r.Run, run) + 1, r.Lsn))]);
            metadata.Put(kept.Database, container);
        }
    }

    private sealed record Kept(string Database, string Name, string Rid, JsonNode Settings, string? Throughput, IReadOnlyList<KeptRange> Ranges);

    private sealed record KeptRange(string Id, string Min, string Max, IReadOnlyList<string> Parents, int Run, long Lsn, IReadOnlyList<Stored> Changes);
}
