using System.Globalization;
using System.Text.Json;
using Consent.Contracts;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>
/// What can be asked of an order beside its feed: what stands in streams with a name, and which partitions there are. Small documents that follow from pages, for <see cref="IOrdered.PlacedAsync"/>
/// to write: so they are there before their positions may be seen.
/// </summary>
/// <param name="bucketBits">Names of so many positions lie in one partition, which may have 20 GB: 2^20 have half a gigabyte, without unless given otherwise.</param>
internal sealed class NamedPlaces(CosmosContainer order, string prefix, int bucketBits = 20)
{
    private const string Operation = "order-name";
    private const int AtOnce = 32;
    private const string HexDigits = "0123456789abcdef";

    /// <summary>
    /// On return the names of a page, ascending, are there, and the partitions whose first document it lists. One whose first document was erased before it was placed has none that says so: the caller
    /// calls <see cref="WritePartitionAsync"/> for a tombstone.
    /// </summary>
    public async Task WriteAsync(IEnumerable<(long Position, OrderEntry Entry)> page)
    {
        var placed = page.ToList();
        // Time anew for some at a time: a page may have five hundred.
        foreach (var some in placed.Where(one => one.Entry.Name is not null).Chunk(AtOnce))
        {
            var by = Begin();
            // One after another: so a replica that lags has the first of them and not the last, and whoever reads there is late and misses none.
            foreach (var (position, entry) in some) await WriteNameAsync(position, entry, by);
        }

        foreach (var some in placed.Where(one => one.Entry.Number == 1).Chunk(AtOnce))
        {
            var by = Begin();
            await Task.WhenAll(some.Select(one => WritePartitionAsync(one.Entry.Partition, by)));
        }
    }

    /// <summary>On return the partition is there.</summary>
    public Task WritePartitionAsync(string key, Deadline by)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new { id = key, pk = PartitionsPartition(key[0]), o = key, w = RandomId.New() });
        return order.CreateSameAsync(PartitionsPartition(key[0]), key, json, by, Operation);
    }

    /// <summary>
    /// What stands behind the position in streams whose names begin so, ascending, as far as the order shows it; fewer than <paramref name="max"/> only at its end. There call
    /// <see cref="CosmosOrder.AdvanceAsync"/> and ask again: this does not. Costs by what is found, and one question more for each million positions; whether the store walks over the names that begin
    /// otherwise, of the same million, is not known.
    /// </summary>
    public async Task<IReadOnlyList<(long Position, OrderEntry Entry)>> AfterAsync(CosmosOrder shown, string name, long after, int max, Deadline by)
    {
        var found = new List<(long Position, OrderEntry Entry)>();
        for (long? next = after < shown.Through ? after + 1 : null; next is { } from && from <= shown.Through && found.Count < max;)
        {
            var query = new QueryDefinition("SELECT TOP @max * FROM c WHERE STARTSWITH(c.n, @prefix) AND c.o > @after ORDER BY c.o")
                .WithParameter("@max", max).WithParameter("@prefix", name).WithParameter("@after", OrderPage.IdOf(from - 1));
            var some = (await order.QueryAsync(NamesPartition(from), query, by, Operation)).ConvertAll(Read);
            foreach (var one in some)
            {
                if (one.Position > shown.Through || found.Count == max) return found;
                if (await shown.IsShownAsync(one.Entry, one.Position, by)) found.Add(one);
            }

            var last = ((BucketOf(from) + 1) << bucketBits) - 1;
            next = some.Count == max ? some[^1].Position + 1 : last >= shown.Through ? null : await shown.NextAsync(last, by);
        }

        return found;
    }

    /// <summary>What is read behind this of the names between the two positions is no older than the region has it that takes the writes. 2 request units, or 4.</summary>
    public async Task RefreshAsync(long after, long through, Deadline by)
    {
        if (after >= through) return;
        foreach (var position in ((long[])[after + 1, through]).DistinctBy(BucketOf)) await order.IsThereForCertainAsync(NamesPartition(position), OrderPage.IdOf(position), by, Operation);
    }

    /// <summary>
    /// Partitions of the source in the order of their keys, which begin with a hexadecimal digit in lower case, as hashes of streams do: those behind <paramref name="after"/> (null for the
    /// beginning) up to <paramref name="until"/>. One whose first document has no position yet may be missing.
    /// </summary>
    public async Task<IReadOnlyList<string>> PartitionsAsync(string? after, string until, int max, Deadline by)
    {
        var found = new List<string>();
        foreach (var digit in HexDigits)
        {
            if (found.Count >= max || digit > until[0]) break;
            if (after is not null && digit < after[0]) continue;
            // Whoever has what is found here is told nothing more of before: so it must not be a replica that lags.
            if (after is null || digit != after[0]) await order.IsThereForCertainAsync(PartitionsPartition(digit), "-", by, Operation);
            var query = new QueryDefinition("SELECT TOP @max * FROM c WHERE c.o > @after ORDER BY c.o").WithParameter("@max", max - found.Count).WithParameter("@after", after ?? "");
            found.AddRange((await order.QueryAsync(PartitionsPartition(digit), query, by, Operation)).Select(one => one.GetProperty("o").GetString()!).Where(key => string.CompareOrdinal(key, until) <= 0));
        }

        return found;
    }

    private Deadline Begin() => order.Begin(CancellationToken.None);

    private long BucketOf(long position) => position >> bucketBits;

    private string NamesPartition(long position) => $"{prefix}named/{BucketOf(position).ToString(CultureInfo.InvariantCulture)}";

    private string PartitionsPartition(char digit) => $"{prefix}streams/{digit}";

    /// <summary>On return it is there, also where that of a page lay there that is lost.</summary>
    private async Task WriteNameAsync(long position, OrderEntry entry, Deadline by)
    {
        var (id, pk, writeId) = (OrderPage.IdOf(position), NamesPartition(position), RandomId.New());
        var json = JsonSerializer.SerializeToUtf8Bytes(new { id, pk, o = id, n = entry.Name, s = entry.Partition, v = entry.Number, m = entry.Mark, w = writeId });
        while (!await order.CreateSameAsync(pk, id, json, by, Operation))
        {
            if (await order.ReadAsync(pk, id, by, Operation) is not { } there) continue;
            // Who is late, and would write what was on a lost page, leaves what is there.
            if (Read(there.Body) == (position, entry) || !await IsListedAsync(position, entry, by)) return;
            if (await order.ReplaceAsync(pk, id, json, writeId, there.ETag, by, Operation) is not null) return;
        }
    }

    private async Task<bool> IsListedAsync(long position, OrderEntry entry, Deadline by) =>
        await new ReadPages(order, order, prefix).BeforeAsync(position, by) is { } page && page.Lists(entry, position);

    private static (long Position, OrderEntry Entry) Read(JsonElement stored) => (
        long.Parse(stored.GetProperty("id").GetString()!, CultureInfo.InvariantCulture),
        new OrderEntry(stored.GetProperty("s").GetString()!, stored.GetProperty("v").GetInt64(), stored.GetProperty("n").GetString()) { Mark = stored.GetProperty("m").GetString()! });
}
