using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>
/// The reads of a stream's documents, each of one partition: by id, or by one of a few queries whose texts stand here and nowhere else. What it returns is as one replica had it, and no older than
/// what this process has written or read. Costs in request units are those of Microsoft's rules for documents of 1 KB, not measured. Throws as <see cref="CosmosContainer"/> does.
/// </summary>
internal sealed class CosmosRecords(CosmosContainer container)
{
    /// <summary>How many reads one request makes side by side.</summary>
    public const int AtOnce = 32;
    private const string Operation = "read";
    private static readonly QueryDefinition Newest = new("SELECT TOP 1 * FROM c ORDER BY c.v DESC");
    private static readonly QueryDefinition NewestTombstone = new("SELECT TOP 1 * FROM c WHERE c.tomb > 0 ORDER BY c.tomb DESC");
    private static readonly QueryDefinition ButHusks = new("SELECT * FROM c WHERE c.t != 'h' ORDER BY c.v");
    private static readonly QueryDefinition Versions = new("SELECT c.v, c.s, c.t, c.slots FROM c");

    /// <summary>Whatever lies under the version, a husk too; null when nothing does. 1 unit.</summary>
    public async Task<JsonElement?> AtAsync(string stream, long version, Deadline by) => (await container.ReadAsync(stream, CosmosDocuments.IdOf(version), by, Operation))?.Body;

    /// <summary>Whether anything lies under the version: see <see cref="CosmosContainer.IsThereForCertainAsync"/>.</summary>
    public Task<bool> IsThereForCertainAsync(string stream, long version, Deadline by) => container.IsThereForCertainAsync(stream, CosmosDocuments.IdOf(version), by, Operation);

    /// <summary>The newest version, which is never a husk: above each there is a tombstone. Null for an unknown stream. 3 units.</summary>
    public async Task<JsonElement?> NewestAsync(string stream, Deadline by) => First(await container.QueryAsync(stream, Newest, by, Operation));

    /// <summary>As <see cref="NewestAsync"/>, of a stream that something says is there: one that is not at the replica which is asked is asked for once more.</summary>
    public async Task<JsonElement?> NewestForCertainAsync(string stream, Deadline by) =>
        await NewestAsync(stream, by) ?? (await container.IsThereForCertainAsync(stream, CosmosDocuments.IdOf(1), by, Operation) ? await NewestAsync(stream, by) : null);

    /// <summary>Null for a stream that was never erased. 3 units, however long the stream is.</summary>
    public async Task<JsonElement?> TombstoneAsync(string stream, Deadline by) => First(await container.QueryAsync(stream, NewestTombstone, by, Operation));

    /// <summary>
    /// All that is there for readers, oldest first: from the newest tombstone on, whatever an erasure that is not finished has left below it. 3 units and more, by size.
    /// </summary>
    public async Task<List<JsonElement>> HistoryAsync(string stream, Deadline by)
    {
        var found = await container.QueryAsync(stream, ButHusks, by, Operation);
        return found.FindLastIndex(CosmosDocuments.IsTombstone) is > 0 and var last ? found.GetRange(last, found.Count - last) : found;
    }

    /// <summary>The oldest for readers: the newest tombstone, or the first version. 3 or 4 units.</summary>
    public async Task<JsonElement?> OldestAsync(string stream, Deadline by)
    {
        while (true)
        {
            if (await TombstoneAsync(stream, by) is { } tombstone) return tombstone;
            if (await AtAsync(stream, 1, by) is not { } first) return null;
            if (!CosmosDocuments.IsHusk(first)) return first;
            // Erased between the two; the husk is newer than its tombstone, which is seen now.
        }
    }

    /// <summary>The record that was appended under the key; null for none, and for one that is below a tombstone. 3 units.</summary>
    public async Task<JsonElement?> ByKeyAsync(string stream, string key, Deadline by)
    {
        var found = await container.QueryAsync(stream, new QueryDefinition("SELECT * FROM c WHERE c.k = @key OR c.tomb > 0").WithParameter("@key", key), by, Operation);
        return found.Count > 0 && found.MaxBy(CosmosDocuments.VersionOf) is var newest && !CosmosDocuments.IsTombstone(newest) ? newest : null;
    }

    /// <summary>What an append goes by, as of one moment: the version before it, and whatever bears its idempotency key. Of each only what is to be known. 3 units.</summary>
    /// <param name="key">Null for none.</param>
    public Task<List<JsonElement>> BeforeAppendAsync(string stream, long previous, string? key, Deadline by) => container.QueryAsync(
        stream, new QueryDefinition("SELECT c.v, c.e, c.s, c.t, c.k FROM c WHERE c.v = @prev OR c.k = @key").WithParameter("@prev", previous).WithParameter("@key", key ?? ""), by, "append-look");

    /// <summary>All versions with their sorts and keys, in no order, husks too. 3 units and more, by their number.</summary>
    public Task<List<JsonElement>> VersionsAsync(string stream, Deadline by) => container.QueryAsync(stream, Versions, by, "erase-look");

    private static JsonElement? First(List<JsonElement> found) => found is [var first, ..] ? first : null;
}
