namespace Consent.Storage;

/// <summary>How far an order has come, as this process knows, and those who wait for it to go on. Safe for many threads.</summary>
internal sealed class OrderHead
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Where nothing came for a while.</summary>
    private static readonly TimeSpan LookEveryAtRest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Lively = TimeSpan.FromSeconds(10);
    private readonly CosmosContainer _order;
    private readonly string _prefix;
    private readonly TimeProvider _time;
    private readonly ReadPages _pages;
    private readonly OneAtATime _looks;
    private readonly Lock _gate = new();
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OrderState? _state;
    private OrderPage? _newest;
    private long _through;
    private long _readAt;
    private long _movedAt;

    /// <param name="pages">Forgotten when an epoch begins.</param>
    public OrderHead(CosmosContainer order, string prefix, ReadPages pages, TimeProvider time)
    {
        (_order, _prefix, _pages, _time) = (order, prefix, pages, time);
        _looks = new OneAtATime(async () => await ReadAsync(order.Begin(CancellationToken.None)));
    }

    public long Through => Volatile.Read(ref _through);

    /// <summary>As it was read last; null before the first time.</summary>
    public OrderState? State
    {
        get
        {
            lock (_gate) return _state;
        }
    }

    /// <summary>The newest page that this process has done; null in the beginning of an epoch.</summary>
    public OrderPage? Newest
    {
        get
        {
            lock (_gate) return _newest;
        }
    }

    public async Task<OrderState> ReadAsync(Deadline by)
    {
        var asked = _time.GetTimestamp();
        var state = await OrderState.ReadAsync(_order, _prefix, by);
        Volatile.Write(ref _readAt, asked);
        Take(state);
        return state;
    }

    /// <summary>What was read last; read now when nothing was.</summary>
    public async ValueTask<OrderState> KnownAsync(Deadline by) => State ?? await ReadAsync(by);

    public void Done(OrderPage page)
    {
        lock (_gate) _newest = page;
    }

    public void Take(OrderState state)
    {
        lock (_gate)
        {
            // One that went back was lost in between: what is known stays, so that this is noticed (CosmosOrder.IsLostAsync).
            if (_state is { } known && (state.Epoch < known.Epoch || (state.Epoch == known.Epoch && state.Through < known.Through))) return;
            if (_state is { } before && state.Epoch > before.Epoch)
            {
                // Pages may have been lost, and others come in their place.
                _pages.Forget();
                _newest = null;
            }

            _state = state;
            if (state.Through <= _through) return;
            Volatile.Write(ref _through, state.Through);
            Volatile.Write(ref _movedAt, _time.GetTimestamp());
            _moved.SetResult();
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>See <see cref="CosmosOrder.WaitAsync"/>.</summary>
    public async Task<bool> WaitAsync(long after, TimeSpan timeout, CancellationToken cancel)
    {
        var over = _time.TimestampIn(timeout);
        while (true)
        {
            Task moved;
            lock (_gate) moved = _moved.Task;
            if (Through > after) return true;
            var left = _time.GetElapsedTime(_time.GetTimestamp(), over);
            if (left <= TimeSpan.Zero) return false;
            var every = IsSince(Volatile.Read(ref _movedAt), Lively) ? LookEvery : LookEveryAtRest;
            await Task.WhenAny(moved, Task.Delay(left < every ? left : every, _time, cancel));
            cancel.ThrowIfCancellationRequested();
            // Whoever else waits here, or places something, has read it for this one too.
            if (!moved.IsCompleted && !IsSince(Volatile.Read(ref _readAt), LookEvery)) await LookAsync(cancel);
        }
    }

    private bool IsSince(long at, TimeSpan age) => at != 0 && _time.GetElapsedTime(at) < age;

    private async Task LookAsync(CancellationToken cancel)
    {
        try
        {
            await _looks.TurnAsync().WaitAsync(cancel);
        }
        catch (LogUnavailableException)
        {
            // Waiting proves nothing: whoever waits looks in the feed all the same, and is told there.
        }
    }
}
