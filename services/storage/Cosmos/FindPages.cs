using System.Text.Json;
using Consent.Contracts;

namespace Consent.Storage;

/// <summary>A page that is to be created, with the changes of its entries by their keys.</summary>
internal sealed record FoundPage(OrderPage Page, IReadOnlyDictionary<(string, long, string), JsonElement> Changes);

/// <summary>Looks in a change feed for what has no position yet. For one turn at a time (<see cref="WritePages"/>).</summary>
internal sealed class FindPages(CosmosContainer order, CosmosContainer source, string prefix, IOrdered ordered, ReadPages pages, PlaceDocuments? places)
{
    private const int MostEntries = 500;
    private const int AtOnce = 32;

    /// <summary>So many changes that needed no place are not looked through again by others.</summary>
    private const int Dear = 1000;

    private readonly RecentEntries _recent = new();
    private LookedThrough? _looked;

    /// <summary>To be called where an epoch begins: what was found and looked through so far may be lost.</summary>
    public void Forget()
    {
        _recent.Forget();
        _looked = null;
    }

    /// <summary>What is listed there is not found again.</summary>
    public void Add(OrderPage page) => _recent.Add(page);

    /// <summary>
    /// The next page: <see cref="OrderPage.IsWhole"/>, or full. It reads on until there is nothing more, or nothing of before, so one look tells all that was committed before it. Null when nothing is left behind this
    /// page that has to be placed.
    /// </summary>
    public async Task<FoundPage?> BehindAsync(OrderPage end, OrderState state)
    {
        var looked = _looked?.Next == end.Next ? _looked : state.Looked?.Next == end.Next ? state.Looked : null;
        var (from, mayRepeat) = looked is null ? (end.After, end.MayRepeat) : (looked.After, looked.MayRepeat);
        var since = end.Next == state.Floor + 1 ? state.Since : null;
        var found = new List<(OrderEntry Entry, JsonElement Change)>();
        var seen = new HashSet<(string, long, string)>();
        var (after, ends) = (from, new FeedEnds());
        for (var skipped = 0; ;)
        {
            IReadOnlyList<JsonElement> changes;
            string read;
            try
            {
                var answer = await source.ReadChangesAsync(after, MostEntries - found.Count, Begin(), since);
                (changes, read) = (answer.Changes, answer.After);
                ends.Note(answer);
            }
            catch (StaleContinuationException)
            {
                // The container is another, as after a restore into another account.
                (from, after, since, mayRepeat, ends) = (null, null, null, true, new FeedEnds());
                found.Clear();
                seen.Clear();
                continue;
            }

            if (changes.Count == 0)
            {
                if (found.Count > 0) return PageOf(isWhole: true);
                // The continuation of an answer that has nothing is not gone by: a replica that lags may name one that lies before that which it was asked for.
                if (after is null) return null;
                _looked = new LookedThrough(end.Next, after, false);
                if (mayRepeat || skipped >= Dear) await KeepAsync(_looked);
                return null;
            }

            found.AddRange(await NewAsync(changes, seen, mayRepeat, state));
            after = read;
            if (found.Count >= MostEntries) return PageOf(isWhole: false);
            if (found.Count > 0 && ends.AreReached) return PageOf(isWhole: true);
            if (found.Count > 0) continue;
            from = after;
            if ((skipped += changes.Count) < Dear) continue;
            _looked = new LookedThrough(end.Next, after, mayRepeat);
            await KeepAsync(_looked);
            skipped = 0;
        }

        FoundPage PageOf(bool isWhole)
        {
            var page = new OrderPage(end.Next, [.. found.Select(one => one.Entry)], from, after, mayRepeat && !isWhole, null, RandomId.New())
            {
                IsWhole = isWhole,
                GoesOn = from is not null && from == end.After,
            };
            return new FoundPage(page, found.ToDictionary(one => one.Entry.Key, one => one.Change));
        }
    }

    /// <summary>
    /// Whether the position counts: its page is there and lists the entry, and is not doubted. One of a run of which the state says nothing does not: the state went back behind the beginning of that
    /// run, and nobody reads there.
    /// </summary>
    public async Task<bool> StandsAsync(OrderEntry entry, long position, OrderState state, Deadline by) =>
        state.FloorUnder(position) == Restored.FloorOf((int)(position / Restored.FloorOf(1))) && await pages.BeforeAsync(position, by) is { } page && page.Lists(entry, position) && !(position <= state.Floor && state.Doubted is { } since && page.At >= since);

    /// <summary>Time anew for each step: there may be much to do.</summary>
    private Deadline Begin() => order.Begin(CancellationToken.None);

    /// <summary>What of it has no position yet.</summary>
    private async Task<List<(OrderEntry Entry, JsonElement Change)>> NewAsync(
        IReadOnlyList<JsonElement> changes, HashSet<(string, long, string)> seen, bool mayRepeat, OrderState state)
    {
        var found = new List<(OrderEntry Entry, JsonElement Change)>();
        foreach (var change in changes)
            if (ordered.EntryOf(change)?.Of(change) is { } entry && !_recent.Has(entry) && seen.Add(entry.Key)) found.Add((entry, change));
        if (!mayRepeat || places is not { } kept) return found;
        var open = new List<(OrderEntry Entry, JsonElement Change)>();
        foreach (var some in found.Chunk(AtOnce))
        {
            var by = Begin();
            // What has its position on a page that is not shown yet is found again: so that page is in the way, and is followed.
            var positions = await Task.WhenAll(some.Select(async one =>
                await kept.FindAsync(one.Entry, by) is { } position && position <= state.Through && await StandsAsync(one.Entry, position, state, by) ? position : 0));
            open.AddRange(some.Where((_, i) => positions[i] == 0));
            // Of what has its position still, something that followed from it may have been lost.
            List<(long, OrderEntry, JsonElement?)> placed = [.. some.Select((one, i) => (positions[i], one.Entry, (JsonElement?)one.Change)).Where(one => one.Item1 > 0).OrderBy(one => one.Item1)];
            if (placed.Count > 0) await ordered.PlacedAsync(placed, Begin());
        }

        return open;
    }

    /// <summary>For the others, what was dear to find out. When somebody else was faster, theirs is as good.</summary>
    private async Task KeepAsync(LookedThrough looked)
    {
        var by = Begin();
        var state = await OrderState.ReadAsync(order, prefix, by);
        if (state.Through + 1 == looked.Next) await (state with { Looked = looked }).WriteAsync(order, prefix, by);
    }
}
