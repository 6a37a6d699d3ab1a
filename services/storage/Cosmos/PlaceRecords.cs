using System.Text.Json;

namespace Consent.Storage;

/// <summary>What follows from the places of records, before anybody may see them: an erasure is finished, names and streams are written down.</summary>
internal sealed class PlaceRecords(CosmosContainer container, NamedPlaces names, CosmosHusks husks, Func<CosmosOrder> order) : IOrdered
{
    public OrderEntry? EntryOf(JsonElement change) => CosmosDocuments.EntryOf(change);

    public async Task PlacedAsync(IReadOnlyList<(long Position, OrderEntry Entry, JsonElement? Change)> page, Deadline by)
    {
        await names.WriteAsync(page.Select(one => (one.Position, one.Entry)));
        foreach (var some in page.Chunk(CosmosRecords.AtOnce))
        {
            // Of a page that another wrote, only the store knows which are tombstones. One that is not there may be one: nothing is shown then, until it is there, or lost and an epoch begun.
            var within = container.Begin(CancellationToken.None);
            var documents = await Task.WhenAll(some.Select(one => one.Change is { } known ? Task.FromResult<JsonElement?>(known) : order().DocumentOfAsync(one.Position, one.Entry, within)));
            foreach (var document in documents)
            {
                if (document is not { } there || !CosmosDocuments.IsTombstone(there)) continue;
                // Its first record may have been a husk before it had a place.
                await names.WritePartitionAsync(CosmosDocuments.PartitionOf(there), container.Begin(CancellationToken.None));
                await husks.FinishOrNoteAsync(there);
            }
        }
    }
}
