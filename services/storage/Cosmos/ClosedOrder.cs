using System.Text.Json;

namespace Consent.Storage;

/// <summary>
/// The closings of a ledger, in an order of their own (<see cref="CosmosOrder"/>), whose positions are the ledger's sequence: of one subscriber and 512 positions of the log in the order in which
/// they were committed, of others in any. Nothing appears behind a sequence that was handed out. A new epoch of the log is followed by one here, and what is found to be lost here begins one too;
/// in it all closings are told once more, behind all that were. What was lost before this process began, and left a state that fits what is left, is noticed by the log's own mark alone.
/// </summary>
internal sealed class ClosedOrder : IOrdered
{
    private const string Prefix = "applied/";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private readonly CosmosContainer _pages;
    private readonly TimeProvider _time;
    private readonly CosmosOrder _order;
    private readonly OneAtATime _follow;
    private long? _lookedAt;
    private volatile bool _couldNotRead;

    /// <param name="pages">The container of the orders, that of the log among them.</param>
    /// <param name="applied">Of <see cref="AppliedDocument"/>s.</param>
    public ClosedOrder(CosmosContainer pages, CosmosContainer applied, TimeProvider time)
    {
        (_pages, _time) = (pages, time);
        _order = new CosmosOrder(pages, applied, Prefix, this, time, keepsPlaces: false);
        _follow = new OneAtATime(FollowAsync);
    }

    /// <summary>
    /// Closings behind the sequence, ascending; fewer than <paramref name="max"/> with more to come, none only when all that were committed before the call have been told. Throws
    /// <see cref="LogUnavailableException"/>, and <see cref="OperationCanceledException"/> when the caller ends it.
    /// </summary>
    public async ValueTask<IReadOnlyList<ClosedRow>> AfterAsync(long sequence, int max, CancellationToken cancel)
    {
        for (var isPlaced = false; ;)
        {
            if (_order.IsDoubted) await _follow.TurnAsync().WaitAsync(cancel);
            var page = await ReadAsync(sequence, max, cancel);
            // One that was lost has an entry and no document.
            List<ClosedRow> rows = [.. page.Where(one => one.Document is not null).Select(one => AppliedDocument.Row(one.Position, one.Entry, one.Document!.Value))];
            if (rows.Count > 0 || max <= 0) return rows;
            if (page.Count > 0)
            {
                sequence = page[^1].Position;
                continue;
            }

            if (isPlaced) return rows;
            await _follow.TurnAsync().WaitAsync(cancel);
            await _order.AdvanceAsync(_pages.Begin(cancel));
            isPlaced = true;
        }
    }

    public OrderEntry? EntryOf(JsonElement change) => AppliedDocument.EntryOf(change);

    /// <summary>Nothing follows from a sequence.</summary>
    public Task PlacedAsync(IReadOnlyList<(long Position, OrderEntry Entry, JsonElement? Change)> page, Deadline by) => Task.CompletedTask;

    /// <summary>What cannot be read may be lost: then nobody who follows would ever come to the end, where that is looked for.</summary>
    private async Task<IReadOnlyList<(long Position, OrderEntry Entry, JsonElement? Document)>> ReadAsync(long sequence, int max, CancellationToken cancel)
    {
        try
        {
            return await _order.ReadAsync(sequence, max, _pages.Begin(cancel));
        }
        catch (LogUnavailableException)
        {
            _couldNotRead = true;
            await _follow.TurnAsync().WaitAsync(cancel);
            throw;
        }
    }

    /// <summary>Every ten seconds, which costs about 5 request units, and where something could not be read or may be lost. One at a time.</summary>
    private async Task FollowAsync()
    {
        var isDue = _lookedAt is not { } looked || _time.GetElapsedTime(looked) >= LookEvery;
        if (!isDue && !_couldNotRead && !_order.IsDoubted) return;
        var by = _pages.Begin(CancellationToken.None);
        var isLost = await _order.IsLostAsync(by) || await IsEndGoneAsync(by);
        var (own, log) = (_order.Epoch, (await OrderState.ReadAsync(_pages, "", by)).Epoch);
        var epoch = Math.Max(log, isLost ? Restored.NextEpoch(null, own, _time.GetUtcNow()) : own);
        if (epoch > own) await _order.BeginEpochAsync(epoch, by);
        (_lookedAt, _couldNotRead) = (_time.GetTimestamp(), false);
    }

    /// <summary>Whether the page is lost with which ends what may be seen: nothing could be placed behind it.</summary>
    private async Task<bool> IsEndGoneAsync(Deadline by)
    {
        var (through, floor) = (_order.Through, _order.Epoch <= 1 ? 0 : Restored.FloorOf(_order.Epoch));
        try
        {
            return through > floor && await _order.AtAsync(through, by) is null;
        }
        catch (LogUnavailableException)
        {
            // Where it is the page that is not there, that is known by now.
            if (await _order.IsLostAsync(by)) return true;
            throw;
        }
    }
}
