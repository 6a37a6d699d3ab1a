using System.Text.Json;
using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// Erasures: a tombstone is created under the next version, where it wins or loses as any append does, and names the slots of all keys of the stream; from then on readers see nothing below it.
/// Then follows what <see cref="CosmosHusks"/> does. An append that came in between makes the tombstone lose, and it is begun again.
/// </summary>
internal sealed class CosmosErase(CosmosContainer container, CosmosRecords records, CosmosNewest newest, CosmosHead head)
{
    /// <summary>
    /// Leaves a tombstone; nothing where there is one already, or something newer than was expected. Throws <see cref="LogUnavailableException"/>: then there may be one, and a repeat finds it.
    /// </summary>
    /// <param name="expected">Version of the newest record that the caller has read; null to erase whatever there is.</param>
    /// <returns>What is newest then, and whether it is the tombstone of this call; null for an unknown stream.</returns>
    public async Task<(JsonElement Newest, bool IsNew)?> LeaveAsync(StreamKey stream, ReadOnlyMemory<byte> tombstone, DateTimeOffset at, long? expected, Deadline by)
    {
        while (true)
        {
            var epoch = await head.EpochAsync(by);
            if (await newest.ReadAsync(stream, by) is not { } there) return null;
            var version = CosmosDocuments.VersionOf(there);
            if (CosmosDocuments.IsTombstone(there) || (expected ?? version) != version) return (there, false);
            if (CosmosDocuments.EpochOf(there) > epoch || head.Epoch > epoch)
            {
                await head.CatchUpAsync(CosmosDocuments.EpochOf(there), by);
                continue;
            }

            var row = LogCipher.Tombstone(stream, epoch, version + 1, tombstone, at);
            var writeId = RandomId.New();
            var json = CosmosDocuments.ToJson(row, writeId, await SlotsAsync(stream.ToString(), by));
            var created = await container.CreateAsync(stream.ToString(), CosmosDocuments.IdOf(row.Version), json, writeId, by, "erase");
            newest.Note(stream, epoch, row.Version);
            if (created is Created.Ours) return (JsonElement.Parse(json), true);
        }
    }

    /// <summary>Of all that lies there: also of what an erasure before has begun and not finished.</summary>
    private async Task<HashSet<long>> SlotsAsync(string stream, Deadline by) =>
        [.. (await records.VersionsAsync(stream, by)).SelectMany(SlotsIn)];

    private static IReadOnlyList<long> SlotsIn(JsonElement version) => CosmosDocuments.SlotOf(version) is { } slot ? [slot] : CosmosDocuments.SlotsOf(version);
}
