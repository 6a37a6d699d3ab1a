using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>
/// Pages of an order, and the documents that they list. Pages never change, so some are remembered; <see cref="Forget"/> them when pages may have been lost. Safe for many threads.
/// </summary>
/// <param name="source">Where the documents lie.</param>
internal sealed class ReadPages(CosmosContainer order, CosmosContainer source, string prefix)
{
    private const string Operation = "order-read";
    private const int MostRemembered = 256;
    private const int PagesAtOnce = 64;
    private const int PointsAtOnce = 32;

    /// <summary>So many documents cost less by points than a page of the change feed, which gives about twenty for the price of one.</summary>
    private const int FewPoints = 8;
    private const int ForOnePoint = 20;
    private const int ChangesAtOnce = 500;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, OrderPage> _pages = [];
    private readonly Queue<long> _oldest = new();
    private Found? _asked;

    public void Forget()
    {
        lock (_gate)
        {
            _pages.Clear();
            _oldest.Clear();
        }
    }

    public void Remember(OrderPage page)
    {
        lock (_gate)
        {
            if (!_pages.TryAdd(page.First, page)) return;
            _oldest.Enqueue(page.First);
            if (_oldest.Count > MostRemembered) _pages.Remove(_oldest.Dequeue());
        }
    }

    /// <summary>The page that begins here; null when there is none (yet). Asks the store, whatever is remembered.</summary>
    public async Task<OrderPage?> BeginningAtAsync(long first, Deadline by) =>
        await order.ReadAsync(OrderPage.PartitionOf(prefix, OrderPage.BucketOf(first)), OrderPage.IdOf(first), by, Operation) is { } found ? Remembered(found.Body) : null;

    /// <summary>Whether this very page is there. One request unit where it was so the last time, however much it lists. For one caller at a time.</summary>
    public async Task<bool> IsThereAsync(OrderPage page, Deadline by)
    {
        var known = _asked?.IsBy(page.WriteId) == true ? _asked : null;
        _asked = await order.ReadAsync(OrderPage.PartitionOf(prefix, OrderPage.BucketOf(page.First)), OrderPage.IdOf(page.First), by, Operation, known);
        return _asked?.IsBy(page.WriteId) == true;
    }

    /// <summary>
    /// The last page that begins at the position or before it, in its partition or the one before, which is as far as a page can reach; null when there is none. It need not hold the position.
    /// </summary>
    public async Task<OrderPage?> BeforeAsync(long position, Deadline by)
    {
        lock (_gate)
        {
            foreach (var page in _pages.Values)
                if (page.First <= position && position <= page.Last && !page.IsClosed) return page;
        }

        var query = new QueryDefinition("SELECT TOP 1 * FROM c WHERE c.o <= @o ORDER BY c.o DESC").WithParameter("@o", OrderPage.IdOf(position));
        var bucket = OrderPage.BucketOf(position);
        for (var least = Math.Max(0, bucket - 1); bucket >= least; bucket--)
            if (await order.QueryAsync(OrderPage.PartitionOf(prefix, bucket), query, by, Operation) is [var found, ..]) return Remembered(found);
        return null;
    }

    /// <summary>The first page that begins behind the position, in its partition or the next; null when there is none. For what lies behind pages that were lost.</summary>
    public async Task<OrderPage?> BehindAsync(long position, Deadline by)
    {
        var query = new QueryDefinition("SELECT TOP @max * FROM c WHERE c.o > @after ORDER BY c.o").WithParameter("@max", 1).WithParameter("@after", OrderPage.IdOf(position));
        var bucket = OrderPage.BucketOf(position);
        for (var most = bucket + 1; bucket <= most; bucket++)
            if (await order.QueryAsync(OrderPage.PartitionOf(prefix, bucket), query, by, Operation) is [var found, ..]) return Remembered(found);
        return null;
    }

    /// <summary>What a page lists under the position; null when none does.</summary>
    public async Task<OrderEntry?> EntryAtAsync(long position, Deadline by) =>
        await BeforeAsync(position, by) is { } page && position - page.First < page.Entries.Count ? page.Entries[(int)(position - page.First)] : null;

    public async Task<bool> IsListedAsync(OrderEntry entry, long position, Deadline by) => (await EntryAtAsync(position, by))?.IsSame(entry) == true;

    /// <summary>Pages that follow each other from this one on, until they hold so many entries, or the next one is behind the position, or there is none.</summary>
    public async Task<List<OrderPage>> FromAsync(long first, int entries, long through, Deadline by)
    {
        var pages = new List<OrderPage>();
        while (entries > 0 && first <= through)
        {
            OrderPage? known;
            lock (_gate) known = _pages.GetValueOrDefault(first);
            IReadOnlyList<OrderPage> some = known is null ? await NextAsync(first, Math.Min(PagesAtOnce, entries), by) : [known];
            var begun = pages.Count;
            foreach (var page in some)
            {
                if (page.First != first || entries <= 0) break;
                pages.Add(page);
                (first, entries) = (page.Next, entries - page.Entries.Count);
            }

            if (pages.Count == begun) break;
        }

        return pages;
    }

