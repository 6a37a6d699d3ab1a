namespace Consent.Storage;

/// <summary>Begins a new run of an order, after a loss: see <see cref="CosmosOrder.BeginEpochAsync"/>.</summary>
/// <param name="keepsPlaces">Whether what has a position keeps it; without, all is placed anew.</param>
internal sealed class BeginRuns(CosmosContainer order, CosmosContainer source, string prefix, OrderHead head, ReadPages pages, CreatePages create, bool keepsPlaces, TimeProvider time)
{
    /// <summary>For so long may somebody have written on who did not know that the order had gone back. Within it clocks may differ, too.</summary>
    private static readonly TimeSpan DoubtedFor = TimeSpan.FromMinutes(10);

    /// <summary>How exactly a change feed begins at a time is not known, nor how far replicas were behind then.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    private volatile OrderPage? _last;

    /// <summary>The last page that this process has shown, or found shown; null before the first.</summary>
    public OrderPage? Last
    {
        get => _last;
        set => _last = value;
    }

    public async Task<int> BeginAsync(int epoch, Deadline by)
    {
        while (true)
        {
            var state = await OrderState.ReadAsync(order, prefix, by);
            if (state.Epoch < epoch)
            {
                // What is remembered may be what is lost.
                pages.Forget();
                DateTimeOffset? doubted = await HasGoneBackAsync(by) ? time.GetUtcNow() - DoubtedFor : null;
                // What this process knows of runs does not go with the state, where that went back.
                var floors = state.Floors.Union(head.State?.Floors ?? []).Where(floor => floor < Restored.FloorOf(epoch)).Order();
                var begins = state with { Epoch = epoch, Floors = [.. floors, Restored.FloorOf(epoch)], Looked = null, Doubted = doubted, Since = await SinceAsync(state, doubted, by) };
                if (await begins.With(order.Runs, source.Runs).WriteAsync(order, prefix, by) is not { } begun) continue;
                state = begun;
            }

            head.Take(state);
            var page = state.IsAtFloor ? OrderPage.Before(state.Through) : await pages.BeforeAsync(state.Through, by) ?? OrderPage.Before(state.FloorUnder(state.Through));
            while (page.Next <= state.Floor) page = await pages.BeginningAtAsync(page.Next, by) ?? await create.CloseAsync(page, state, by);
            return state.Epoch;
        }
    }

    /// <summary>
    /// Whether the order lost what this process knew of it. Then another, who knew less, may have given out positions for the second time, which readers have passed. Never where all is placed
    /// anew in any case.
    /// </summary>
    public async Task<bool> HasGoneBackAsync(Deadline by) => keepsPlaces && _last is { } last && await create.IsGoneAsync(last, by);

    /// <summary>
    /// When the newest page was written down behind which everything was committed later that is to be placed now. Looked for further and further back, in few steps; null where none is found, and
    /// where the container is another than that page was found in, as after a restore into another account: the times of its changes are others.
    /// </summary>
    private async Task<DateTimeOffset?> SinceAsync(OrderState state, DateTimeOffset? doubted, Deadline by)
    {
        if (!keepsPlaces) return null;
        // Nothing was placed since an epoch began: what needs a place now is what needed one then.
        if (state.IsAtFloor) return state.Since;
        var floor = state.FloorUnder(state.Through);
        for (long back = 1, position = state.Through; position > floor; position -= back, back *= 2)
        {
            if (await pages.BeforeAsync(position, by) is not { IsWhole: true, After: { } after } page || page.At >= doubted) continue;
            try
            {
                await source.ChangesAsync(after, 1, by);
                return page.At - Margin;
            }
            catch (StaleContinuationException)
            {
                return null;
            }
        }

        return floor > 0 ? state.Since : null;
    }
}
