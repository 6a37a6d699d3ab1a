using System.Text.Json;

namespace Consent.Storage;

/// <summary>
/// Writes an order down, page by page: see <see cref="CosmosOrder"/>. One turn at a time in a process; others may be at it in other processes. A turn in which there is nothing costs one read and
/// the look in the change feed; one that finds something also the page, a read of the page before it, what follows from it, and one write of the state.
/// </summary>
internal sealed class WritePages
{
    private const int AtOnce = 32;
    private const int MostTries = 10;

    /// <summary>Of what was placed before this process came, so many positions are remembered: a change feed may give them once more.</summary>
    private const int Recently = 500;

    /// <summary>What one answer tells of may not be at the replica yet that gives the next.</summary>
    public static TimeSpan ForReplicas { get; } = TimeSpan.FromMilliseconds(50);

    private readonly CosmosContainer _order;
    private readonly string _prefix;
    private readonly IOrdered _ordered;
    private readonly OrderHead _head;
    private readonly ReadPages _pages;
    private readonly PlaceDocuments? _places;
    private readonly FindPages _find;
    private readonly CreatePages _create;
    private readonly BeginRuns _begin;
    private int _epoch;

    public WritePages(CosmosContainer order, CosmosContainer source, string prefix, IOrdered ordered, OrderHead head, ReadPages pages, PlaceDocuments? places, TimeProvider time)
    {
        (_order, _prefix, _ordered, _head, _pages, _places) = (order, prefix, ordered, head, pages, places);
        _find = new FindPages(order, source, prefix, ordered, pages, places);
        _create = new CreatePages(order, prefix, pages, time);
        _begin = new BeginRuns(order, source, prefix, head, pages, _create, places is not null, time);
    }

    /// <summary>
    /// Places what was committed before the call, and shows it. It ends there, also where more is committed all the time. Only where more is committed than can be placed it goes on until that is
    /// over.
    /// </summary>
    public async Task PlaceAllAsync()
    {
        var known = _head.State;
        var state = await FollowAsync(Forward(known, await _head.ReadAsync(Begin())));
        var page = await EndAsync(state);
        if (page.Last > state.Through) state = await ShowAsync(page, state);
        HashSet<(string, long, string)>? left = null;
        while (true)
        {
            FoundPage? found = null;
            OrderPage next;
            if (page.Next <= state.Floor)
            {
                next = await _pages.BeginningAtAsync(page.Next, Begin()) ?? await _create.CloseAsync(page, state, Begin());
            }
            else
            {
                // Pages of others are not looked for: what they list is found here, and then their page is in the way.
                found = await _find.BehindAsync(page, state);
                if (found is null) return;
                // What is not found any more was erased meanwhile, and needs no place.
                if (found.Page.IsWhole && left is not null) left.IntersectWith(found.Changes.Keys);
                if (found.Page.IsWhole) left ??= [.. found.Changes.Keys];
                next = await _create.CreateAsync(found.Page, Begin());
                await _create.RequireAsync(page, Begin());
                if (next.WriteId != found.Page.WriteId) state = await WaitAsync(next, state);
            }

            if (next.Last > state.Through) await FinishAsync(next, found?.Changes, state);
            state = await FollowAsync(await ShowAsync(next, state));
            page = next;
            left?.ExceptWith(page.Entries.Select(entry => entry.Key));
            if (left is { Count: 0 }) return;
        }
    }

    /// <summary>See <see cref="CosmosOrder.BeginEpochAsync"/>.</summary>
    public Task<int> BeginEpochAsync(int epoch, Deadline by) => _begin.BeginAsync(epoch, by);

    /// <summary>Positions that were shown would be given out again, and whoever has read them would pass over what has them then.</summary>
    private static OrderState Forward(OrderState? known, OrderState read) =>
        known is null || (read.Epoch, read.Through).CompareTo((known.Epoch, known.Through)) >= 0 ? read : throw new LogUnavailableException("The order went back: an epoch has to begin.");

    /// <summary>Time anew for each step: there may be much to do.</summary>
    private Deadline Begin() => _order.Begin(CancellationToken.None);