    /// <summary>
    /// The documents of these entries, by <see cref="OrderEntry.Key"/>: of all that the change feed still gives for their pages, the rest one by one. The pages' lists are the truth, the change
    /// feed only brings many at once. What was erased is missing from it; what was not there at all, which an erasure does not explain, is told apart.
    /// </summary>
    /// <param name="passed">How many entries of the first page stand before those that are wanted.</param>
    public async Task<(Dictionary<(string, long, string), JsonElement> Found, HashSet<(string, long, string)> Absent)> DocumentsAsync(
        IReadOnlyList<OrderPage> pages, int passed, IReadOnlyCollection<OrderEntry> wanted, IOrdered ordered, Deadline by)
    {
        var found = new Dictionary<(string, long, string), JsonElement>(wanted.Count);
        var absent = new HashSet<(string, long, string)>();
        var missing = wanted.DistinctBy(e => e.Key).ToDictionary(e => e.Key);
        if (pages.Count > 0 && !pages[0].MayRepeat) await ReadFeedAsync(pages[0], passed, found, missing, ordered, by);
        foreach (var some in missing.Values.Chunk(PointsAtOnce))
        {
            var read = await Task.WhenAll(some.Select(entry => DocumentAsync(entry, ordered, by)));
            for (var i = 0; i < some.Length; i++)
            {
                if (read[i].Document is { } there) found[some[i].Key] = there;
                else if (read[i].IsAbsent) absent.Add(some[i].Key);
            }
        }

        return (found, absent);
    }

    /// <summary>
    /// No document when it was erased. Absent when nothing lies there, or another document, as no erasure leaves it: it is lost, or not yet at the replica that was asked.
    /// </summary>
    public async Task<(JsonElement? Document, bool IsAbsent)> DocumentAsync(OrderEntry entry, IOrdered ordered, Deadline by)
    {
        if (await source.ReadAsync(entry.Partition, entry.Id, by, Operation) is not { } there) return (null, true);
        if (ordered.EntryOf(there.Body) is null) return (null, false);
        return entry.Is(there.Body) ? (there.Body, false) : (null, true);
    }

    /// <summary>As long as it brings more than it costs.</summary>
    private async Task ReadFeedAsync(
        OrderPage first, int passed, Dictionary<(string, long, string), JsonElement> found, Dictionary<(string Partition, long Number, string Mark), OrderEntry> missing, IOrdered ordered, Deadline by)
    {
        if (missing.Count <= FewPoints + (passed / ForOnePoint)) return;
        var from = first.GoesOn && first.From is null ? await EndBeforeAsync(first, by) : first.From;
        // Nothing to go on from but the beginning.
        if (from is null && first.First > 1) return;
        try
        {
            var others = 0;
            while (missing.Count > FewPoints + (passed / ForOnePoint) && others <= passed + Math.Max(ChangesAtOnce, found.Count))
            {
                var (changes, after) = await source.ChangesAsync(from, Math.Min(ChangesAtOnce, passed + missing.Count), by);
                if (changes.Count == 0) return;
                foreach (var change in changes)
                {
                    if (ordered.EntryOf(change)?.Of(change) is { } entry && missing.Remove(entry.Key)) found[entry.Key] = change;
                    else others++;
                }

                from = after;
            }
        }
        catch (StaleContinuationException)
        {
            // Of an account that was restored as another: one by one, then.
        }
    }

    /// <summary>Where the page before this one ends in the change feed; null where it is not there.</summary>
    private async Task<string?> EndBeforeAsync(OrderPage page, Deadline by) => await BeforeAsync(page.First - 1, by) is { IsClosed: false } before && before.Next == page.First ? before.After : null;

    private async Task<IReadOnlyList<OrderPage>> NextAsync(long first, int most, Deadline by)
    {
        var query = new QueryDefinition("SELECT TOP @max * FROM c WHERE c.o > @after ORDER BY c.o").WithParameter("@max", most).WithParameter("@after", OrderPage.IdOf(first - 1));
        return [.. (await order.QueryAsync(OrderPage.PartitionOf(prefix, OrderPage.BucketOf(first)), query, by, Operation)).Select(Remembered)];
    }

    private OrderPage Remembered(JsonElement stored)
    {
        var page = OrderPage.Read(stored);
        Remember(page);
        return page;
    }
}
