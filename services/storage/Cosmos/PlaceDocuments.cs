using System.Globalization;
using System.Text.Json;
using Consent.Contracts;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>
/// Which position a document has: one small document for each, in <c>p/{partition}</c> under the id of the other. It follows from a page; the page is what counts. Written before the position
/// may be seen, so one that is not there has none.
/// </summary>
internal sealed class PlaceDocuments(CosmosContainer order, string prefix)
{
    private const string Operation = "order-place";

    /// <summary>On return it is there.</summary>
    /// <param name="stands">Whether another place that is there counts; else it is one of a page that was lost, or of a record that was, and is put right.</param>
    public async Task WriteAsync(OrderEntry entry, long position, Func<OrderEntry, long, Deadline, Task<bool>> stands, Deadline by)
    {
        var (pk, writeId) = (PartitionOf(entry.Partition), RandomId.New());
        var json = JsonSerializer.SerializeToUtf8Bytes(new { id = entry.Id, pk, p = position, w = writeId });
        while (!await order.CreateSameAsync(pk, entry.Id, json, by, Operation))
        {
            if (await order.ReadAsync(pk, entry.Id, by, Operation) is not { } there) continue;
            var other = there.Body.GetProperty("p").GetInt64();
            if (other == position || await stands(entry, other, by) || await order.ReplaceAsync(pk, entry.Id, json, writeId, there.ETag, by, Operation) is not null) return;
        }
    }

    /// <summary>Null when it has none. Whether it may be seen yet, and whether its page is still there, is not looked at.</summary>
    public async Task<long?> FindAsync(OrderEntry entry, Deadline by) =>
        await order.ReadAsync(PartitionOf(entry.Partition), entry.Id, by, Operation) is { } found ? found.Body.GetProperty("p").GetInt64() : null;

    /// <summary>As <see cref="FindAsync"/>, of all documents of a partition, by their numbers.</summary>
    public async Task<IEnumerable<(long Number, long Position)>> AllInAsync(string partition, Deadline by) =>
        (await order.QueryAsync(PartitionOf(partition), new QueryDefinition("SELECT c.id, c.p FROM c"), by, Operation))
        .Select(found => (long.Parse(found.GetProperty("id").GetString()!, CultureInfo.InvariantCulture), found.GetProperty("p").GetInt64()));

    private string PartitionOf(string partition) => $"{prefix}p/{partition}";
}