    /// <summary>
    /// Where an epoch was begun nothing counts that is remembered. Who began it may not have known that the order had gone back: then another is begun by who does, in which positions of that time
    /// are doubted.
    /// </summary>
    private async Task<OrderState> FollowAsync(OrderState state)
    {
        if (state.Epoch == _epoch) return state;
        if (_epoch > 0 && state.Doubted is null && await _begin.HasGoneBackAsync(Begin()))
        {
            await _begin.BeginAsync(state.Epoch + 1, Begin());
            state = await _head.ReadAsync(Begin());
        }

        _find.Forget();
        (_epoch, _begin.Last) = (state.Epoch, null);
        return state;
    }

    /// <summary>The page with which ends what is shown.</summary>
    private async Task<OrderPage> EndAsync(OrderState state)
    {
        if (_head.Newest is { } newest && newest.Last == state.Through) return newest;
        if (state.IsAtFloor) return OrderPage.Before(state.Through);
        var by = Begin();
        for (var tries = 1; ; tries++)
        {
            // Closed where pages were lost that had been shown.
            if (await _pages.BeforeAsync(state.Through, by) is { } page && (page.Last == state.Through || page.IsClosed))
            {
                if (page.IsClosed) return page;
                if (_head.Newest is null) await RememberAsync(page, state, by);
                _find.Add(page);
                _begin.Last = page;
                return page;
            }

            if (tries == MostTries || !await by.PauseAsync(ForReplicas, isWrite: false)) throw new LogUnavailableException("Pages of the order are lost: an epoch has to begin.");
        }
    }

    private async Task RememberAsync(OrderPage end, OrderState state, Deadline by)
    {
        var first = Math.Max(state.FloorUnder(end.First) + 1, end.First - Recently);
        if (first >= end.First || await _pages.BeforeAsync(first, by) is not { } from) return;
        foreach (var page in await _pages.FromAsync(from.First, (int)Math.Min(int.MaxValue, end.First - from.First), end.First - 1, by)) _find.Add(page);
    }

    /// <summary>Whoever wrote the page is very likely at it: what follows from it is done by this process only where he is not done in about the time that it takes.</summary>
    private async Task<OrderState> WaitAsync(OrderPage page, OrderState state)
    {
        if (page.Entries.Count == 0) return state;
        for (var looks = 0; looks <= page.Entries.Count / AtOnce && state.Through < page.Last; looks++)
        {
            await Begin().PauseAsync(ForReplicas, isWrite: true);
            state = Forward(state, await _head.ReadAsync(Begin()));
        }

        return state;
    }

    /// <summary>All that follows from a page.</summary>
    /// <param name="changes">What the change feed said of some of its entries, by their keys.</param>
    private async Task FinishAsync(OrderPage page, IReadOnlyDictionary<(string, long, string), JsonElement>? changes, OrderState state)
    {
        if (page.Entries.Count == 0) return;
        await _ordered.PlacedAsync([.. page.Placed().Select(one => (one.Position, one.Entry, changes?.TryGetValue(one.Entry.Key, out var change) == true ? change : (JsonElement?)null))], Begin());
        if (_places is not { } kept) return;
        foreach (var some in page.Placed().Chunk(AtOnce))
        {
            var by = Begin();
            await Task.WhenAll(some.Select(one => kept.WriteAsync(one.Entry, one.Position, (entry, position, within) => _find.StandsAsync(entry, position, state, within), by)));
        }
    }

    /// <param name="state">As it was read last: where that is what is there still, it is written without reading it again.</param>
    private async Task<OrderState> ShowAsync(OrderPage done, OrderState state)
    {
        var by = Begin();
        while (true)
        {
            var shown = state.Through >= done.Last ? state : await (state with { Through = done.Last, Looked = null }).WriteAsync(_order, _prefix, by);
            if (shown is not null)
            {
                // Not before: what is listed and not shown is to be found again.
                _head.Done(done);
                _find.Add(done);
                _begin.Last = done;
                _head.Take(shown);
                return shown;
            }

            state = Forward(state, await OrderState.ReadAsync(_order, _prefix, by));
        }
    }
}
