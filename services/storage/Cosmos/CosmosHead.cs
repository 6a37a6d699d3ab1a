using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// How far a log on Azure Cosmos DB has come as this process has seen it, in which epoch it is, and whether the account still has what was seen of it. It is looked at once a second, more rarely
/// at rest (<see cref="FollowCosmos"/>), and before an append when nobody could look for one. An account that lacks something of it, and not one replica alone, has lost what it had committed, as
/// one does that fails over to a region that lagged, or is put back; so may have one of which a range has another history. Then an epoch begins, and nothing is appended in between. Not promised: that
/// a loss is noticed of which neither this process has seen anything nor a range tells, nor that another replica writes nothing in the old epoch in that second: what it writes may bear an id that
/// what is lost had. Safe for many threads.
/// </summary>
internal sealed class CosmosHead : IDisposable
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    /// <summary>What fails over does so range by range, and an epoch for each of them would be dear.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(1);

    /// <summary>After so long without an append the log is at rest.</summary>
    private static readonly TimeSpan Lively = TimeSpan.FromSeconds(10);
    private static readonly TimeProvider Real = TimeProvider.System;
    private readonly CosmosOrder _order;
    private readonly CosmosContainer _records;
    private readonly HighWaterMark _kept;
    private readonly string _store;
    private readonly TimeProvider _time;
    private readonly LossAlarm _loss;
    private readonly OneAtATime _looks;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _recovering = new(1);
    private long _seenAt;
    private long _askedAt;
    private int _laterEpoch;
    private volatile bool _couldNotPlace;

    /// <param name="kept">Disposed of by the caller.</param>
    /// <param name="time">For what is told to operators, and the epoch's number; what the account is given has the real time.</param>
    public CosmosHead(CosmosOrder order, CosmosContainer records, HighWaterMark kept, string store, TimeProvider time)
    {
        (_order, _records, _kept, _store, _time) = (order, records, kept, store, time);
        (_loss, _looks) = (CosmosLoss.Alarm(time), new OneAtATime(CheckAsync));
    }

    /// <summary>As of the last look.</summary>
    public int Epoch => _order.Epoch;

    /// <summary>See <see cref="LossAlarm.Text"/>.</summary>
    public string? Alarm => _loss.Text;

    /// <summary>Whether nobody has appended for a while: whoever does looks himself.</summary>
    public bool IsAtRest => Volatile.Read(ref _askedAt) is var at && (at == 0 || Real.GetElapsedTime(at) > Lively);

    private bool IsSeen => !_order.IsDoubted && Volatile.Read(ref _seenAt) is > 0 and var at && Real.GetElapsedTime(at) <= GoodFor;

    /// <summary>At the start. Begins an epoch when the account lacks what was seen in it before, or its order tells of a record that is not there.</summary>
    public async Task BeginAsync()
    {
        await _order.LookAsync(Begin());
        if (HasGoneBack()) await _order.LookForCertainAsync(Begin());
        if (HasGoneBack() || _order.IsDoubted || await LacksNewestAsync()) await RecoverAsync(_order.Epoch);
        Seen();
    }

    /// <summary>
    /// At a start where something could not be read: looks until all is there, or an epoch has begun for what is not. Throws <see cref="LogUnavailableException"/> after six seconds.
    /// </summary>
    public async Task SettleAsync()
    {
        for (var since = Real.GetTimestamp(); ; await Task.Delay(LookAgain, Real))
        {
            try
            {
                await LookAsync(Begin());
                return;
            }
            catch (LogUnavailableException) when (Real.GetElapsedTime(since) < Patience)
            {
                // It cannot be asked now, and perhaps not for long.
            }
        }
    }

    /// <summary>
    /// The epoch in which is to be appended now; where something is lost, one that has begun for that. Throws <see cref="LogUnavailableException"/> when the account cannot be asked.
    /// </summary>
    public async ValueTask<int> EpochAsync(Deadline by)
    {
        Volatile.Write(ref _askedAt, Real.GetTimestamp());
        if (!IsSeen) await LookAsync(by);
        return _order.Epoch;
    }

    /// <summary>
    /// Looks now, once for all who ask meanwhile. On return all is there that was known, or an epoch has begun for what was lost, by this process or another. Throws
    /// <see cref="LogUnavailableException"/> when the account cannot be asked.
    /// </summary>
    public async Task LookAsync(Deadline by)
    {
        try
        {
            await _looks.TurnAsync().WaitAsync(by.Left, by.Cancel);
        }
        catch (TimeoutException e)
        {
            throw new LogUnavailableException("Azure Cosmos DB was not looked at in time.", e);
        }
    }

    /// <summary>Something is certainly gone that was seen of this epoch: a replica that lags cannot be why. An epoch above it begins, unless one has; on return it has.</summary>
    public async Task RecoverAsync(int epoch)
    {
        await _recovering.WaitAsync();
        try
        {
            await _order.LookForCertainAsync(Begin());
            if (_order.Epoch > epoch) return;
            _loss.Stands(_order.Epoch);
            await _order.BeginEpochAsync(Restored.NextEpoch(_kept.Read(), epoch, _time.Now()), Begin());
            StorageMetrics.Lost.Add(1, new KeyValuePair<string, object?>("store", _store));
            Seen();
        }
        finally
        {
            _recovering.Release();
        }
    }

    /// <summary>
    /// A record was seen of this epoch, which may be later: begun while this process slept, or lost with the order. On return it is no later. Throws <see cref="LogUnavailableException"/> as
    /// <see cref="LookAsync"/>.
    /// </summary>
    public async Task CatchUpAsync(int epoch, Deadline by)
    {
        if (_order.Epoch >= epoch) return;
        lock (_gate) _laterEpoch = Math.Max(_laterEpoch, epoch);
        await LookAsync(by);
    }

    /// <summary>Begins an epoch whatever is there.</summary>
    public async Task<int> RaiseAsync()
    {
        var epoch = await _order.BeginEpochAsync(Restored.NextEpoch(_kept.Read(), _order.Epoch, _time.Now()), Begin());
        Seen();
        return epoch;
    }

    /// <summary>See <see cref="CosmosOrder.AdvanceAsync"/>.</summary>
    public async Task AdvanceAsync(Deadline by)
    {
        try
        {
            await _order.AdvanceAsync(by);
            _kept.Move(_order.Epoch, _order.Through);
        }
        catch (LogUnavailableException)
        {
            // Perhaps because of what is lost: the next look goes deeper.
            _couldNotPlace = true;
            throw;
        }
    }

    /// <summary>
    /// Waits for what goes on behind those who did not wait for it, for twice as long as a request may last: a log that is closed and goes on would take the restore of its account for a loss under its eyes,
    /// and begin an epoch in which positions are doubted.
    /// </summary>
    public async Task IdleAsync()
    {
        // Twice: a process that stood still for so long finds the time over, and what was under way still to be ended.
        for (var tries = 1; tries <= 2; tries++)
        {
            try
            {
                await Task.WhenAll(_looks.IdleAsync(), _order.IdleAsync()).WaitAsync(Begin().Left, Real);
                return;
            }
            catch (TimeoutException)
            {
                // There is much to place: it ends with the process.
            }
        }
    }

    public void Dispose() => _recovering.Dispose();

    private Deadline Begin() => _records.Begin(CancellationToken.None);

    private bool HasGoneBack() => Restored.Since(_kept.Read(), _order.Epoch, _order.Through);

    private Task<bool> LacksNewestAsync() => CosmosLoss.LacksNewestAsync(_order, _records);

    private async Task CheckAsync()
    {
        var (known, later) = (_order.Epoch, Volatile.Read(ref _laterEpoch));
        if (!await _order.IsLostAsync(Begin()) && await HasComeToAsync(later) && !(_couldNotPlace && await LacksNewestAsync()))
        {
            Seen();
            return;
        }

        if (_order.IsDoubted) await Task.Delay(Together, Real);
        await RecoverAsync(Math.Max(known, later));
    }

    private async Task<bool> HasComeToAsync(int epoch)
    {
        if (_order.Epoch < epoch) await _order.LookForCertainAsync(Begin());
        return _order.Epoch >= epoch;
    }

    /// <summary>All that was known is there, also where a loss was noticed that was none, or with which another replica has dealt.</summary>
    private void Seen()
    {
        _loss.IsOver(_order.Epoch);
        _couldNotPlace = false;
        Volatile.Write(ref _seenAt, Real.GetTimestamp());
        _kept.Move(_order.Epoch, _order.Through);
    }
}
